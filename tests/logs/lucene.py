"""What a Lucene query finds, worked out without a store: the part of the language that a pack writes, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from obsboot.logs.documents import ABSENT, get

Document = Mapping[str, Any]
Holds = Callable[[Document], bool]
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<joint>AND|OR|NOT)(?=[\s(])|(?P<range>\[\S+ TO \S+\])|(?P<phrase>"[^"]*")'
    r"|(?P<field>[\w.@]+:)|(?P<word>[^\s()\"]+))"
)


def finds(query: str) -> Holds:
    """Whether a document is among those that the query finds."""
    reader = _Reader(query)
    holds = reader.any_of("")
    assert reader.here == len(query.rstrip()), query[reader.here :]
    return holds


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.here = text, 0

    def peek(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.here)
        return (str(found.lastgroup), found[found.lastgroup or 0]) if found else ("end", "")

    def take(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.here)
        assert found, self.text[self.here :]
        self.here = found.end()
        return str(found.lastgroup), found[found.lastgroup or 0]

    def any_of(self, field: str) -> Holds:
        parts = [self.all_of(field)]
        while self.peek() == ("joint", "OR"):
            self.take()
            parts.append(self.all_of(field))
        return lambda document: any(part(document) for part in parts)

    def all_of(self, field: str) -> Holds:
        parts = [self.one(field)]
        while self.peek() == ("joint", "AND"):
            self.take()
            parts.append(self.one(field))
        return lambda document: all(part(document) for part in parts)

    def one(self, field: str) -> Holds:
        kind, text = self.take()
        if (kind, text) == ("joint", "NOT"):
            inner = self.one(field)
            return lambda document: not inner(document)
        if kind == "field":
            return self.one(text[:-1])
        if kind == "open":
            inner = self.any_of(field)
            assert self.take()[0] == "close"
            return inner
        return _condition(field, kind, text)


def _condition(field: str, kind: str, text: str) -> Holds:
    if field == "_exists_":
        return lambda document: get(document, text) not in (ABSENT, None)
    if kind == "range":
        low, high = (float(each) for each in text.strip("[]").split(" TO "))
        return lambda document: any(low <= float(value) <= high for value in _values(document, field))
    wanted = text.strip('"')
    if field == "message":
        words = re.findall(r"\w+", wanted.lower())
        return lambda document: words in _windows(re.findall(r"\w+", str(get(document, field)).lower()), len(words))
    pattern = re.compile(re.escape(wanted).replace(r"\*", ".*"))
    return lambda document: any(pattern.fullmatch(_spelt(value)) for value in _values(document, field))


def _values(document: Document, field: str) -> list[Any]:
    value = get(document, field)
    return [] if value in (ABSENT, None) else value if isinstance(value, list) else [value]


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _windows(words: list[str], size: int) -> list[list[str]]:
    return [words[at : at + size] for at in range(len(words) - size + 1)]
