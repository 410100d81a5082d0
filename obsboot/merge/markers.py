"""The lines that mark a conflict: `<<<<<<<`, `|||||||`, `=======`, `>>>>>>>`.

They are seven characters long, as every editor knows them; longer where a line of the conflict itself reads as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

_SHORTEST = 7
_SIGNS = tuple(sign * _SHORTEST for sign in "<|=>")
_MARK = re.compile(r"([<|>])\1{6,}(?= |\r?$)|={7,}(?=\r?$)")
_LEFT_OVER = re.compile(r"^\ufeff?(?:<{7,}|>{7,}) \S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mark:
    sign: str
    size: int


def mark_of(line: str) -> Mark | None:
    """The mark that a line is, with or without its end; None for any other line."""
    found = _MARK.match(line) if line.startswith(_SIGNS) else None  # most lines need no look at the pattern
    return Mark(line[0], found.end()) if found else None


def size_for(lines: Iterable[str]) -> int:
    """How long the marks around `lines` have to be so that none of the lines can be taken for one."""
    taken = {mark.size for line in lines if (mark := mark_of(line))}
    return next(size for size in count(_SHORTEST) if size not in taken)


def has_markers(text: str) -> int | None:
    """The first line, from 1, that opens or closes a block of markers; None where there is none.

    The marks of a half resolved block count; a line of `=======` alone is an underline.
    """
    found = _LEFT_OVER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None
