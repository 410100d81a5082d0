"""Names that are probably the same, written wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest

_GROWN = ("_total", "_bytes", "_seconds", "_ratio", "_bytes_total", "_seconds_total")
"""What exporters have put behind names that they had without, when the naming conventions came."""
_MOST_COMPARED, _LONGEST = 25, 200
"""Names that are compared with one word, and letters of a name."""
_bits: dict[tuple[str, int], int] = {}
"""The bit that says that a word has a letter for the nth time."""


def closest(word: str, known: Iterable[str], number: int = 1, cutoff: float = 0.6) -> list[str]:
    """The known names that are nearest to a word, as `difflib.get_close_matches` finds them.

    One comparison takes as long as counting the common letters of a hundred names. So only those names are compared that
    have enough of the word's letters to be nearer than what is found already, and never more than some.
    """
    if len(word) > _LONGEST:
        return []
    letters, size = _letters(word), len(word)
    names = (name for name in known if 0 < len(name) <= _LONGEST)
    bounds = ((2 * (letters & _letters(name)).bit_count() / (size + len(name)), name) for name in names)
    matcher = SequenceMatcher(b=word)
    found: list[tuple[float, str]] = []
    for bound, name in nlargest(_MOST_COMPARED, (each for each in bounds if each[0] >= cutoff)):
        if len(found) == number and bound < found[-1][0]:
            break
        matcher.set_seq1(name)
        if (ratio := matcher.ratio()) >= cutoff:
            found = nlargest(number, [*found, (ratio, name)])
    return [name for _, name in found]


def meant(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`did you mean 'x'?` where one of the known names is near; else nothing."""
    close = closest(word, known, cutoff=cutoff)
    return f"did you mean {close[0]!r}?" if close else ""


@lru_cache(maxsize=65_536)
def _letters(word: str) -> int:
    """The letters of a word as bits: what two words have in common are the bits that both have."""
    seen: Counter[str] = Counter()
    bits = 0
    for letter in word:
        seen[letter] += 1
        bits |= _bits.setdefault((letter, seen[letter]), 1 << len(_bits))
    return bits


def slip(word: str, known: Iterable[str]) -> str:
    """The known name that `word` is a slip of the pen of; empty where none is near enough.

    One letter too few, too many, other than it should be, or two that changed places, in a word that is long enough; two
    such in a very long one. Names that differ in a digit are different names.
    """
    names = [name for name in known if abs(len(name) - len(word)) <= 2]
    for close in closest(word, names, 3, 0.7):
        if close != word and _digits(close) == _digits(word) and apart(word, close) <= _allowed(word, close):
            return close
    return ""


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _allowed(word: str, close: str) -> int:
    swapped = sorted(word) == sorted(close)
    shortest = 4 if swapped else 6 if len(word) != len(close) else 7
    return 2 if len(word) >= 20 else int(len(word) >= shortest)


def grown(word: str, known: Iterable[str]) -> str:
    """The known name that `word` was called before names had to end with their unit; empty where there is none."""
    names = frozenset(known)
    return next((word + end for end in _GROWN if word + end in names), "")


def apart(one: str, other: str) -> int:
    """How many letters have to be put in, taken out, changed, or swapped with their neighbour."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        row = [number]
        for at, wanted in enumerate(other, 1):
            cost = min(above[at] + 1, row[at - 1] + 1, above[at - 1] + (letter != wanted))
            if before and at > 1 and letter == other[at - 2] and one[number - 2] == wanted:
                cost = min(cost, before[at - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
