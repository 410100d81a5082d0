r"""Grok processors, with the patterns as Oniguruma is quickest with them.

It goes through a text far faster by `(?m:.*)`, its way to say any letter, than by `[\s\S]*`, the way that all readers of
a log format share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from obsboot.logs.literals import opening

_PIECE = re.compile(
    r"\\. | \[(?:(?P<any>\\s\\S)|\^\\n)\](?P<times>[*+]\??) | \[\^?\]?(?:\\.|[^\]\\])*\]", re.VERBOSE | re.DOTALL
)


def grok_processor(
    field: str, patterns: Sequence[str], definitions: Mapping[str, str], *, optional: bool = False, condition: str = ""
) -> dict[str, Any]:
    """The processor that takes fields out of `field`; one that is `optional` goes on where no pattern fits."""
    body: dict[str, Any] = {"field": field, "patterns": [_quick(each) for each in patterns]}
    if definitions:
        body["pattern_definitions"] = {name: _quick(text) for name, text in definitions.items()}
    if optional:
        body["ignore_failure"] = True
    if condition:
        body["if"] = condition
    return {"grok": body}


def covering(pattern: str) -> str:
    """The pattern over the whole text; an end that takes any text is not looked for, which saves going through it."""
    start = opening(pattern)
    return rf"\A(?:{pattern})\z" if start is None else rf"\A(?:{start})"


def _quick(expression: str) -> str:
    """The same in fewer steps: any text, and the rest of a line, which is all that `.` is without its `m`."""

    def said(found: re.Match[str]) -> str:
        if not (times := found["times"]):
            return found[0]
        return f"(?m:.{times})" if found["any"] else f".{times}"

    return _PIECE.sub(said, expression)
