"""YAML as values that can be compared: what is said, not how it is written.

`1` and `0x1` are equal, `1` and `"1"` are not; the order of keys does not matter, that of lists does. Read from the
parser's events, since its own loaders take a key that stands twice, and expand aliases without a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = Resolver()
_CONSTRUCTOR = SafeConstructor()
_CORE = "tag:yaml.org,2002:"
_PLAIN = frozenset({None, "!", _CORE + "map", _CORE + "seq"})
_MERGE = (_CORE + "merge", "<<")
_MOST_NODES = 200_000
_DEEPEST = 100

Scalar = tuple[str, str]
"""Tag and value; a value of a type that YAML knows in one spelling."""

TEXT = _CORE + "str"
ABSENT: Scalar = ("", "")
"""Stands for what a mapping or a list does not have."""


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last line of a value with its key, from 1."""

    line: int
    end: int

    def to(self, other: Span) -> Span:
        return Span(min(self.line, other.line), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping. `tag` is empty unless it has one of its own (`!override`)."""

    tag: str
    items: dict[Scalar, Value]
    spans: dict[Scalar, Span] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Listed:
    tag: str
    items: list[Value]
    spans: list[Span] = field(compare=False)


Value = Scalar | Mapped | Listed


@dataclass(frozen=True, slots=True)
class Twice:
    """A key that a mapping has more than once, and the lines from its first to its last."""

    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. `aliased` where it uses aliases, `ambiguous` where two anchors have the same name."""

    documents: Listed
    twice: tuple[Twice, ...]
    aliased: bool
    ambiguous: bool


class UnreadError(ValueError):
    """The text is no YAML; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class TooLargeError(ValueError):
    """The text has more values, or is deeper, than is worth comparing."""


def read(text: str, *, aliases: bool = True) -> Reading:
    """What all documents of a YAML text say; a key's first value where it stands twice.

    With `aliases`, an alias is what its anchor says and a merge key is followed; else they stand as they are written.
    Raises UnreadError, TooLargeError.
    """
    try:
        return _Reader(text, aliases).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadError(str(error.problem or error.context), mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise UnreadError(" ".join(str(error).split()), 1) from None


class _Reader:
    def __init__(self, text: str, aliases: bool) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._aliases = aliases
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._nodes = 0
        self._end = 1
        self._twice: list[Twice] = []
        self._aliased = self._ambiguous = False

    def read(self) -> Reading:
        documents = Listed("", [], [])
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors = {}
                first = next(self._events)
                documents.items.append(self._value(first, 0))
                documents.spans.append(self._span(first))
        return Reading(documents, tuple(self._twice), self._aliased, self._ambiguous)

    def _value(self, event: Any, depth: int) -> Value:
        before = self._nodes
        self._count(1, depth)
        value: Value
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            end: Any = event.end_mark
            self._end = end.line + (end.column > 0)  # that of a block is at the beginning of the line below
            value = _scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapped(event, depth)
        else:
            value = self._listed(event, depth)
        if event.anchor:
            self._ambiguous |= event.anchor in self._anchors
            self._anchors[event.anchor] = value, self._nodes - before
        return value

    def _count(self, nodes: int, depth: int) -> None:
        self._nodes += nodes
        if self._nodes > _MOST_NODES or depth > _DEEPEST:
            raise TooLargeError

    def _span(self, event: Any) -> Span:
        """From the beginning of a value, or of its key, to the end of what has been read."""
        return Span(event.start_mark.line + 1, max(self._end, event.start_mark.line + 1))

    def _alias(self, event: Any, depth: int) -> Value:
        self._end = event.end_mark.line + 1
        self._aliased = True
        if event.anchor not in self._anchors:
            raise UnreadError(f"there is no anchor {event.anchor!r} before its alias", event.start_mark.line + 1)
        value, nodes = self._anchors[event.anchor]
        self._count(nodes, depth)
        return value if self._aliases else ("*", event.anchor)

    def _listed(self, start: Any, depth: int) -> Listed:
        found = Listed(_tag(start), [], [])
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.items.append(self._value(event, depth + 1))
            found.spans.append(self._span(event))
        return found

    def _mapped(self, start: Any, depth: int) -> Mapped:
        found = Mapped(_tag(start), {}, {})
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            if not isinstance(key, tuple):
                raise UnreadError("a key that is no scalar", event.start_mark.line + 1)
            value = self._value(next(self._events), depth + 1)
            span = self._span(event)
            if key in found.items:
                self._twice.append(Twice(key[1], found.spans[key].to(span)))
            else:
                found.items[key], found.spans[key] = value, span
        return self._with_merged(found, start) if self._aliases else found

    def _with_merged(self, found: Mapped, start: Any) -> Mapped:
        """The mapping with the keys that its merge key brings; its own come first, then those of an earlier alias."""
        if _MERGE not in found.items:
            return found
        value, span = found.items.pop(_MERGE), found.spans.pop(_MERGE)
        for source in value.items if isinstance(value, Listed) else [value]:
            if not isinstance(source, Mapped):
                raise UnreadError("a merge key that brings no mapping", start.start_mark.line + 1)
            self._count(len(source.items), 0)
            for key, brought in source.items.items():
                found.items.setdefault(key, brought)
                found.spans.setdefault(key, span)
        return found


def _tag(event: Any) -> str:
    return "" if event.tag in _PLAIN else str(event.tag)


def _scalar(event: Any) -> Scalar:
    tag = event.tag
    if tag in (None, "!"):
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
    construct = SafeConstructor.yaml_constructors.get(tag) if tag != TEXT else None
    if construct is None:
        return tag, event.value
    try:
        return tag, repr(construct(_CONSTRUCTOR, yaml.ScalarNode(tag, event.value)))
    except (ValueError, ArithmeticError, LookupError, AttributeError, yaml.YAMLError):
        return tag, event.value  # `!!int twelve`, 30 February: what they mean is for the program that reads them
