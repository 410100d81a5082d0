"""Which texts a regular expression of Go's matches as a whole, where they are few, or told by how they begin.

A pattern is read as far as choices, groups, small classes, `?`, and a `.*` or `.+` at an end go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

_MOST = 64
"""Texts that are told of a pattern at most."""
_LITTLE = 4096
_SIGN = re.compile(
    r"(?P<rest>\.[*+])|(?P<open>\((?:\?:|\?P?<\w+>|(?!\?)))|(?P<close>\))|(?P<or>\|)"
    r"|\[(?P<class>[^\]\[\\^]+)\]|\\(?P<escaped>[^\w\s])|(?P<plain>[^\\.*+?()|\[\]{}^$])"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A text, and what may follow: nothing (None), or any text of at least so many signs."""

    begin: str
    least: int | None = None

    def holds(self, other: Part) -> bool:
        """Whether each text of the other one is one of this one."""
        if self.least is None:
            return self == other
        length = len(other.begin) + (other.least or 0) - len(self.begin)
        return other.begin.startswith(self.begin) and length >= self.least

    def meets(self, other: Part) -> bool:
        """Whether the two may have a text in common."""
        if self.least is None or other.least is None:
            return self.holds(other) or other.holds(self)
        return self.begin.startswith(other.begin) or other.begin.startswith(self.begin)


@cache
def parts(pattern: str) -> frozenset[Part] | None:
    """What a pattern matches as a whole; None where that is too much, or cannot be told."""
    if len(pattern) > _LITTLE:
        return None
    try:
        found, end = _choices(pattern.removeprefix("^"), 0, 0)
    except ValueError:
        return None
    return frozenset(found) if end else None


def _choices(pattern: str, here: int, depth: int) -> tuple[list[Part], int]:
    """The parts from a place on to the end of the group, and the place behind it. Raises ValueError."""
    if depth > 8:
        raise ValueError(pattern)
    whole: list[Part] = []
    branch = [Part("")]
    while here < len(pattern):
        if depth == 0 and pattern[here:] == "$":
            break
        sign = _SIGN.match(pattern, here)
        if sign is None:
            raise ValueError(pattern)
        here = sign.end()
        if sign["close"]:
            if not depth:
                raise ValueError(pattern)
            return _few([*whole, *branch]), here
        if sign["or"]:
            whole, branch = [*whole, *branch], [Part("")]
            continue
        if sign["open"]:
            piece, here = _choices(pattern, here, depth + 1)
        else:
            piece = _piece(sign)
        piece, here = _optional(pattern, here, piece)
        branch = _joined(branch, piece)
    if depth:
        raise ValueError(pattern)
    return _few([*whole, *branch]), 1


def _piece(sign: re.Match[str]) -> list[Part]:
    if sign["rest"]:
        return [Part("", 0 if sign["rest"] == ".*" else 1)]
    if sign["class"]:
        return [Part(each) for each in _members(sign["class"])]
    return [Part(sign["escaped"] or sign["plain"])]


def _members(text: str) -> list[str]:
    """The signs of a class such as `a-f0`."""
    ends = re.findall(r"(.)-(.)|(.)", text, re.DOTALL)
    found = [chr(n) for low, high, _ in ends if low for n in range(ord(low), min(ord(high), ord(low) + _MOST) + 1)]
    return _checked([*found, *(each for _, _, each in ends if each)])


def _checked(found: list[str]) -> list[str]:
    if len(found) > _MOST:
        raise ValueError("too many")
    return found


def _optional(pattern: str, here: int, piece: list[Part]) -> tuple[list[Part], int]:
    following = pattern[here : here + 1]
    if following == "?" and pattern[here + 1 : here + 2] not in tuple("?*+{"):
        return [*piece, Part("")], here + 1
    if following and following in "?*+{":
        raise ValueError(pattern)
    return piece, here


def _joined(before: list[Part], after: list[Part]) -> list[Part]:
    """Raises ValueError where something follows on what may be anything."""
    if any(each.least is not None for each in before) and after != [Part("")]:
        raise ValueError("something follows on anything")
    return _few([Part(one.begin + two.begin, two.least) for one, two in product(before, after)])


def _few(found: list[Part]) -> list[Part]:
    if len(found) > _MOST:
        raise ValueError("too many")
    return found
