"""Grok patterns as Logstash puts them together: references to other patterns in their places, and the fields they take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from obsboot.sources.logstash import captures
from obsboot.sources.logstash.oniguruma import translated

_REFERENCE = re.compile(r"%\{(?P<name>\w+)(?::(?P<field>(?:\[[^\[\]{}]+\])+|[^\[\]:{}]+)(?::(?P<type>[^{}:]*))?)?\}")
_CALLED = re.compile(r"\(\?<(?P<field>(?:\[[^\[\]]+\])+|[A-Za-z_@][^>=!]*)>")
_TYPES = {"int": "integer", "float": "float", "string": "string", "": "string"}
_DEEPEST = 20
_LONGEST = 100_000
_HOLE = "\ue000"
"""A character that no pattern has."""
_STORE = Path(__file__).with_name("patterns.txt")


class CircleError(ValueError):
    """Patterns that name each other in a circle."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One `%{NAME:field:type}`; `at` counts its characters from 0 in the pattern."""

    name: str
    field: str
    type: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Builtin:
    """The patterns of Logstash itself: `texts` of those whose texts are known here, `names` and `families` of all."""

    texts: Mapping[str, str]
    names: frozenset[str]
    families: tuple[str, ...]

    def has(self, name: str) -> bool:
        return name in self.names or name.startswith(self.families)


@cache
def builtin() -> Builtin:
    """The patterns that need not be defined."""
    rows = [row for row in _STORE.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#")]
    texts = dict(row.split(" ", 1) for row in rows if " " in row)
    names = [row.partition(" ")[0] for row in rows]
    families = tuple(name[:-1] for name in names if name.endswith("*"))
    return Builtin(texts, frozenset(name for name in names if not name.endswith("*")), families)


@lru_cache(maxsize=4096)
def references(pattern: str) -> tuple[Reference, ...]:
    """Every reference of a pattern, in its order."""
    found = _REFERENCE.finditer(pattern)
    return tuple(Reference(each["name"], each["field"] or "", each["type"], each.start()) for each in found)


def unknown_types(pattern: str) -> Iterator[Reference]:
    """References with a type that grok does not know; it ignores them."""
    return (each for each in references(pattern) if each.type is not None and each.type not in _TYPES)


class Library:
    """Patterns that are at hand beside Logstash's own; what is made of them is kept.

    `ecs` is whether Logstash's own take fields of ECS, None where nobody knows.
    """

    def __init__(self, texts: Mapping[str, str], ecs: bool | None = None) -> None:
        self.texts = texts
        self.ecs = ecs
        self._parts: dict[str, str | None] = {}
        self._expanded: dict[str, str | None] = {}
        self._fields: dict[str, Mapping[str, str] | None] = {}

    def text(self, name: str) -> str | None:
        """The text of a pattern; None where nobody knows it."""
        return self.texts.get(name, builtin().texts.get(name))

    def fields(self, pattern: str) -> Mapping[str, str] | None:
        """The fields that a pattern takes, as `[a][b]`, with their types; None where there may be others."""
        found = {bracketed(each["field"]): "string" for each in _CALLED.finditer(pattern)}
        for each in references(pattern):
            if each.field:
                found[bracketed(each.field)] = _TYPES.get(each.type or "", "string")
            inner = self._inside(each.name)
            if inner is None:
                return None
            found |= inner
        return found

    def _inside(self, name: str) -> Mapping[str, str] | None:
        if name not in self._fields:
            self._fields[name] = None
            text = self.text(name)
            if text is not None:
                self._fields[name] = self.fields(text)
            elif self.ecs is not None:
                self._fields[name] = captures.fields(name, self.ecs)
        return self._fields[name]

    def expanded(self, pattern: str) -> str | None:
        """The expression that a pattern is, as Python reads it; the n-th reference is a group `g<n>` if it takes a field.

        None where a pattern's text is not known, or all of it is too long. Raises CircleError and UntoldError.
        """
        if pattern not in self._expanded:
            inside = [(each.field, self._part(each.name, _DEEPEST)) for each in references(pattern)]
            parts = [f"(?P<g{n}>{part})" if field else f"(?:{part})" for n, (field, part) in enumerate(inside)]
            self._expanded[pattern] = None if any(part is None for _, part in inside) else _filled(pattern, parts)
        return self._expanded[pattern]

    def _part(self, name: str, left: int) -> str | None:
        if not left:
            raise CircleError(f"the pattern {name} leads back to itself")
        if name not in self._parts:
            text = self.text(name)
            inside = [] if text is None else [self._part(each.name, left - 1) for each in references(text)]
            whole = None
            if text is not None and not any(each is None for each in inside):
                whole = _filled(text, [f"(?:{each})" for each in inside])
            self._parts[name] = whole if whole is not None and len(whole) <= _LONGEST else None
        return self._parts[name]


@cache
def own(ecs: bool | None = None) -> Library:
    """Logstash's patterns and no others."""
    return Library({}, ecs)


def bare(pattern: str) -> str:
    """The pattern with a character in the place of each reference: what its author wrote of an expression."""
    return _REFERENCE.sub("(?:x)", pattern)


def _filled(pattern: str, parts: list[str]) -> str:
    """The pattern in Python's dialect with these parts in the places of its references."""
    text = translated(_REFERENCE.sub(_HOLE, pattern))
    pieces = text.split(_HOLE)
    return "".join(piece for pair in zip(pieces, [*parts, ""], strict=True) for piece in pair)


def bracketed(field: str) -> str:
    """The reference of a field: `[a]` for `a`."""
    return field if field.startswith("[") else f"[{field}]"
