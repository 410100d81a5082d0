"""YAML texts as plain data.

Built from the parser's events and not from its tree, which would be built by recursion in C: a file of brackets alone
would end the whole program there, and not with an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from obsboot.sources.documents import Line, Listed, MalformedError, Mapped

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_SAFE = yaml.constructor.SafeConstructor()
_PLAIN: dict[str, Callable[[yaml.ScalarNode], Any]] = {
    f"{_TAG}null": _SAFE.construct_yaml_null,
    f"{_TAG}bool": _SAFE.construct_yaml_bool,
    f"{_TAG}int": _SAFE.construct_yaml_int,
    f"{_TAG}float": _SAFE.construct_yaml_float,
    f"{_TAG}timestamp": _SAFE.construct_yaml_timestamp,
    f"{_TAG}binary": _SAFE.construct_yaml_binary,
}
"""What makes values of texts, by tag; those of a file's own are taken as the text they stand before."""
_NUMBERS = frozenset({f"{_TAG}int", f"{_TAG}float"})
_LONGEST = 100
"""Signs of a number or a date. To make a number of a text takes time that grows with the square of its length."""
_DEEPEST = 100
_MOST = 300_000
"""Values of a document that are read. The largest files of rules that are known have a tenth of them."""
_MEANT = 1_000_000
"""The same, those behind aliases counted as often as they are used: a few lines may mean more than fits."""


def read_yaml(text: str) -> Any:
    """The one document of a YAML text. Raises MalformedError."""
    found = read_documents(text)
    if len(found) > 1:
        raise MalformedError("one document is expected, and here begins another", getattr(found[1], "line", 1))
    return found[0] if found else None


def read_documents(text: str) -> list[Any]:
    """The documents of a YAML text. Raises MalformedError."""
    try:
        return _Reader(_LOADER(text)).documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MalformedError(str(error.problem or error.context), _line(mark) if mark else 1) from None
    except yaml.YAMLError as error:
        raise MalformedError(str(error), 1) from None


def _line(mark: Any) -> Line:
    return Line(mark.line + 1, mark.column + 1)


class _Reader:
    """Makes plain data of events. What an alias means is the same object as that which bears the anchor."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.depth = self.read = self.meant = 0
        self.end: Any = None
        """Where the last collection ended."""

    def documents(self) -> list[Any]:
        found = []
        self.loader.get_event()  # the stream's
        while not self.loader.check_event(yaml.StreamEndEvent):
            self.loader.get_event()  # the document's
            self.anchors, self.meant = {}, 0
            found.append(self.value(self.loader.get_event()))
            self.loader.get_event()
        return found

    def value(self, event: Any) -> Any:
        self.count(event, 1)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        self.read += 1
        before = self.meant
        found = self.scalar(event) if isinstance(event, yaml.ScalarEvent) else self.collection(event)
        if event.anchor:
            self.anchors[event.anchor] = found, self.meant - before
        return found

    def count(self, event: Any, values: int) -> None:
        self.meant += values
        if self.read > _MOST:
            raise MalformedError(f"it has more than {_MOST} values", _line(event.start_mark))
        if self.meant > _MEANT:
            raise MalformedError(f"its aliases mean more than {_MEANT} values", _line(event.start_mark))

    def alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise MalformedError(f"found undefined alias {event.anchor!r}", _line(event.start_mark))
        found, values = self.anchors[event.anchor]
        self.count(event, values)
        return found

    def collection(self, event: Any) -> Any:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise MalformedError(f"it nests deeper than {_DEEPEST} levels", _line(event.start_mark))
        found = self.mapping(event) if isinstance(event, yaml.MappingStartEvent) else self.sequence(event)
        self.depth -= 1
        return found

    def sequence(self, event: Any) -> Listed:
        items = Listed(_line(event.start_mark))
        while not isinstance(child := self.loader.get_event(), yaml.SequenceEndEvent):
            items.append(self.value(child))
            items.lines.append(_line(child.start_mark))
        self.end = child.end_mark
        return items

    def mapping(self, event: Any) -> Mapped:
        mapped = Mapped(_line(event.start_mark))
        merged: list[tuple[Any, Any]] = []
        while not isinstance(key := self.loader.get_event(), yaml.MappingEndEvent):
            name, tag = self.key(key)
            child = self.loader.get_event()
            if tag == _MERGE:
                merged.append((child, self.value(child)))
                continue
            if name in mapped:
                raise MalformedError(f"{name!r} is said twice", _line(key.start_mark))
            self.entry(mapped, name, key, child)
        self.end = key.end_mark
        for child, value in merged:
            _merge(mapped, value, child)
        return mapped

    def key(self, event: Any) -> tuple[str, str]:
        """The name of a key, and its tag; a key that is no text is called `?`."""
        if isinstance(event, yaml.ScalarEvent):
            return event.value, self.tag(event)
        found = self.value(event)
        return (found if isinstance(found, str) else "?"), ""

    def entry(self, mapped: Mapped, name: str, key: Any, child: Any) -> None:
        mapped[name] = self.value(child)
        mapped.lines[name] = _line(key.start_mark)
        mapped.values_at[name] = _line(child.start_mark)
        style = child.style if isinstance(child, yaml.ScalarEvent) else None
        block = style in ("|", ">")
        end: Any = child.end_mark if isinstance(child, yaml.ScalarEvent | yaml.AliasEvent) else self.end
        mapped.texts[name] = child.start_mark.line + 2 if block else _line(child.start_mark)
        mapped.ends[name] = end.line + (0 if block and end.column == 0 else 1)
        if style == "|":
            mapped.blocks.add(name)

    def scalar(self, event: Any) -> Any:
        make = _PLAIN.get(tag := self.tag(event))
        if make is None or (len(event.value) > _LONGEST and tag != f"{_TAG}binary"):
            return event.value
        if ":" in event.value and tag in _NUMBERS and event.tag is None:
            return event.value  # 12:30 is no number of minutes to the programs whose files these are
        try:
            return make(yaml.ScalarNode(tag, event.value))
        except ValueError:  # such as a date that no month has: it is text then
            return event.value

    def tag(self, event: Any) -> str:
        if event.tag is not None and event.tag != "!":
            return str(event.tag)
        return str(self.loader.resolve(yaml.ScalarNode, event.value, event.implicit))


def _merge(mapped: Mapped, value: Any, event: Any) -> None:
    """What `<<` takes from other mappings, as far as the mapping does not say it itself."""
    for found in value if isinstance(value, Listed) else (value,):
        if not isinstance(found, Mapped):
            raise MalformedError("`<<` takes mappings", _line(event.start_mark))
        for name, each in found.items():
            if name not in mapped:
                mapped[name] = each
                for kept in ("lines", "values_at", "texts", "ends"):
                    getattr(mapped, kept)[name] = getattr(found, kept)[name]
                mapped.blocks.update({name} & found.blocks)
