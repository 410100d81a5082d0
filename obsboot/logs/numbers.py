"""What counts as a number of a field, in all readers alike."""

from __future__ import annotations

import math
import re

INTEGER = r"[+-]?\d{1,18}"
"""Eighteen digits fit into a long; what has more is no number but an attack on who computes with it."""
NUMBER = rf"{INTEGER}(?:\.\d{{1,18}})?"
LARGEST = 10**18
_TEXTS = {True: re.compile(INTEGER, re.ASCII), False: re.compile(NUMBER, re.ASCII)}


def number(value: object, whole: bool) -> int | float | None:
    """The number that the value is, or spells; None where it is neither."""
    if isinstance(value, str) and _TEXTS[whole].fullmatch(value):
        return int(value) if whole else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if whole:
        return value if isinstance(value, int) and abs(value) < LARGEST else None
    try:
        return float(value) if math.isfinite(float(value)) else None
    except OverflowError:
        return None
