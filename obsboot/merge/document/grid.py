"""Where the panels of a dashboard lie: whose layout is kept, and room in it for what the other side added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from obsboot.merge.document.structure import Key
from obsboot.merge.document.syntax import Node

_FARTHEST = 10**6
_MOST_STEPS = 10**6
"""Panels times newcomers: what is laid out in a second or two."""


class Box(NamedTuple):
    """Cells of the grid, which is 24 wide, as a dashboard says them."""

    x: int
    y: int
    w: int
    h: int

    @property
    def bottom(self) -> int:
        """The first line below."""
        return self.y + self.h

    def meets(self, other: Box) -> bool:
        """Whether they share a cell."""
        beside = self.x >= other.x + other.w or other.x >= self.x + self.w
        return not beside and self.y < other.bottom and other.y < self.bottom


def box_of(panel: Node) -> Box | None:
    """Where a panel says that it lies; None if it does not, or says no place at all."""
    place = panel.member("gridPos")
    held = [place.member(key) for key in Box._fields] if place is not None else []
    cells = [number(node) for node in held]
    known = [cell for cell in cells if cell is not None and 0 <= cell <= _FARTHEST]
    return Box(*known) if len(known) == 4 else None


def number(node: Node | None) -> int | None:
    """The value of a node that is a small whole number."""
    value = node.value if node is not None else None
    if isinstance(value, bool) or value is None or isinstance(value, str) or abs(value) > 2**53:
        return None
    return int(value) if value == int(value) else None


class Layout:
    """The boxes of panels that are shown together, and the row, by its key, under which each lies."""

    def __init__(self, boxes: Mapping[Key, Box], rows: Iterable[Key]) -> None:
        self.boxes = dict(boxes)
        self.rows = set(rows)
        self.order = sorted(self.boxes, key=self._reading)
        self.row: dict[Key, Key | None] = {}
        row: Key | None = None
        for key in self.order:
            row = key if key in self.rows else row
            self.row[key] = row

    def _reading(self, key: Key) -> tuple[int, int]:
        return self.boxes[key].y, self.boxes[key].x

    def take_in(self, newcomers: set[Key], other: Layout) -> None:
        """Find room for the newcomers, which lie in `other`: below what they follow there, pushing down what is below.

        Nothing comes to lie on another panel. Raises ValueError where that would take too long.
        """
        if len(newcomers) * (len(self.boxes) + len(newcomers)) > _MOST_STEPS:
            raise ValueError("too many panels to lay out")
        for index, key in enumerate(other.order):
            if key in newcomers:
                row = other.row[key]
                self.boxes[key] = self._row_place(index, other) if row == key else self._place(index, other)
                self.row[key] = row

    def _place(self, index: int, other: Layout) -> Box:
        """Where a panel goes: as far from the one it follows as it was, if there is room, else on a line of its own."""
        key = other.order[index]
        own, row = other.boxes[key], other.row[key]
        earlier = [each for each in reversed(other.order[:index]) if each in self.boxes]
        anchor = next(
            (each for each in earlier if self.row[each] == row),
            None if row in self.boxes else next(iter(earlier), None),
        )
        if anchor is None:
            return self._line_of_its_own(own, min((box.y for box in self.boxes.values()), default=own.y))
        above = self.boxes[anchor]
        near = own._replace(y=above.y + own.y - other.boxes[anchor].y)
        if above.y <= near.y < self._end(above) and not any(map(near.meets, self.boxes.values())):
            return near
        return self._line_of_its_own(own, above.bottom)

    def _row_place(self, index: int, other: Layout) -> Box:
        """Where a row goes: below all of the row that it follows."""
        own = other.boxes[other.order[index]]
        earlier = next((each for each in reversed(other.order[:index]) if each in self.boxes), None)
        if earlier is None:
            return self._line_of_its_own(own, min((box.y for box in self.boxes.values()), default=own.y))
        return self._line_of_its_own(own, self._end(self.boxes[earlier]))

    def _end(self, box: Box) -> int:
        """The line on which the next row begins, or the first below everything."""
        later = [self.boxes[row].y for row in self.rows & self.boxes.keys() if self.boxes[row].y > box.y]
        return min(later, default=max(each.bottom for each in self.boxes.values()))

    def _line_of_its_own(self, own: Box, line: int) -> Box:
        """The place at or below `line` that cuts through no panel, after all below it have moved down."""
        while cut := [box.bottom for box in self.boxes.values() if box.y < line < box.bottom]:
            line = max(cut)
        for key, box in self.boxes.items():
            if box.y >= line:
                self.boxes[key] = box._replace(y=box.y + own.h)
        return own._replace(y=line)
