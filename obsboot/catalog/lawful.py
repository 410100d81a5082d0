"""What a question accepts as its answer."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from zoneinfo import available_timezones

from obsboot.model import Question, Value

NUMERIC = frozenset({"integer", "number", "ratio", "seconds", "yesno"})
"""Types of question whose answers a formula can name."""

_PATTERNS = {
    "identifier": (r"[a-z][a-z0-9-]{0,62}", "lower-case letters, digits and dashes, a letter first, at most 63"),
    "address": (r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:\d{1,5})?", "a host, or host:port"),
    "url": (r"https?://[A-Za-z0-9\[][^\s\"'<>`\\{}$%]*", "an address that begins with http:// or https://"),
    "email": (r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", "one e-mail address"),
    "path": (r"[A-Za-z0-9_.][A-Za-z0-9_./-]*", "a relative path of letters, digits, '_', '.', '-' and '/'"),
}
_SYNTAX = ("{{", "${", "$", "%{")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def unlawful(question: Question, value: Value) -> str:
    """Why `value` is no answer to `question`, as the end of the sentence "it has to be ..."; empty where it is one."""
    if question.type == "yesno":
        return "" if isinstance(value, bool) else "true or false"
    if question.type in NUMERIC:
        return _unlawful_number(question, value)
    if not isinstance(value, str):
        return "text"
    if question.type == "choice":
        return "" if value in question.choices else f"one of {', '.join(question.choices)}"
    if value == "" and (question.default == "" or question.may_be_empty):
        return ""
    if question.type == "timezone":
        return "" if value in available_timezones() else "the IANA name of a time zone, such as Europe/Berlin"
    return _unlawful_text(question.type, value)


def _unlawful_number(question: Question, value: Value) -> str:
    whole = question.type == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return "a whole number" if whole else "a number"
    low, high = question.minimum, question.maximum
    if question.type == "ratio":
        low, high = low or 0, 1 if high is None else high
    if question.type == "seconds":
        low = low or 0
    if low is not None and not value >= low:
        return f"at least {low:g}"
    return f"at most {high:g}" if high is not None and not value <= high else ""


def _unlawful_text(type_: str, value: str) -> str:
    if type_ in _PATTERNS:
        pattern, words = _PATTERNS[type_]
        fits = re.fullmatch(pattern, value) and not (type_ == "path" and ".." in PurePosixPath(value).parts)
        return "" if fits else words
    if found := next((mark for mark in _SYNTAX if mark in value), ""):
        return f"text without {found!r}"
    if _CONTROL.search(value):
        return "one line of text without control characters"
    return "" if 0 < len(value) <= 200 else "text of 1 to 200 characters"
