"""Forms of times as Logstash's date filter reads them: Joda's letters, and four names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

NAMED = {
    "ISO8601": r"[+-]?\d{4,}-\d\d?-\d\d?(?:[T ]\d\d?(?::?\d\d?(?::?\d\d?(?:[.,]\d+)?)?)? ?(?:Z|[+-]\d\d:?(?:\d\d)?)?)?",
    "UNIX": r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "UNIX_MS": r"-?\d+",
    "TAI64N": r"@?[0-9a-fA-F]{24}",
}
_TOKEN = re.compile(r"''|'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z'])|(?P<open>')")
_NUMBERS = frozenset("CYxweyDdKhHkmsS")
_WORDS = {
    "E": r"[^\W\d_]+\.?",
    "a": r"[^\W\d_.]+\.?(?:[^\W\d_]\.)?",
    "G": r"[^\W\d_]+",
    "z": r"[A-Za-z][\w/+-]*(?: [A-Za-z]+)*",
}
_LETTERS = _NUMBERS | set(_WORDS) | set("MZ")
_INSTEAD = {
    "T": "quote it: 'T'", "X": "Joda writes offsets as Z or ZZ", "x": "", "n": "fractions are SSS",
    "u": "the day of the week is e",
}  # fmt: skip


class FormError(ValueError):
    """Joda does not read the form; the message says why."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of times: what its texts look like, and whether they name their zone and their year."""

    expression: re.Pattern[str]
    zone: bool
    year: bool


@lru_cache(maxsize=512)
def form(text: str) -> Form:
    """What texts of the form look like. Raises FormError."""
    if text in NAMED:
        return Form(re.compile(NAMED[text]), zone=True, year=True)
    if text.upper() in NAMED:
        raise FormError(f"{text!r} is read letter by letter: write {text.upper()}")
    parts: list[str] = []
    letters = set[str]()
    for found in _TOKEN.finditer(text):
        if found["open"]:
            raise FormError(f"the quote in {text!r} has no end")
        if run := found["letters"]:
            letters.add(run[0])
            parts.append(_look(run, text))
        else:
            literal = "'" if found[0] == "''" else (found["quoted"] or found["other"] or "").replace("''", "'")
            parts.append(re.escape(literal))
    return Form(re.compile("".join(parts), re.IGNORECASE), bool(letters & {"Z", "z"}), bool(letters & {"y", "Y", "x"}))


def _look(run: str, text: str) -> str:
    letter, count = run[0], len(run)
    if letter not in _LETTERS:
        instead = _INSTEAD.get(letter, "text stands in quotes")
        raise FormError(f"{letter!r} in {text!r} is no letter of Joda's" + (f": {instead}" if instead else ""))
    if letter == "Z":
        return r"(?:Z|[+-]\d\d:?(?:\d\d)?(?::?\d\d)?)" if count < 3 else r"[A-Za-z][\w/+-]*"
    if letter in _WORDS:
        return _WORDS[letter]
    if letter == "M":
        return r"\d{1,2}" if count < 3 else r"[^\W\d_]+\.?"
    if letter == "S":
        return rf"\d{{{1},{max(count, 9)}}}"
    return r"[+-]?\d+" if letter in "yYxC" else r"\d{1,3}" if letter == "D" else r"\d{1,2}"
