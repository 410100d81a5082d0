"""What was probably meant by a word that nothing knows."""

from __future__ import annotations

from collections.abc import Iterable

from obsboot.promql.likeness import closest


def meant(word: str, known: Iterable[str], cutoff: float = 0.75) -> str:
    """`; did you mean 'x'?` where one of the known words is near; else nothing."""
    close = closest(word, known, cutoff=cutoff)
    return f"; did you mean {close[0]!r}?" if close else ""
