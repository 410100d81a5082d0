"""Go's regular expressions, read by Python's."""

from __future__ import annotations

import re
from functools import cache

_FOREIGN = re.compile(r"\(\?(?:=|!|<=|<!|>|#|\()|\(\?P=|\\[1-9]|\\[kGZhHKRX]|(?<!\\)[*+?}]\+")
"""What RE2 has not: looks around, references back, atomic and possessive parts, and letters of other dialects."""
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST = 1000
"""Go repeats nothing more often."""
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "digit": "0-9", "lower": "a-z", "upper": "A-Z", "space": r"\s",
    "word": r"\w", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-~", "blank": r" \t",
}  # fmt: skip
_CLASS = re.compile(r"\[:(\w+):\]")
_FLAGS = re.compile(r"\(\?([imsU]+)\)")
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")
_PYTHON_ONLY = re.compile(r"(?<!\\)(?:\\\\)*(\\[uUN]|\(\?[a-z]*[aLux])")
_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_GO_ONLY = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)|\\Q|\\C")


def foreign(pattern: str) -> str:
    """The first part of a regular expression that Go does not read; nothing where there is none."""
    bare = re.sub(r"\\\\|\\[pP]\{\^?\w+\}|\[\^?\]?(?:\\.|[^\]\\])*\]", lambda found: "_" * len(found[0]), pattern)
    if found := _FOREIGN.search(bare):
        return pattern[found.start() : found.end()]
    counts = (found for found in _COUNT.finditer(bare) if max(int(found[1]), int(found[2] or 0)) > _MOST)
    return next((found[0] for found in counts), "")


@cache
def unreadable(pattern: str) -> str:
    """Why Go does not read a regular expression; nothing where it does."""
    if alien := foreign(pattern) or (found[1] if (found := _PYTHON_ONLY.search(pattern)) else ""):
        return f"RE2 has no {alien}"
    if strange := next((found[0] for found in _CLASS.finditer(pattern) if found[1] not in _CLASSES), ""):
        return f"there is no class {strange}"
    try:
        re.compile(_translated(_FLAGS.sub("", pattern)))
    except re.error as error:
        return "" if _GO_ONLY.search(pattern) else str(error)
    return ""


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern of Go's as one of Python's; None where that would mean something else, or where it is none."""
    flags = _FLAGS.match(pattern)
    rest = pattern[flags.end() :] if flags else pattern
    given = flags[1] if flags else ""
    if unreadable(pattern) or _FLAGS.search(rest) or _GO_ONLY.search(pattern) or "U" in given:
        return None
    how = re.ASCII
    for letter in given:
        how |= {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[letter]
    return re.compile(_translated(rest), how)


def _translated(pattern: str) -> str:
    plain = _NAMED.sub("(?P<", pattern).replace(r"\z", r"\Z")
    named = _CLASS.sub(lambda found: _CLASSES[found[1]], plain)
    return _POINT.sub(lambda found: re.escape(chr(int(found[1], 16))), named)
