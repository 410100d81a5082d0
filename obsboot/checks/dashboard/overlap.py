"""Panels lie side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Board, Panel
from obsboot.sources.context import Context

_COLUMNS = 24
_FEW = 5
_REACHING = 100
"""Panels that are compared with the next one below: no more than 24 fit beside each other, unless they overlap."""


class Overlap(Check):
    id = "dashboard/overlap"
    title = "Panels lie on the grid, and none on another"
    explanation = "Grafana pushes overlapping panels about when it loads, so the order that was meant is lost."
    fix = "Move it: x + w is at most 24, and no two rectangles share a cell."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            found = list(_faults(board, strict=not context.foreign))
            severity = "warning" if context.foreign else self.severity
            if context.foreign and len(found) > max(_FEW, len(board.panels) / 4):
                message = (
                    f"{len(found)} of {len(board.panels)} panels lie on others: whatever wrote them sets no places"
                )
                yield self.finding(board.path, board.line("panels"), message, severity="info", subject=board.subject)
                continue
            for panel, message in found:
                line = panel.line("gridPos")
                yield self.finding(board.path, line, message, severity=severity, subject=panel.subject)


@dataclass(frozen=True, slots=True)
class Box:
    """Where a panel lies, in cells of the grid."""

    x: float
    y: float
    w: float
    h: float

    @property
    def on_grid(self) -> bool:
        return self.x >= 0 and self.y >= 0 and self.w > 0 and self.h > 0 and self.x + self.w <= _COLUMNS

    def meets(self, other: Box) -> bool:
        beside = self.x < other.x + other.w and other.x < self.x + self.w
        return beside and self.y < other.y + other.h and other.y < self.y + self.h


def _faults(board: Board, *, strict: bool) -> Iterator[tuple[Panel, str]]:
    """The panels that lie wrongly, in the order of the file; where not `strict`, only those that say where they lie."""
    placed: list[tuple[int, Panel, Box]] = []
    faults: list[tuple[int, Panel, str]] = []
    for number, panel in enumerate(board.panels):
        box = _box(panel)
        if len(panel.way) > 2:
            continue  # inside a row: a collapsed one, or of the manner of before the grid
        if box is None or not box.on_grid:
            if strict or box is not None:
                faults.append((number, panel, f"panel {panel.title!r} is not on the grid"))
        else:
            placed.append((number, panel, box))
    for number, panel, other in _meeting(placed):
        faults.append((number, panel, f"panel {panel.title!r} lies on {other.title!r}"))
    yield from ((panel, message) for _, panel, message in sorted(faults, key=lambda fault: fault[0]))


def _meeting(placed: list[tuple[int, Panel, Box]]) -> Iterator[tuple[int, Panel, Panel]]:
    """Each panel that lies on another, once: the later one of the file. Only what reaches as far down is compared."""
    reaching: list[tuple[int, Panel, Box]] = []
    for number, panel, box in sorted(placed, key=lambda each: each[2].y):
        reaching = [each for each in reaching if each[2].y + each[2].h > box.y][-_REACHING:]
        met = next(((at, other) for at, other, taken in reaching if box.meets(taken)), None)
        if met is not None:
            at, other = met
            yield (number, panel, other) if number > at else (at, other, panel)
        reaching.append((number, panel, box))


def _box(panel: Panel) -> Box | None:
    place = panel.data.get("gridPos")
    values = [place.get(key) for key in "xywh"] if isinstance(place, dict) else []
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return Box(*numbers) if len(numbers) == 4 else None
