"""The merge of three texts line by line."""

from __future__ import annotations

from collections.abc import Sequence

from obsboot.merge.alignment import common_ends
from obsboot.merge.lines import BOM, without_end
from obsboot.merge.markers import size_for
from obsboot.merge.outcome import Conflict, Labels, Merged
from obsboot.merge.regions import Region, Regions, regions

_LONGEST = 70


def merge_text(base: str, yours: str, template: str, labels: Labels) -> Merged:
    """Both changes in one text; where both sides changed the same or touching lines, a block of markers.

    Only `\\n` and `\\r\\n` end a line. Another line end is no change of the line: the merged text has the line ends,
    the byte order mark and the last line end that you gave it, else those of the template.
    """
    return written(regions(base, yours, template), labels)


def written(parts: Regions, labels: Labels) -> Merged:
    """The text of the regions, with a block of markers for each that is a conflict."""
    lines: list[str] = []
    conflicts: list[Conflict] = []
    for region in parts.regions:
        if region.kind != "conflict":
            lines += region.merged
            continue
        start = len(lines) + 1
        lines += _block(region, labels, parts.style)
        yours, template = told(region.base, region.yours), told(region.base, region.template)
        conflicts.append(Conflict(start, len(lines), yours, template, region.what))
    if lines and parts.last is not None:
        lines[-1] = without_end(lines[-1]) + parts.last
    return Merged((BOM if parts.bom else "") + "".join(lines), tuple(conflicts))


def _block(region: Region, labels: Labels, end: str) -> list[str]:
    size = size_for([*region.yours, *region.base, *region.template])
    return [
        f"{'<' * size} {labels.yours}{end}",
        *region.yours,
        f"{'|' * size} {labels.base}{end}",
        *region.base,
        f"{'=' * size}{end}",
        *region.template,
        f"{'>' * size} {labels.template}{end}",
    ]


def told(base: Sequence[str], side: Sequence[str]) -> str:
    """What a side made of the lines of the base, in one line: `for: 5m -> for: 10m`, `+ severity: page`, `- 3 lines`."""
    head, tail = common_ends(base, side)
    before, after = base[head : len(base) - tail], side[head : len(side) - tail]
    if len(before) == len(after) == 1:
        return f"{_cut(before[0])} -> {_cut(after[0])}"
    return ", ".join(f"{sign} {_count(lines)}" for sign, lines in (("-", before), ("+", after)) if lines) or "unchanged"


def _count(lines: Sequence[str]) -> str:
    return _cut(lines[0]) if len(lines) == 1 else f"{len(lines)} lines"


def _cut(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
