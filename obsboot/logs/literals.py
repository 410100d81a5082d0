"""What a regular expression says of the texts that fit it, without one: which letters are in all of them.

A pipeline asks that first. To look for a word in a text costs it nothing beside a pattern that fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<reference>%\{(?P<fragment>[A-Z][A-Z0-9_]*)[^}]*\})
    | (?P<look>\(\?<?[=!]) | (?P<open>\((?:\?:)?) | (?P<close>\)) | (?P<or>\|)
    | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]) | (?P<edge>\\[AzZbB]|[\^$]) | (?P<code>\\x[0-9A-Fa-f]{2})
    | (?P<kind>\\[dDwWsS]|\.) | (?P<back>\\[0-9]) | \\(?P<escaped>.) | (?P<letter>.)""",
    re.VERBOSE | re.DOTALL,
)
_TIMES = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d+)(?P<most>,\d*)?\})[?+]?")
_REST = r"[\s\S]*"
_EITHER_CASE = "(?i)"
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_MOST = 16
"""Needles that are worth looking for; with more of them the pattern itself is as quick."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What is known of every text that fits.

    `exact` is the text where there is only one, of `needles` each has one or more, `empty` says that it may be empty.
    """

    exact: str | None = None
    needles: tuple[str, ...] = ()
    empty: bool = True


_ONE, _ANYTHING = Holds(empty=False), Holds()


def holds(patterns: Iterable[str], fragments: Mapping[str, str]) -> Holds:
    """What every text has that fits one of the grok patterns."""
    return _either([_Reader(pattern, fragments).read() for pattern in patterns])


def fixed(pattern: str) -> str | None:
    """The one text that fits the regular expression; None where several may."""
    return holds([pattern], {}).exact


def opening(pattern: str) -> str | None:
    """What stands before an end that takes the rest of the text, whatever it is; None where there is no such end."""
    depth, start = 0, len(pattern.removesuffix(_REST))
    for found in _TOKEN.finditer(pattern):
        if found["set"] and found.start() == start:
            return pattern[:start] if depth == 0 else None
        depth += bool(found["open"] or found["look"]) - bool(found["close"])
        if found["or"] and depth == 0:
            return None
    return None


def _either(branches: Sequence[Holds]) -> Holds:
    """One of them fits."""
    if len(branches) == 1:
        return branches[0]
    known = [each.needles for each in branches]
    needles = tuple(dict.fromkeys(one for each in known for one in each)) if all(known) else ()
    shortest = tuple(one for one in needles if not any(other in one for other in needles if other != one))
    return Holds(None, shortest if len(shortest) <= _MOST else (), any(each.empty for each in branches))


def _sequence(parts: Sequence[Holds]) -> Holds:
    """All of them fit, one after the other. Of what is known the longest is asked."""
    run, found = "", list[tuple[str, ...]]()
    for part in parts:
        if part.exact is None:
            found += [(run,), part.needles or ("",)]
            run = ""
        else:
            run += part.exact
    needles = max([*found, (run,)], key=lambda each: min(map(len, each)))
    exact = run if all(part.exact is not None for part in parts) else None
    return Holds(exact, needles if all(needles) else (), all(part.empty for part in parts))


class _Reader:
    """Goes through a pattern once. What it does not know may be anything."""

    def __init__(self, pattern: str, fragments: Mapping[str, str]) -> None:
        self._pattern, self._fragments, self._here = pattern, fragments, 0

    def read(self) -> Holds:
        """The pattern as a whole. One whose letters count in either case tells no letters."""
        if not self._pattern.startswith(_EITHER_CASE):
            return self._branches()
        self._here = len(_EITHER_CASE)
        return Holds(empty=self._branches().empty)

    def _branches(self) -> Holds:
        branches: list[list[Holds]] = [[]]
        while found := _TOKEN.match(self._pattern, self._here):
            self._here = found.end()
            if found["close"]:
                break
            if found["or"]:
                branches.append([])
            else:
                branches[-1].append(self._repeated(self._part(found)))
        return _either([_sequence(each) for each in branches])

    def _part(self, found: re.Match[str]) -> Holds:
        if name := found["fragment"]:
            return _Reader(self._fragments[name], self._fragments).read()
        if found["look"]:
            self._branches()
            return _ANYTHING
        if found["open"]:
            return self._branches()
        if found["edge"] or found["back"]:
            return _ANYTHING
        if found["set"]:
            return _set(found["set"][1:-1])
        if found["kind"]:
            return _ONE
        text = chr(int(found["code"][2:], 16)) if found["code"] else found["letter"] or _escaped(found["escaped"])
        return Holds(text, (text,), empty=False)

    def _repeated(self, part: Holds) -> Holds:
        times = _TIMES.match(self._pattern, self._here)
        if times is None:
            return part
        self._here = times.end()
        if times["sign"] in ("*", "?") or times["least"] == "0":
            return _ANYTHING
        once = times["least"] == "1" and times["most"] is None
        return part if once else Holds(None, part.needles, part.empty)


def _escaped(letter: str) -> str:
    return _CONTROLS.get(letter, letter)


def _set(inside: str) -> Holds:
    """A set of a single letter is that letter."""
    if len(inside) == 1 and inside != "^":
        return Holds(inside, (inside,), empty=False)
    if len(inside) == 2 and inside[0] == "\\" and not inside[1].isalnum():
        return Holds(inside[1], (inside[1],), empty=False)
    return _ONE
