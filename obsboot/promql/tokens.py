"""PromQL cut into its words, with their places: for telling where an expression that does not parse breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Sort = Literal["space", "string", "number", "word", "operator", "open", "close", "comma", "broken"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|\#[^\n]*)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<number>(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)(?:[a-zA-Z][a-zA-Z\d]*)?)
    | (?P<word>[a-zA-Z_][\w:]*|:[\w:]+)
    | (?P<operator>==|!=|>=|<=|=~|!~|[-+*/%^=<>@:.])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<broken>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `start` counts characters from 0. A string without an end, and what is no PromQL at all, is `broken`."""

    sort: Sort
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(expr: str) -> Iterator[Token]:
    """The words of an expression, without spaces and comments."""
    for found in _TOKEN.finditer(expr):
        if found.lastgroup != "space":
            yield Token(found.lastgroup, found[0], found.start())  # type: ignore[arg-type]
