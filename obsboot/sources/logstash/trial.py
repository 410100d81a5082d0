"""Tries expressions on lines, in a process of its own: an expression that never ends cannot be stopped from inside.

Reads a list of [expression, line] from its input and answers each with a line: null, false where it is no expression, or
the first match as [begin, end, {group: text}]. Started with the argument `measure` it measures instead how the
time of a match grows. It imports nothing but the standard library, so that it starts at once.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

_LENGTH = 60
"""Characters of the longest text that is tried."""
_ENDS = ("\x00", "\n", "!", '"', " ", ",,", ";;")
"""Characters with which a text may stop to fit."""
_LONG, _STEEP = 0.001, 1.7
"""Seconds from which on times can be compared, and how much more one more pump takes where the time is exponential."""


def answer(expression: str, line: str) -> Any:
    """What the expression finds in the line."""
    try:
        found = re.compile(expression, re.MULTILINE).search(line)
    except re.error:
        return False
    return found and [found.start(), found.end(), {k: v for k, v in found.groupdict().items() if v is not None}]


def explodes(inner: str, pumps: list[str]) -> bool:
    """Whether the time to see that repetitions of `inner` do not end grows exponentially with the count of any pump."""
    expression = re.compile(rf"(?:{inner})+\Z", re.MULTILINE)
    return any(_grows(expression, pump) for pump in pumps)


def _grows(expression: re.Pattern[str], pump: str) -> bool:
    ends = [end for end in _ENDS if not expression.match(pump * 2 + end)]
    before, steep = 0.0, 0
    for count in range(3, 2 + _LENGTH // len(pump)) if ends else ():
        seconds = min(_seconds(expression, pump * count + ends[0]) for _ in range(3))
        ratio = seconds / before if before else 1.0
        steep = steep + 1 if ratio > _STEEP else 0
        if seconds > _LONG and (ratio > 2 * _STEEP or steep > 1):
            return True
        before = seconds
    return False


def _seconds(expression: re.Pattern[str], text: str) -> float:
    """How long it takes this process itself to see that the expression does not fit, whatever else the machine does."""
    began = time.process_time()
    expression.match(text)
    return time.process_time() - began


def main() -> None:
    """Answers every question of the input, in its order."""
    measures = sys.argv[1:] == ["measure"]
    for question in json.load(sys.stdin):
        try:
            said = explodes(*question) if measures else answer(*question)
        except (re.error, RecursionError, MemoryError):
            said = False
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
