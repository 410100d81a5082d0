"""Go's regular expressions, read by Python's."""

from __future__ import annotations

import re
import warnings
from functools import cache

from obsboot.sources.expressions import foreign

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


@cache
def unreadable(pattern: str) -> str:
    """Why Go does not read a regular expression; nothing where it does."""
    if alien := foreign(pattern) or (found[1] if (found := _PYTHON_ONLY.search(pattern)) else ""):
        return f"RE2 has no {alien}"
    if strange := next((found[0] for found in _CLASS.finditer(pattern) if found[1] not in _CLASSES), ""):
        return f"there is no class {strange}"
    try:
        _compile(_FLAGS.sub("", pattern))
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
    return _compile(rest, how)


def _compile(pattern: str, how: int = 0) -> re.Pattern[str]:
    """Raises re.error. Python warns of what it may read otherwise one day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(_translated(pattern), how)


def _translated(pattern: str) -> str:
    plain = _NAMED.sub("(?P<", pattern).replace(r"\z", r"\Z")
    named = _CLASS.sub(lambda found: _CLASSES[found[1]], plain)
    return _POINT.sub(lambda found: re.escape(chr(int(found[1], 16))), named)
