"""Grok without its surprises: a pattern always covers its whole text, and its fragments are its own.

Patterns and fragments keep to the regular expressions that Oniguruma (Logstash, ingest pipelines), Java and Python
read alike: no flags but a leading `(?i)`, no `.` across lines (`[\\s\\S]` is any character), no names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_REFERENCE = re.compile(r"%\{(?P<fragment>[A-Z][A-Z0-9_]*)(?::(?P<field>@?[a-z_][a-z0-9_.]*))?\}")
_BROKEN = re.compile(r"%\{[^}]*\}?")


class GrokError(ValueError):
    """A pattern that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Grok:
    """A pattern ready to be matched; `fields` are the names that it can fill, in the order of its groups."""

    expression: re.Pattern[str]
    fields: tuple[str, ...]

    def match(self, text: str) -> dict[str, str] | None:
        """The fields that the text gives, or None where the pattern does not cover the whole of it."""
        found = self.expression.fullmatch(text)
        if found is None:
            return None
        named = zip(self.fields, (found[f"_{index}"] for index in range(len(self.fields))), strict=True)
        return {name: value for name, value in named if value is not None}


def grok(pattern: str, fragments: Mapping[str, str]) -> Grok:
    """The pattern, compiled.

    Raises GrokError where it names an unknown fragment, takes a field twice, takes a field from a fragment that can be
    empty (the readers differ on it), or is no regular expression.
    """
    return _grok(pattern, tuple(sorted(fragments.items())))


@lru_cache(maxsize=1024)
def _grok(pattern: str, fragments: tuple[tuple[str, str], ...]) -> Grok:
    known = dict(fragments)
    fields: list[str] = []

    def put(found: re.Match[str]) -> str:
        text = expand(_of(known, found["fragment"]), known)
        if not (field := found["field"]):
            return f"(?:{text})"
        if field in fields:
            raise GrokError(f"the field {field} is taken twice; write two patterns")
        if compiled(text).fullmatch(""):
            raise GrokError(
                f"%{{{found['fragment']}}} can be empty, so it cannot fill {field}; make it optional outside"
            )
        fields.append(field)
        return f"(?P<_{len(fields) - 1}>{text})"

    whole = _REFERENCE.sub(put, pattern)
    return Grok(compiled(_whole(whole, pattern)), tuple(fields))


def expand(text: str, fragments: Mapping[str, str]) -> str:
    """A fragment's text with those that it names in their places."""
    for _ in range(10):
        whole = _REFERENCE.sub(lambda found: f"(?:{_of(fragments, found['fragment'])})", text)
        if whole == text:
            return _whole(whole, text)
        text = whole
    raise GrokError("its fragments name each other in a circle")


def used(pattern: str, fragments: Mapping[str, str]) -> dict[str, str]:
    """The fragments that a pattern names, and those that they name, by name."""
    found: dict[str, str] = {}
    waiting = [*_named(pattern)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _of(fragments, name)
            waiting += _named(found[name])
    return dict(sorted(found.items()))


def references(pattern: str) -> Iterator[tuple[str, str]]:
    """Every `%{FRAGMENT:field}` of a pattern; the field is empty where none is taken."""
    for found in _REFERENCE.finditer(pattern):
        yield found["fragment"], found["field"] or ""


def renamed(pattern: str, name: Callable[[str], str]) -> str:
    """The pattern with each field by another name: `%{INT:http.port}` as `%{INT:[http][port]}`."""

    def put(found: re.Match[str]) -> str:
        return f"%{{{found['fragment']}:{name(found['field'])}}}" if found["field"] else found[0]

    return _REFERENCE.sub(put, pattern)


@lru_cache(maxsize=4096)
def compiled(expression: str) -> re.Pattern[str]:
    r"""The expression as the other engines read it: `\w`, `\d` and `\s` are ASCII. Raises GrokError."""
    try:
        return re.compile(expression, re.ASCII)
    except re.error as error:
        raise GrokError(f"this is no regular expression: {error.msg} at character {(error.pos or 0) + 1}") from error


def _named(text: str) -> Iterator[str]:
    return (found["fragment"] for found in _REFERENCE.finditer(text))


def _of(fragments: Mapping[str, str], name: str) -> str:
    if name not in fragments:
        raise GrokError(f"there is no fragment {name}")
    return fragments[name]


def _whole(expression: str, said: str) -> str:
    if broken := _BROKEN.search(expression):
        raise GrokError(f"{broken[0]!r} in {said!r} is no reference: write %{{FRAGMENT}} or %{{FRAGMENT:field.name}}")
    return expression
