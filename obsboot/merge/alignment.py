"""Which lines of one text are those of another.

Lines that stand once in either text are told first, the longest series of them that keeps its order: they are what a
reader would go by. What lies between them is compared line by line, as far as the effort is bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count, pairwise
from operator import ne
from typing import NamedTuple

_MOST_PAIRS = 1_000_000
"""Of equal lines, looked at in one comparison: about a second. What goes beyond counts as changed."""

_Pair = tuple[int, int]


class Run(NamedTuple):
    """`length` lines that are equal from line `first` of the one text and line `second` of the other, from 0."""

    first: int
    second: int
    length: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """Lines of the one text against lines of the other."""

    first: range
    second: range


def equal_runs(first: Sequence[str], second: Sequence[str]) -> list[Run]:
    """The runs of equal lines, rising in both texts; no two touch in both at once."""
    head, gap, tail = _trimmed(first, second, _Gap(range(len(first)), range(len(second))))
    anchors = list(_runs(_longest(_unique_pairs(first, second, gap))))
    found = [head, *anchors, tail]
    left = _MOST_PAIRS
    for between in _between(anchors, gap):
        head, inner, tail = _trimmed(first, second, between)
        found += [head, tail]
        places = _places(second, inner)
        effort = sum(len(places.get(first[at], ())) for at in inner.first)
        if effort <= left:
            left -= effort
            found += _runs(_longest([(at, other) for at in inner.first for other in places.get(first[at], ())]))
    return list(_joined(_slid(first, second, sorted(found))))


def _slid(first: Sequence[str], second: Sequence[str], runs: Iterable[Run]) -> Iterator[Run]:
    """The runs with what is only in one text between them as far down as it can be.

    Of three equal lines any could be the one that was removed: where both sides removed one, it has to be the same.
    """
    before = Run(0, 0, 0)
    for run in runs:
        a, b = before.first + before.length, before.second + before.length
        text, start, stop = (first, a, run.first) if b == run.second else (second, b, run.second)
        one_sided = (a == run.first) != (b == run.second)
        most = run.length if one_sided else 0
        steps = next((step for step in range(most) if text[start + step] != text[stop + step]), most)
        before = before._replace(length=before.length + steps)
        if steps < run.length:
            yield before
            before = Run(run.first + steps, run.second + steps, run.length - steps)
    yield before


def common_ends(first: Sequence[str], second: Sequence[str]) -> tuple[int, int]:
    """How many lines the two have in common at their beginning, and, of the rest, at their end."""
    shorter = min(len(first), len(second))
    head = next(compress(count(), map(ne, first, second)), shorter)
    tail = next(compress(count(), map(ne, reversed(first), reversed(second))), shorter)
    return head, min(tail, shorter - head)


def _trimmed(first: Sequence[str], second: Sequence[str], gap: _Gap) -> tuple[Run, _Gap, Run]:
    """The run at the beginning of a gap, what is left of the gap, the run at its end."""
    a, b = gap.first, gap.second
    head, tail = common_ends(first[a.start : a.stop], second[b.start : b.stop])
    inner = _Gap(range(a.start + head, a.stop - tail), range(b.start + head, b.stop - tail))
    return Run(a.start, b.start, head), inner, Run(inner.first.stop, inner.second.stop, tail)


def _unique_pairs(first: Sequence[str], second: Sequence[str], gap: _Gap) -> list[_Pair]:
    """The pairs of lines that stand once in the gap on either side."""
    one, other = first[gap.first.start : gap.first.stop], second[gap.second.start : gap.second.stop]
    counts, other_counts = Counter(one), Counter(other)
    places = dict(zip(other, gap.second, strict=True))
    return [
        (at, places[line])
        for at, line in zip(gap.first, one, strict=True)
        if counts[line] == 1 and other_counts.get(line) == 1
    ]


def _places(second: Sequence[str], gap: _Gap) -> dict[str, list[int]]:
    """Where each line stands in the second side of a gap, the last first."""
    places: dict[str, list[int]] = {}
    for at in reversed(gap.second):
        places.setdefault(second[at], []).append(at)
    return places


def _between(anchors: Sequence[Run], gap: _Gap) -> Iterator[_Gap]:
    a, b = gap.first.start, gap.second.start
    for run in (*anchors, Run(gap.first.stop, gap.second.stop, 0)):
        if a < run.first and b < run.second:
            yield _Gap(range(a, run.first), range(b, run.second))
        a, b = run.first + run.length, run.second + run.length


_Link = tuple[_Pair, "_Link | None"]
"""A pair, and the one before it in its series."""


def _longest(pairs: Sequence[_Pair]) -> Sequence[_Pair]:
    """The longest series of pairs that rises in both.

    `pairs` come rising by their first, and falling by their second where the first is the same, so that no two
    of those can be in one series.
    """
    if all(one[1] < other[1] for one, other in pairwise(pairs)):
        return pairs
    lowest: list[int] = []  # with which second the series of each length can end
    links: list[_Link] = []
    for pair in pairs:
        length = bisect_left(lowest, pair[1])
        link = (pair, links[length - 1] if length else None)
        lowest[length : length + 1] = [pair[1]]
        links[length : length + 1] = [link]
    found: list[_Pair] = []
    last: _Link | None = links[-1]
    while last:
        pair, last = last
        found.append(pair)
    return found[::-1]


def _runs(pairs: Iterable[_Pair]) -> Iterator[Run]:
    return _joined((a, b, 1) for a, b in pairs)


def _joined(runs: Iterable[tuple[int, int, int]]) -> Iterator[Run]:
    """The runs, those that touch in both texts as one; without empty ones."""
    start = other = length = 0
    for first, second, more in runs:
        if first != start + length or second != other + length:
            if length:
                yield Run(start, other, length)
            start, other, length = first, second, 0
        length += more
    if length:
        yield Run(start, other, length)
