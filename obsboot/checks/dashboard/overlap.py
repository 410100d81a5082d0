"""Panels lie side by side."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context

_COLUMNS = 24


class Overlap(Check):
    id = "dashboard/overlap"
    title = "Panels lie on the grid, and none on another"
    explanation = "Grafana pushes overlapping panels about when it loads, so the order that was meant is lost."
    fix = "Move it: x + w is at most 24, and no two rectangles share a cell."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            placed: list[tuple[Panel, Box]] = []
            for panel in board.panels:
                if len(panel.way) > 2:
                    continue  # inside a collapsed row
                box = _box(panel)
                if box is None or not _on_grid(box):
                    yield self.finding(board.path, panel.line("gridPos"), f"panel {panel.title!r} is not on the grid")
                    continue
                for other, taken in placed:
                    if _meet(box, taken):
                        message = f"panel {panel.title!r} lies on {other.title!r}"
                        yield self.finding(board.path, panel.line("gridPos"), message)
                placed.append((panel, box))


Box = tuple[int, int, int, int]


def _box(panel: Panel) -> Box | None:
    place = panel.data.get("gridPos")
    values = [place.get(key) for key in "xywh"] if isinstance(place, dict) else []
    numbers = [value for value in values if isinstance(value, int)]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None


def _on_grid(box: Box) -> bool:
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= _COLUMNS


def _meet(one: Box, other: Box) -> bool:
    x, y, w, h = one
    left, top, width, height = other
    return x < left + width and left < x + w and y < top + height and top < y + h
