"""What a query asks of documents: Lucene's language, as the stores, Grafana and ElastAlert read it, and Kibana's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from obsboot.model import LogSignal

Kind = Literal["term", "phrase", "range", "pattern", "exists"]
_PIECE = re.compile(r"(?:\\.|[^\s+\-!(){}\[\]^\"~:\\/])(?:\\.|[^\s!(){}\[\]^\"~:\\/])*")
"""A word; wildcards may be in it."""
_WILD = re.compile(r"(?:\\.|[^\\*?])*[*?]")
_PHRASE = re.compile(r'"((?:\\.|[^"\\])*)"')
_PATTERN = re.compile(r"/((?:\\.|[^/\\])+)/")
_END = r'"(?:\\.|[^"\\])*"|(?:\\.|[^\s\]}\\])+'
_RANGE = re.compile(rf"[\[{{]\s*({_END})\s+TO\s+({_END})\s*[\]}}]")
_ONE_SIDED = re.compile(r"([<>]=?)\s*")
_JOINT = re.compile(r"(?:AND|OR|&&|\|\|)(?=[\s()!+\-\"]|$)")
_NEGATION = re.compile(r"(?:NOT(?=[\s(])|!|-)\s*")
_BLANK = re.compile(r"\s*")
_BOOST = re.compile(r"(?:[~^]\d*(?:\.\d+)?)*")
_COLON = re.compile(r"\s*:\s*")
_DEEPEST = 50


class QueryError(ValueError):
    """The text is no query; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition. `field` is empty where any field may hold the value; `values` are one, or both ends of a range."""

    field: str
    kind: Kind
    values: tuple[str, ...] = ()
    negated: bool = False


def asked(query: str) -> tuple[Asked, ...]:
    """The conditions of a Lucene query, from left to right. Raises QueryError."""
    return tuple(_Reader(query).every())


def fields_in(query: str) -> set[str]:
    """The fields that a Lucene query asks, `_exists_:name` among them; of one that breaks off, those before its end."""
    found: set[str] = set()
    try:
        for each in _Reader(query).every():
            found.add(each.field)
    except QueryError:
        pass
    return found - {""}


def fields_of(signal: LogSignal) -> set[str]:
    """The fields that a log signal asks: those of its queries, what it measures, and what it tells apart."""
    of = {signal.of} if signal.number != "count" else set[str]()
    return {*fields_in(signal.where), *(fields_in(signal.of) if signal.number == "share" else of), signal.by} - {""}


def fields_in_kuery(query: str) -> set[str]:
    """The fields that a query in Kibana's own language asks."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"', '""', query)
    return set(re.findall(r"([\w.@-]+)\s*(?::|[<>]=?)", bare))


class _Reader:
    """Reads from `here` on; a method leaves it behind what it took."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.here = 0

    def every(self) -> Iterator[Asked]:
        yield from self._clauses("", negated=False, depth=0)

    def _clauses(self, field: str, *, negated: bool, depth: int) -> Iterator[Asked]:
        """The clauses up to the end, or up to the parenthesis that closes these."""
        if depth > _DEEPEST:
            raise QueryError(f"parentheses are nested more than {_DEEPEST} deep")
        waits = True
        self._take(_BLANK)
        while not self._ends(depth, waits):
            if joint := self._take(_JOINT):
                if waits:
                    raise QueryError(f"nothing stands before {joint[0]}")
                waits = True
            else:
                yield from self._clause(field, negated, depth)
                waits = False
            self._take(_BLANK)

    def _ends(self, depth: int, waits: bool) -> bool:
        if self.here == len(self.text) and depth:
            raise QueryError("a parenthesis is not closed")
        if self.here < len(self.text) and not self.text.startswith(")", self.here):
            return False
        if self.here < len(self.text) and not depth:
            raise QueryError("a parenthesis closes that was not opened")
        if waits and (depth or self.text.strip()):
            raise QueryError("there is nothing at its end" if not depth else "there is nothing in a parenthesis")
        self.here += 1
        return True

    def _clause(self, field: str, negated: bool, depth: int) -> Iterator[Asked]:
        if self.text.startswith("+", self.here):
            self.here += 1
        elif self._take(_NEGATION):
            negated = not negated
        if name := self._name():
            field = name
        if self.text.startswith("(", self.here):
            self.here += 1
            yield from self._clauses(field, negated=negated, depth=depth + 1)
        else:
            yield self._value(field, negated)
        self._take(_BOOST)

    def _name(self) -> str:
        """The field, where one is named."""
        before = self.here
        word = self._take(_PIECE)
        if word and self._take(_COLON):
            if self.here == len(self.text):
                raise QueryError(f"nothing stands behind {word[0]}:")
            return _plain(word[0])
        self.here = before
        return ""

    def _value(self, field: str, negated: bool) -> Asked:
        if found := self._take(_PHRASE):
            return _condition(field, "phrase", (_plain(found[1]),), negated)
        if found := self._take(_PATTERN):
            return _condition(field, "pattern", (found[1],), negated)
        if found := self._take(_RANGE):
            return _condition(field, "range", tuple(_plain(each.strip('"')) for each in found.groups()), negated)
        if field and self._take(_ONE_SIDED):
            return _condition(field, "range", (self._word(),), negated)
        word = self._word()
        kind: Kind = "exists" if word == "*" else "pattern" if _WILD.match(word) else "term"
        return _condition(field, kind, (_plain(word),), negated)

    def _word(self) -> str:
        if word := self._take(_PIECE):
            return word[0]
        rest = self.text[self.here : self.here + 10]
        raise QueryError(f"{rest!r} cannot stand there: quote it, or write \\ before it")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if found := pattern.match(self.text, self.here):
            self.here = found.end()
        return found


def _condition(field: str, kind: Kind, values: tuple[str, ...], negated: bool) -> Asked:
    if field == "_exists_":
        return Asked(values[0], "exists", (), negated)
    return Asked("" if field == "*" else field, kind, values, negated)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
