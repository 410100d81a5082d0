"""Why an expression is no PromQL, and where it breaks; the parser itself tells only why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from obsboot.promql.dialects import (
    AGGREGATIONS,
    EXPERIMENTAL,
    FUNCTIONS,
    METRICSQL,
    METRICSQL_WORDS,
    MODIFIERS,
    NEWER,
    RENAMED,
    WORDS,
)
from obsboot.promql.likeness import closest
from obsboot.promql.order import misplaced
from obsboot.promql.reading import PromqlError, parse
from obsboot.promql.tokens import Token, tokens


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` is the place in the expression, from 0.

    `dialect` names whose syntax it is where another program, or a newer Prometheus, may well read it.
    """

    message: str
    at: int = 0
    dialect: str = ""


_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SPAN = re.compile(r"(?:\d+(?:ms|[smhdwy]))+|\d[\d_]*(?:\.\d+)?")
_CALCULATED = re.compile(r"[-+*/^%()]|\b(?:step|range|min|max)\b")
_IN_CALL = re.compile(r"'(\w+)'")


def fault(expr: str) -> Fault | None:
    """What is wrong with an expression; None where it parses."""
    try:
        parse(expr)
    except PromqlError as error:
        found = list(tokens(expr))
        return _foreign(found) or next(_faults(found), None) or _told(error.reason, found, expr)
    return None


def switched(expr: str) -> Fault | None:
    """The first function that Prometheus knows only where it was switched on."""
    if not _MAYBE_SWITCHED.search(expr):
        return None
    before = ""
    for token, after in _pairs(list(tokens(expr))):
        called = after is not None and after.text in ("(", "by", "without") and before != "@"
        before = token.text
        if token.sort == "word" and token.text in EXPERIMENTAL and called:
            return Fault(f"{token.text}() needs `--enable-feature=promql-experimental-functions`", token.start)
    return None


_MAYBE_SWITCHED = re.compile("|".join(sorted(EXPERIMENTAL)))


def _foreign(found: Sequence[Token]) -> Fault | None:
    """The first sign that the expression is written for another program, or for a newer one."""
    for token, after in _pairs(found):
        if token.sort == "word" and after is not None and after.text == "(" and token.text in METRICSQL:
            return Fault(f"{token.text}() is a function of MetricsQL", token.start, "MetricsQL")
        if token.sort == "word" and token.text in METRICSQL_WORDS and (after is None or after.text != "="):
            return Fault(f"`{token.text}` is a word of MetricsQL", token.start, "MetricsQL")
    return _newer(found)


def _newer(found: Sequence[Token]) -> Fault | None:
    for token, after in _pairs(found):
        if token.text in NEWER and token.sort == "word" and (after is None or after.text not in _MATCHING):
            return Fault(f"`{token.text}` is experimental", token.start, "a newer Prometheus")
        if token.text in ("<", ">") and after is not None and after.text == "/" and after.start == token.end:
            return Fault(f"`{token.text}/` is experimental", token.start, "a newer Prometheus")
        if token.text == "." and token.sort == "operator":
            return Fault('a name with a dot needs quotes: {"a.b"}', token.start, "a newer Prometheus")
        if token.sort == "number" and "_" in token.text.strip("_"):
            return Fault(f"{token.text} has digits in groups", token.start, "a newer Prometheus")
    return _reckoned(found)


_MATCHING = ("=", "!=", "=~", "!~")


def _reckoned(found: Sequence[Token]) -> Fault | None:
    """A duration that has to be reckoned: experimental."""
    inside: list[Token] | None = None
    for token in found:
        if token.text == "[" and token.sort == "open":
            inside = []
        elif token.text == "]" and inside is not None:
            text = "".join(each.text for each in inside)
            if _CALCULATED.search(text) and all(each.sort != "string" for each in inside):
                return Fault(f"[{text}] is a duration that has to be reckoned", inside[0].start, "a newer Prometheus")
            inside = None
        elif inside is not None:
            inside.append(token)
    return None


def _pairs(found: Sequence[Token]) -> Iterator[tuple[Token, Token | None]]:
    yield from zip(found, (*found[1:], None), strict=False)


def _faults(found: Sequence[Token]) -> Iterator[Fault]:
    """What can be told from the words alone, the surest first."""
    yield from (_broken(each) for each in found if each.sort == "broken")
    yield from _brackets(found)
    yield from _names(found)
    yield from _durations(found)
    yield from (Fault(message, at) for message, at in misplaced(found))


def _broken(token: Token) -> Fault:
    if token.text in "\"'`":
        return Fault("the text that begins here has no end", token.start)
    return Fault(f"`{token.text}` is no part of PromQL", token.start)


def _brackets(found: Sequence[Token]) -> Iterator[Fault]:
    waiting: list[Token] = []
    for token in found:
        if token.sort == "open":
            waiting.append(token)
        elif token.sort == "close":
            if not waiting:
                yield Fault(f"`{token.text}` closes nothing", token.start)
                return
            if _PAIRS[(last := waiting.pop()).text] != token.text:
                yield Fault(f"`{last.text}` is not closed before `{token.text}`", last.start)
                return
    if waiting:
        yield Fault(f"`{waiting[-1].text}` is not closed", waiting[-1].start)


def _names(found: Sequence[Token]) -> Iterator[Fault]:
    for token, after in _pairs(found):
        if token.sort != "word" or after is None or after.text != "(":
            continue
        if token.text in RENAMED:
            yield Fault(f"Prometheus 3 calls {token.text}() {RENAMED[token.text]}()", token.start, "Prometheus 2")
        elif token.text.lower() not in FUNCTIONS | AGGREGATIONS | MODIFIERS | WORDS | {"bool", "offset"}:
            close = closest(token.text, [*FUNCTIONS, *AGGREGATIONS], cutoff=0.7)
            hint = f"; did you mean {close[0]}()?" if close else ""
            yield Fault(f"there is no function {token.text}(){hint}", token.start)


def _durations(found: Sequence[Token]) -> Iterator[Fault]:
    depth = 0
    before = ""
    for token in found:
        depth += (token.text == "[") - (token.text == "]")
        spaced = before + token.text
        before = token.text if token.sort == "number" else ""
        for part in token.text.split(":") if depth and token.sort in ("number", "word") else ():
            if part and not _SPAN.fullmatch(part) and _SPAN.fullmatch(spaced):
                yield Fault(f"{spaced!r} is written with a space in it", token.start, "Prometheus itself")
            elif part and not _SPAN.fullmatch(part):
                yield Fault(f"{part!r} is no duration; write 30s, 5m, 1h30m", token.start)


def _told(why: str, found: Sequence[Token], expr: str) -> Fault:
    """The parser's own words, at the name that stands in them."""
    if why.startswith("ranges only allowed"):
        ranged = (after for token, after in _pairs(found) if token.text == ")" and after and after.text == "[")
        return Fault(f"{why}; a sub-query has a colon, [1h:]", next((each.start for each in ranged), 0))
    named = _IN_CALL.search(why)
    word = named[1] if named else why.rpartition(" ")[2]
    at = next((each.start for each in found if word and word in each.text), found[0].start if found else 0)
    return Fault(why if expr.strip() else "it is empty", at)
