"""Alertmanager's matchers, as its two parsers read them.

The newer one knows any name and quotes; where it refuses a text, the older one is asked, and a warning goes to the log.
So `team==orders` loads, and waits for a team called `=orders`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from obsboot.promql import Matcher
from obsboot.sources.shipping import foreign

_WORD = r"""(?:"(?:[^"\\]|\\.)*"|[^\s{}!=~,\\"'`]+)"""
_NEW = re.compile(rf"\s*({_WORD})\s*(=~|!~|!=|=)\s*({_WORD})\s*")
_OLD = re.compile(r"\s*([a-zA-Z_:][\w:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Read:
    """What a text of matchers says: `matchers` is None where it is none; `old` where only the older parser reads it."""

    matchers: tuple[Matcher, ...] | None
    old: bool = False


def read(text: str) -> Read:
    """The matchers of a text such as `severity="critical"` or `{team=web, severity=~"warning|critical"}`.

    A regular expression has to be one that Go reads.
    """
    body = text.strip()
    if body.startswith("{") and body.endswith("}"):
        body = body[1:-1]
    new = _new(body)
    if new is not None:
        return Read(new if all(map(_compiles, new)) else None)
    old = _OLD.fullmatch(body)
    value = _unquoted(old[3]) if old else None
    if old is None or value is None:
        return Read(None)
    one = Matcher(old[1], old[2], value)
    return Read((one,) if _compiles(one) else None, old=True)


def _new(body: str) -> tuple[Matcher, ...] | None:
    found: list[Matcher] = []
    here = 0
    while here < len(body):
        one = _NEW.match(body, here)
        if one is None or (one.end() < len(body) and body[one.end()] != ","):
            return None
        found.append(Matcher(_word(one[1]), one[2], _word(one[3])))
        here = one.end() + 1
    return tuple(found) if found or not body.strip() else None


def _compiles(each: Matcher) -> bool:
    if each.op in ("=", "!="):
        return True
    try:
        re.compile(each.value)
    except re.error:
        return False
    return not foreign(each.value)


def _word(text: str) -> str:
    return re.sub(r"\\(.)", lambda c: "\n" if c[1] == "n" else c[1], text[1:-1]) if text.startswith('"') else text


def _unquoted(value: str) -> str | None:
    """The value as the older parser takes it; None where a quote stands in its middle."""
    inner = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if re.search(r'(?<!\\)"', inner):
        return None
    return re.sub(r'\\(["\\])', r"\1", inner)


def agrees(each: Matcher, value: str) -> bool:
    """Whether a matcher accepts a label's value, the empty one included. An invalid regular expression accepts none."""
    if each.op in ("=", "!="):
        return (value == each.value) == (each.op == "=")
    try:
        return bool(re.fullmatch(each.value, value)) == (each.op == "=~")
    except re.error:
        return False


def accepts(matchers: tuple[Matcher, ...], labels: Mapping[str, str]) -> bool:
    """Whether all of them accept an alert."""
    return all(agrees(each, labels.get(each.name, "")) for each in matchers)


def implies(some: tuple[Matcher, ...], others: tuple[Matcher, ...]) -> bool:
    """Whether whatever `some` accept, `others` accept as well. False where nobody can tell."""
    return all(each in some or _follows(some, each) for each in others)


def _follows(some: tuple[Matcher, ...], wanted: Matcher) -> bool:
    return any(one.name == wanted.name and one.op == "=" and agrees(wanted, one.value) for one in some)


def contradict(some: tuple[Matcher, ...], others: tuple[Matcher, ...]) -> bool:
    """Whether no alert can be accepted by both."""
    return any(
        one.name == other.name and one.op == "=" and one.value and not agrees(other, one.value)
        for first, second in ((some, others), (others, some))
        for one in first
        for other in second
    )
