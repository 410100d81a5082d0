"""The line of a file that a finding is about, as wide as the terminal, with the place below which a caret goes."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

_TAB = "    "
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`caret` counts terminal cells from 0; None where the finding is about the line as a whole."""

    text: str
    caret: int | None


def excerpt(row: str, column: int, width: int) -> Excerpt:
    """The part of the line around `column` (from 1; 0 for none) that goes into `width` cells.

    Tabs become spaces, and what could steer a terminal becomes blank. A column behind the end is the end.
    """
    at = min(max(column - 1, 0), len(row))
    first, last = max(0, at - width), at + width + 1  # a line may be a megabyte: what is far away is not looked at
    cells = [_cell(char) for char in row[first:last]]
    caret, before, after = at - first, 0, len(cells)
    fits = not first and last >= len(row) and sum(map(cell_len, cells)) <= width
    if not fits:
        before, after = _room(cells, caret, max(width - 2 * len(_CUT), 1))
    head = _CUT if first or before else ""
    tail = _CUT if first + after < len(row) else ""
    place = len(head) + sum(map(cell_len, cells[before:caret]))
    return Excerpt((head + "".join(cells[before:after]) + tail).rstrip(), place if column else None)


def _cell(char: str) -> str:
    return _TAB if char == "\t" else char if char.isprintable() else " "


def _room(cells: list[str], caret: int, width: int) -> tuple[int, int]:
    """From which cell to which one: what fits into two thirds before the caret, and the rest behind it."""
    before, room = caret, width * 2 // 3
    while before and cell_len(cells[before - 1]) <= room:
        before -= 1
        room -= cell_len(cells[before])
    room = width - sum(map(cell_len, cells[before:caret]))
    after = caret
    while after < len(cells) and cell_len(cells[after]) <= room:
        room -= cell_len(cells[after])
        after += 1
    return before, after
