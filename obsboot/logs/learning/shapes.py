"""Lines of one shape, and the pattern that reads them: a head in which every column is of one kind, then what was said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from obsboot.logs.learning.columns import FEW, Part, parts, settled
from obsboot.logs.learning.levels import LEVEL_WORDS
from obsboot.logs.learning.stamps import Stamp
from obsboot.logs.learning.tokens import Token, tokens

_END = "end"
_LONGEST = 8192
"""Characters of a line that are looked at."""
_STEADY = 10
"""Lines in which the same words have to stand before they are taken for a part of the form."""
_SHARE = 0.02
_BRANCHES = 12
_DEEPEST = 30
"""How often rows part before the rest of them is words."""
_MORE = 4
"""Columns beyond which lines are a shape of their own, though they end in words."""
_NUMBERS = frozenset({"int", "number"})
_TEXTS = frozenset({"word", "name", "path", "uuid", "ip", "token"})
_STRONG = frozenset({"level", "ip", "request", "requested", "asked", "bracketed", "uuid", "value"})
_SIGN = re.compile(r"[^\sA-Za-z0-9]")


class Row:
    """An entry as tokens; their kinds become wider while rows are compared."""

    def __init__(self, text: str) -> None:
        first, newline, _ = text.partition("\n")
        self.text = text
        self.tokens = tokens(first[:_LONGEST])
        if newline or len(first) > _LONGEST:
            self.tokens.append(Token("\n", "\n"))
        self.kinds = [token.kind for token in self.tokens]

    def kind(self, at: int) -> str:
        return self.kinds[at] if at < len(self.kinds) else _END


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows that one pattern reads; with `cut` only the tokens before it are columns, and the rest is the message."""

    rows: Sequence[Row]
    cut: int | None


def shapes(rows: Sequence[Row], at: int = 0, depth: int = 0) -> Iterator[Shape]:
    """The shapes of rows whose kinds are the same before `at`; `depth` is how often they have parted."""
    while True:
        kinds = {row.kind(at) for row in rows}
        if kinds == {_END}:
            yield Shape(rows, _said(rows, at))
            return
        if len(kinds) > 1 and not (kinds := _widened(rows, at, kinds)):
            yield from _parted(rows, at, depth) if depth < _DEEPEST else (Shape(rows, _prose(rows, at)),)
            return
        if kinds == {"\n"}:
            yield Shape(rows, _prose(rows, at))
            return
        at += 1


def _widened(rows: Sequence[Row], at: int, kinds: set[str]) -> set[str]:
    """One kind for all, where there is one that is none the worse for it; else nothing."""
    wider = ""
    if kinds <= _NUMBERS:
        wider = "number"
    elif kinds == {"word", "name"}:
        wider = "name"
    elif kinds == {"word", "level"}:
        wider = "word"
    elif len(kinds) == 2 and "-" in kinds:
        (other,) = kinds - {"-"}
        wider = f"-|{other}" if other in _NUMBERS | {"ip"} or not _words_before(rows, at) else ""
        wider = wider if other in _NUMBERS | _TEXTS else ""
    elif all(_SIGN.fullmatch(kind) for kind in kinds) and {row.kind(at + 1) for row in rows} == {"space"}:
        wider = "mark"
    elif len(kinds & _TEXTS) > 1 and kinds <= _TEXTS | _NUMBERS and not _words_before(rows, at) and _goes_on(rows, at):
        wider = "token"
    if not wider:
        return set()
    for row in rows:
        row.kinds[at] = wider
    return {wider}


def _goes_on(rows: Sequence[Row], at: int) -> bool:
    """Whether columns follow, and not words: then it is a column itself."""
    return all(row.kind(at + 1) == rows[0].kind(at + 1) != "space" for row in rows)


def _parted(rows: Sequence[Row], at: int, depth: int) -> Iterator[Shape]:
    """What to do where the rows stop being alike: the message begins, or they are of several shapes."""
    start = _prose(rows, at)
    if start == at:
        rows = yield from _apart(rows, at, depth)
    words = start < at or any(row.kind(at) in ("word", "name") for row in rows)
    if words and _is_strong(rows[0], start):
        yield Shape(rows, start)
        return
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = row.kind(at)
        groups.setdefault(f"{key} {row.tokens[at].text}" if key == "word" and not at else key, []).append(row)
    least = max(2, round(len(rows) * _SHARE))
    large = [group for group in groups.values() if len(group) >= least]
    if len(large) > _BRANCHES:
        large = []
    for group in large:
        yield from shapes(group, at, depth + 1)
    if rest := [row for group in groups.values() for row in group if all(group is not each for each in large)]:
        if len(rest) > 1 and len(rest) < len(rows) and not _is_strong(rest[0], at):
            yield from shapes(rest, at, depth + 1)
        else:
            yield Shape(rest, start)


