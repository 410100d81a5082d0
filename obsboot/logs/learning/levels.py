"""The words by which logs say how bad something is, in the spellings of one log at a time."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = {
    "trace": "debug", "verbose": "debug", "fine": "debug", "debug": "debug",
    "info": "info", "information": "info", "log": "info", "notice": "notice",
    "warn": "warning", "warning": "warning",
    "err": "error", "error": "error", "severe": "error",
    "crit": "critical", "critical": "critical", "fatal": "critical", "alert": "critical",
    "emerg": "critical", "emergency": "critical", "panic": "critical",
}  # fmt: skip
"""In log_fields.yaml stand the words that all documents use."""
_LETTERS = {
    "T": "debug",
    "D": "debug",
    "I": "info",
    "N": "notice",
    "W": "warning",
    "E": "error",
    "C": "critical",
    "F": "critical",
}
_NUMBERS = {"10": "debug", "20": "debug", "30": "info", "40": "warning", "50": "error", "60": "critical"}
_SPELLINGS: Sequence[dict[str, str]] = (
    {word.upper(): level for word, level in _WORDS.items()},
    _WORDS,
    {word.capitalize(): level for word, level in _WORDS.items()},
    _LETTERS,
)


def _any_of(words: dict[str, str]) -> str:
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


LEVEL_WORDS = {word: _any_of(words) for words in _SPELLINGS for word in words}
"""Each word, and the expression for all words that are spelt alike."""


def table(values: Sequence[str]) -> dict[str, str]:
    """What the words of a log mean, those among them that these lines do not have; empty where one is unknown."""
    if values and all(value in _NUMBERS for value in values):
        return _NUMBERS
    if not values or not all(value in LEVEL_WORDS for value in values):
        return {}
    said = [words for words in _SPELLINGS if any(value in words for value in values)]
    return {word: level for words in said for word, level in words.items()}
