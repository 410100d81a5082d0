"""The merge of three YAML texts: line by line, so that comments and layout stay; then checked for what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from obsboot.merge.agreement import Doubt, Four, doubts
from obsboot.merge.blocks import resolved
from obsboot.merge.outcome import Labels, Merged
from obsboot.merge.regions import Region, Regions, regions
from obsboot.merge.text import written
from obsboot.merge.values import ABSENT, Reading, Span, TooLargeError, UnreadError, read


def merge_yaml(base: str, yours: str, template: str, labels: Labels) -> Merged:
    """Both changes in one text that parses, has no key twice and means the base with both changes.

    Where the lines merge but that does not hold, the changes that are at odds become a block of markers, and its
    conflict says why. Where the lines do not merge but both sides say the same, comments included, the text is yours.
    Texts that do not parse to begin with, or are too large to compare, are merged as text.
    """
    parts = regions(base, yours, template)
    merged = written(parts, labels)
    if not merged.clean and formatting_only(yours, template) and _remarks(template) <= _remarks(yours):
        return Merged(yours)
    texts = (base, yours, template)
    sides = [reading for text in texts if (reading := _readable(text))]
    if len(sides) < len(texts):
        return merged
    if merged.clean:
        found = _broken(merged.text) or _at_odds([*texts, merged.text], sides)
    else:
        found = _broken(resolved(merged.text, "yours"))
    return _demoted(parts, found, labels) if found else merged


def _remarks(text: str) -> set[str]:
    """The lines that hold a comment, or a text with its sign."""
    return {line.strip() for line in text.split("\n") if "#" in line}


def formatting_only(base: str, yours: str) -> bool:
    """Whether both parse and say the same, whatever their comments, their layout and the order of their keys."""
    one, other = _readable(base), _readable(yours)
    return one is not None and other is not None and one.documents == other.documents


def _readable(text: str) -> Reading | None:
    """What a text says; None where it does not parse, has a key twice or is too large."""
    try:
        reading = read(text)
    except (UnreadError, TooLargeError):
        return None
    return None if reading.twice else reading


def _broken(text: str) -> list[Doubt]:
    """Why a merged text cannot be read."""
    try:
        return [Doubt(f"both sides added the key `{twice.key}`", twice.span) for twice in read(text).twice]
    except UnreadError as error:
        return [Doubt(f"the merged text would not parse: {error}", Span(error.line, error.line))]
    except TooLargeError:
        return []


def _at_odds(texts: Sequence[str], sides: Sequence[Reading]) -> list[Doubt]:
    """What speaks against a merged text, the last of `texts`; `sides` is what the others say.

    Where aliases are used it may mean both changes in either of two ways: by what the aliases stand for, or by how
    they are written, as where one side changed an anchor and the other added an alias of it.
    """
    try:
        result = read(texts[-1])
        found = _compared([*sides, result])
        if found and result.aliased and not result.ambiguous:
            as_written = [read(text, aliases=False) for text in texts]
            return found if _compared(as_written) else []
    except TooLargeError:
        return []
    return found


def _compared(readings: Sequence[Reading]) -> list[Doubt]:
    streams = [reading.documents for reading in readings]
    if max(len(stream.items) for stream in streams) > 1:
        return list(doubts(Four(streams)))
    return list(doubts(Four([stream.items[0] if stream.items else ABSENT for stream in streams])))


def _demoted(parts: Regions, found: Sequence[Doubt], labels: Labels) -> Merged:
    """The regions with those that are at odds joined to conflicts, or all changes where that leaves one to break."""
    merged = written(_joined(parts, _stretches(parts.regions, found)), labels)
    if all(_readable(resolved(merged.text, side)) for side in ("yours", "template")):
        return merged
    what = _reasons(found)
    return written(_joined(parts, [(*_all_changes(parts.regions), what)]), labels)


_Stretch = tuple[int, int, str]
"""The first and the last of some regions, and why they are at odds."""


def _stretches(every: Sequence[Region], found: Sequence[Doubt]) -> list[_Stretch]:
    """The regions that each doubt is about; doubts that share some are told together."""
    stretches: list[_Stretch] = []
    placed = sorted(((*_about(every, doubt.span), doubt) for doubt in found), key=lambda one: one[:2])
    for first, last, doubt in placed:
        if stretches and first <= stretches[-1][1]:
            before = stretches.pop()
            stretches.append((before[0], max(before[1], last), f"{before[2]}; {doubt.what}"))
        else:
            stretches.append((first, last, doubt.what))
    return stretches


def _about(every: Sequence[Region], span: Span | None) -> tuple[int, int]:
    """From the first to the last changed region in the lines `span` of the merged text, where both sides have one."""
    stops = list(accumulate(len(region.merged) for region in every))
    touched = [
        at
        for at, (region, stop) in enumerate(zip(every, stops, strict=True))
        if region.kind != "same" and span and stop - len(region.merged) + 1 <= span.end and stop >= span.line
    ]
    if {"yours", "template"} <= {every[at].kind for at in touched}:
        return touched[0], touched[-1]
    return _all_changes(every)


def _all_changes(every: Sequence[Region]) -> tuple[int, int]:
    changed = [at for at, region in enumerate(every) if region.kind != "same"]
    return changed[0], changed[-1]


def _reasons(found: Sequence[Doubt]) -> str:
    return "; ".join(dict.fromkeys(doubt.what for doubt in found))


def _joined(parts: Regions, stretches: Sequence[_Stretch]) -> Regions:
    return replace(parts, regions=tuple(_with_conflicts(parts.regions, stretches)))


def _with_conflicts(every: Sequence[Region], stretches: Sequence[_Stretch]) -> Iterator[Region]:
    done = 0
    for first, last, what in stretches:
        yield from every[done:first]
        inner = every[first : last + 1]
        base, yours, template = (
            [line for region in inner for line in getattr(region, side)] for side in ("base", "yours", "template")
        )
        yield Region("conflict", base, yours, template, what)
        done = last + 1
    yield from every[done:]
