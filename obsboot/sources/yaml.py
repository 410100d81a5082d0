"""YAML texts as plain data."""

from __future__ import annotations

from typing import Any

import yaml

from obsboot.sources.documents import Line, Listed, MalformedError, Mapped

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp", "binary"))
"""Tags whose values are no text; those of a file's own are taken as the text they stand before."""
_SCALARS = yaml.constructor.SafeConstructor()


def read_yaml(text: str) -> Any:
    """The one document of a YAML text. Raises MalformedError."""
    found = read_documents(text)
    if len(found) > 1:
        raise MalformedError("one document is expected, and here begins another", getattr(found[1], "line", 1))
    return found[0] if found else None


def read_documents(text: str) -> list[Any]:
    """The documents of a YAML text. Raises MalformedError."""
    try:
        return [_Reader().value(node) for node in yaml.compose_all(text, Loader=_LOADER)]
    except MalformedError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MalformedError(str(error.problem or error.context), _line(mark) if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MalformedError(str(error) or "the file nests without an end", 1) from None


def _line(mark: Any) -> Line:
    return Line(mark.line + 1, mark.column + 1)


_MOST = 1_000_000
"""Values of a document, those behind aliases counted as often as they are used: a few lines may mean more than fits."""


class _Reader:
    """Makes plain data of nodes."""

    def __init__(self) -> None:
        self.left = _MOST

    def value(self, node: yaml.Node) -> Any:
        self.left -= 1
        if self.left < 0:
            raise MalformedError(f"its aliases mean more than {_MOST} values", _line(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node)
        if isinstance(node, yaml.SequenceNode):
            items = Listed(_line(node.start_mark))
            for child in node.value:
                items.append(self.value(child))
                items.lines.append(_line(child.start_mark))
            return items
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode) -> Mapped:
        mapped = Mapped(_line(node.start_mark))
        merged: list[yaml.Node] = []
        for key, child in node.value:
            if key.tag == _MERGE:
                merged.append(child)
                continue
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in mapped:
                raise MalformedError(f"{name!r} is said twice", _line(key.start_mark))
            self.entry(mapped, name, key, child)
        for child in merged:
            self.merge(mapped, child)
        return mapped

    def entry(self, mapped: Mapped, name: str, key: yaml.Node, child: yaml.Node) -> None:
        mapped[name] = self.value(child)
        mapped.lines[name] = _line(key.start_mark)
        mapped.values_at[name] = _line(child.start_mark)
        block = isinstance(child, yaml.ScalarNode) and getattr(child, "style", "") in ("|", ">")
        mapped.texts[name] = child.start_mark.line + 2 if block else _line(child.start_mark)
        mapped.ends[name] = child.end_mark.line + (0 if block and child.end_mark.column == 0 else 1)
        if block and getattr(child, "style", "") == "|":
            mapped.blocks.add(name)

    def merge(self, mapped: Mapped, node: yaml.Node) -> None:
        """What `<<` takes from other mappings, as far as the mapping does not say it itself."""
        for each in node.value if isinstance(node, yaml.SequenceNode) else (node,):
            if not isinstance(each, yaml.MappingNode):
                raise MalformedError("`<<` takes mappings", _line(each.start_mark))
            for name, value in (found := self.mapping(each)).items():
                if name not in mapped:
                    mapped[name] = value
                    for kept in ("lines", "values_at", "texts", "ends"):
                        getattr(mapped, kept)[name] = getattr(found, kept)[name]
                    mapped.blocks.update({name} & found.blocks)


def _scalar(node: yaml.Node) -> Any:
    if node.tag not in _PLAIN:
        return node.value
    try:
        return _SCALARS.construct_object(node)
    except ValueError:  # such as a date that no month has: it is text then
        return node.value
