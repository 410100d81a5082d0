"""What was probably meant by a word that nothing knows."""

from __future__ import annotations

from collections.abc import Iterable

from obsboot.promql import likeness


def meant(word: str, known: Iterable[str], cutoff: float = 0.75) -> str:
    """`; did you mean 'x'?` where one of the known words is near; else nothing."""
    said = likeness.meant(word, known, cutoff)
    return f"; {said}" if said else ""
