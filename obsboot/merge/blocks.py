"""The blocks of markers that a merged text holds, and the text that is left when they are resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from obsboot.merge.lines import BOM, without_end
from obsboot.merge.markers import Mark, mark_of

Side = Literal["yours", "base", "template"]
_SIGNS = ("<|=>", "<=>")
"""A block with the base and, as other tools write it, without."""


@dataclass(frozen=True, slots=True)
class Block:
    """What each side has between the markers; `base` is None where the block does not show it.

    `line` and `end` are the lines of the outer markers, from 1.
    """

    line: int
    end: int
    yours: str
    base: str | None
    template: str


def blocks(text: str) -> tuple[Block, ...]:
    """The whole blocks of markers in `text`, in order."""
    return tuple(_blocks(_lines(text)))


def resolved(text: str, side: Side) -> str:
    """`text` with every block replaced by what `side` has there.

    Raises ValueError where the base is asked for and a block does not show it.
    """
    lines = _lines(text)
    left: list[str] = []
    done = 0
    for block in _blocks(lines):
        chosen = getattr(block, side)
        if chosen is None:
            raise ValueError(f"line {block.line}: the block does not show the base")
        left += [*lines[done : block.line - 1], chosen]
        done = block.end
    text_left = "".join([*left, *lines[done:]])
    if lines and done == len(lines) and not lines[-1].endswith("\n"):
        text_left = without_end(text_left)
    return (BOM if text.startswith(BOM) else "") + text_left


def _lines(text: str) -> list[str]:
    rows = text.removeprefix(BOM).split("\n")
    return [row + "\n" for row in rows[:-1]] + rows[-1:] * bool(rows[-1])


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    marks = [(at, mark) for at, line in enumerate(lines) if (mark := mark_of(line))]
    behind = 0
    for place, (at, _) in enumerate(marks):
        ats = _block_at(marks, place) if at >= behind else None
        if ats:
            yours, *base, template = ("".join(lines[a + 1 : b]) for a, b in pairwise(ats))
            yield Block(at + 1, ats[-1] + 1, yours, base[0] if base else None, template)
            behind = ats[-1] + 1


def _block_at(marks: Sequence[tuple[int, Mark]], place: int) -> list[int] | None:
    """The lines of the markers of the block that opens with the mark at `place`, where it is whole."""
    first = marks[place][1]
    if first.sign != "<":
        return None
    found: list[int] = []
    signs = ""
    for at, mark in marks[place:]:
        if mark.size != first.size:
            continue
        found, signs = [*found, at], signs + mark.sign
        if signs in _SIGNS:
            return found
        if not any(whole.startswith(signs) for whole in _SIGNS):
            return None
    return None