def _apart(rows: Sequence[Row], at: int, depth: int) -> Generator[Shape, None, Sequence[Row]]:
    """The shapes of those that do not begin a message here, where they stay alike; returns the others."""
    left = list(rows)
    for kind in sorted({row.kind(at) for row in rows}):
        if kind not in _STRONG and not kind.startswith("time"):
            continue
        same = [row for row in left if row.kind(at) == kind]
        if len(same) < max(FEW, len(rows) * _SHARE) or len(same) == len(left):
            continue
        found = [each for each in shapes(same, at, depth + 1) if each.cut is None or each.cut > at + _MORE]
        taken = {id(row) for each in found for row in each.rows}
        if len(taken) >= FEW:
            yield from found
            left = [row for row in left if id(row) not in taken]
    return left


def _prose(rows: Sequence[Row], at: int) -> int:
    """Where the words begin that end at `at`. A column of levels is none of them."""
    start = at
    while start and rows[0].kind(start - 1) in ("word", "name", "space"):
        if rows[0].kind(start - 1) == "name" and not _was_wide(rows, start - 1):
            break
        if rows[0].kind(start - 1) == "word" and all(row.tokens[start - 1].text in LEVEL_WORDS for row in rows):
            break
        start -= 1
    while start < at and rows[0].kind(start) == "space":
        start += 1
    return start


def _was_wide(rows: Sequence[Row], at: int) -> bool:
    return any(row.tokens[at].kind == "word" for row in rows)


def _words_before(rows: Sequence[Row], at: int) -> bool:
    return _prose(rows, at) < at


def _is_strong(row: Row, cut: int) -> bool:
    """Whether so much of a line tells what kind of line it is."""
    kinds = (token.kind for token in row.tokens[:cut])
    return any(kind in _STRONG or kind.startswith("time") for kind in kinds)


def _said(rows: Sequence[Row], end: int) -> int | None:
    """In rows that are alike to their end: where words begin that are none of the form, for they change."""
    at = 0
    while at < end:
        run = at
        while run < end and rows[0].kind(run) in ("word", "space"):
            run += 1
        words = [n for n in range(at, run) if rows[0].kind(n) == "word"]
        least = 0 if run == end and _after_a_sign(rows[0], at) else 1
        start = _prose(rows, run) if len(words) > least else run
        steady = len(rows) >= _STEADY and all(len({row.tokens[n].text for row in rows}) == 1 for n in words)
        if len([n for n in words if n >= start]) > least and not steady and _is_strong(rows[0], start):
            return start
        at = max(run, at + 1)
    return None


def _after_a_sign(row: Row, at: int) -> bool:
    """Whether a colon, a bracket or a dash stands there, after which one word is a message as well."""
    return at > 1 and row.tokens[at - 1].text[-1:] in (":", "]", "-", "|")


def pieces(shape: Shape) -> list[Part]:
    """The pattern of a shape, in pieces. Where one could not be read without trying where to stop, the rest is said."""
    first = shape.rows[0]
    end = len(first.kinds) if shape.cut is None else shape.cut
    found: list[Part] = []
    key = ""
    for at in range(end):
        kind, values = first.kinds[at], [row.tokens[at].text for row in shape.rows]
        column = [replace(part, key=key) if part.kind else part for part in parts(kind, values, _stamp(shape.rows, at))]
        key = kind[:-1] if kind.endswith("=") and len(kind) > 1 else ""
        found += column
    if shape.cut is not None:
        every = all(len(row.kinds) > end for row in shape.rows)
        found.append(Part(kind="message", fragment="TEXT", optional=not every))
    return settled(found)


def _stamp(rows: Sequence[Row], at: int) -> Stamp | None:
    return rows[0].tokens[at].stamp if rows[0].kinds[at].startswith("time") else None


def first_kinds(rows: Sequence[Row]) -> Counter[str]:
    """How often rows begin with which kind of token."""
    return Counter(row.kind(0) for row in rows)
