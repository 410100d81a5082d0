"""Three texts laid side by side: what all keep, what one side changed, what both changed and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import add
from typing import Literal

from obsboot.merge.alignment import equal_runs
from obsboot.merge.lines import Lines, settled, split

Kind = Literal["same", "yours", "template", "conflict"]


@dataclass(frozen=True, slots=True)
class Region:
    """Lines with their ends, of each side. `kind` says who changed them; `same` is also what both made the same of.

    `what` says why a conflict is one where the sides do not touch.
    """

    kind: Kind
    base: list[str]
    yours: list[str]
    template: list[str]
    what: str = ""

    @property
    def merged(self) -> list[str]:
        """The lines that stand in the merged text; of a conflict, yours."""
        return self.template if self.kind == "template" else self.yours


@dataclass(frozen=True, slots=True)
class Regions:
    """All of three texts, in order. `style`, `bom` and `last` are those of the merged text, as `Lines` has them."""

    regions: tuple[Region, ...]
    style: str
    bom: bool
    last: str | None


def regions(base: str, yours: str, template: str) -> Regions:
    """The regions of three texts. Line ends, a byte order mark and a missing last line end are merged as such."""
    b = split(base)
    y, t = split(yours, b.style), split(template, b.style)
    style = settled(b.style, y.style, t.style)
    return Regions(
        tuple(_regions(_Texts(b, y, t, style))),
        style,
        settled(b.bom, y.bom, t.bom),
        settled(b.last, y.last, t.last),
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    base: Lines
    yours: Lines
    template: Lines
    style: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """Lines that both sides kept, by where they begin in each text."""

    base: int
    yours: int
    template: int
    length: int


def _regions(texts: _Texts) -> Iterator[Region]:
    base, yours, template = texts.base.texts, texts.yours.texts, texts.template.texts
    b = y = t = 0
    for kept in _kept(base, yours, template):
        if (b, y, t) != (kept.base, kept.yours, kept.template):
            yield _changed(texts, slice(b, kept.base), slice(y, kept.yours), slice(t, kept.template))
        b, y, t = kept.base + kept.length, kept.yours + kept.length, kept.template + kept.length
        if kept.length:
            lines = _unchanged(texts, kept)
            yield Region("same", lines, lines, lines)


def _kept(base: Sequence[str], yours: Sequence[str], template: Sequence[str]) -> Iterator[_Kept]:
    """What both sides kept, and an empty run behind the end of all."""
    first, second = equal_runs(base, yours), equal_runs(base, template)
    i = j = 0
    while i < len(first) and j < len(second):
        one, other = first[i], second[j]
        start = max(one.first, other.first)
        stop = min(one.first + one.length, other.first + other.length)
        if start < stop:
            yield _Kept(start, one.second + start - one.first, other.second + start - other.first, stop - start)
        if stop == one.first + one.length:
            i += 1
        else:
            j += 1
    yield _Kept(len(base), len(yours), len(template), 0)


def _unchanged(texts: _Texts, kept: _Kept) -> list[str]:
    b, y, t = (
        lines.ends[start : start + kept.length]
        for lines, start in ((texts.base, kept.base), (texts.yours, kept.yours), (texts.template, kept.template))
    )
    ends = y if b == t else map(settled, b, y, t)
    lines = texts.yours.texts[kept.yours : kept.yours + kept.length]
    return list(map(add, lines, ends))


def _changed(texts: _Texts, base: slice, yours: slice, template: slice) -> Region:
    b, y, t = texts.base.texts[base], texts.yours.texts[yours], texts.template.texts[template]
    kind: Kind = "conflict"
    if b == y:
        kind = "template"
    elif b == t:
        kind = "yours"
    elif y == t:
        kind = "same"
    return Region(
        kind,
        texts.base.whole(base.start, base.stop, texts.style),
        texts.yours.whole(yours.start, yours.stop, texts.style),
        texts.template.whole(template.start, template.stop, texts.style),
    )
