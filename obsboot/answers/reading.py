"""From the text of an answer to its value. An answer is data: what could become syntax is refused here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from obsboot.answers.given import shortened
from obsboot.model import Question, Value

_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,62}")
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_ADDRESS = re.compile(rf"{_HOST}:(\d{{1,5}})")
_URL = re.compile(rf"https?://{_HOST}(?::\d{{1,5}})?(?:/[A-Za-z0-9._~!&'()*+,;=:@/?#-]*)?")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,3}")
_INTEGER = re.compile(r"-?\d{1,15}")
_LONGEST = 200
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})

_SECRETS = (
    re.compile(r"://[^/\s:@]*:[^/\s@]+@"),
    re.compile(r"hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w+|\bxox[abprs]-|\bglpat-|\bsk-\w{16,}"),
    re.compile(r"-----BEGIN |\beyJ[\w-]{8,}\.[\w-]{8,}"),
    re.compile(r"(?i)\b(?:password|passwd|secret|token|api[_-]?key)\s*[=:]\s*\S"),
    re.compile(r"(?=[\w+/]*[0-9])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?<![\w+/])[\w+]{28,}={0,2}(?![\w+/])|\b[0-9a-f]{32,}\b"),
)


class Unfit(ValueError):
    """The text is no answer to its question; the message says what would be one."""


def read(text: str, question: Question) -> Value:
    """The value of `text` as `question` wants it. Raises Unfit."""
    text = text.strip() if question.type != "text" else text
    if any(pattern.search(text) for pattern in _SECRETS):
        raise Unfit("looks like a secret, and no answer is one; passwords, tokens and the addresses that hold one belong "
                    "into the files under secrets/ and .env, which init creates")  # fmt: skip
    if not text and question.default == "":
        return ""
    value = _READERS[question.type](text, question)
    _within(value, question)
    return value


def _identifier(text: str, _question: Question) -> Value:
    if not _IDENTIFIER.fullmatch(text):
        raise Unfit(f"is {_quoted(text)}, which is no identifier: a lower-case letter first, then lower-case letters, "
                    "digits and dashes, 63 characters at most")  # fmt: skip
    return text


def _text(text: str, _question: Question) -> Value:
    for syntax in ("{{", "%{", "$", "<<", "${"):
        if syntax in text:
            raise Unfit(f"holds {syntax!r}, which would be read as syntax somewhere")
    if not text.isprintable():
        raise Unfit("holds a control character or a line break")
    if len(text) > _LONGEST:
        raise Unfit(f"has {len(text)} characters, and {_LONGEST} is the most")
    if not text.strip():
        raise Unfit("is empty")
    return text


def _pattern(pattern: re.Pattern[str], what: str) -> Callable[[str, Question], Value]:
    def reader(text: str, _question: Question) -> Value:
        if not pattern.fullmatch(text) or len(text) > 2 * _LONGEST:
            raise Unfit(f"is {_quoted(text)}, which is no {what}")
        return text

    return reader


def _address(text: str, _question: Question) -> Value:
    found = _ADDRESS.fullmatch(text)
    if not found or not 0 < int(found[1]) < 65536:
        raise Unfit(f"is {_quoted(text)}, which is no address: host:port, for example cache:6379")
    return text


def _path(text: str, _question: Question) -> Value:
    if not _PATH.fullmatch(text) or len(text) > _LONGEST:
        raise Unfit(f"is {_quoted(text)}, which is no path inside the repository, for example observability")
    return text


def _integer(text: str, _question: Question) -> Value:
    if not _INTEGER.fullmatch(text):
        raise Unfit(f"is {_quoted(text)}, which is no whole number")
    return int(text)


def _number(text: str, _question: Question) -> Value:
    try:
        value = float(text) if not _INTEGER.fullmatch(text) else int(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise Unfit(f"is {_quoted(text)}, which is no number")
    return value


def _ratio(text: str, question: Question) -> Value:
    value = _number(text, question)
    if not 0 <= float(value) <= 1:
        raise Unfit(f"is {_quoted(text)}, and a share lies between 0 and 1")
    return value


def _seconds(text: str, question: Question) -> Value:
    value = _number(text, question)
    if float(value) < 0:
        raise Unfit(f"is {_quoted(text)}, and seconds are not negative")
    return value


def _yesno(text: str, _question: Question) -> Value:
    if text.lower() not in _YES | _NO:
        raise Unfit(f"is {_quoted(text)}, and the answer is yes or no")
    return text.lower() in _YES


def _choice(text: str, question: Question) -> Value:
    if text not in question.choices:
        raise Unfit(f"is {_quoted(text)}, and the choice is {', '.join(question.choices)}")
    return text


_READERS: dict[str, Callable[[str, Question], Value]] = {
    "identifier": _identifier, "text": _text, "integer": _integer, "number": _number, "ratio": _ratio, "seconds": _seconds,
    "address": _address, "yesno": _yesno, "choice": _choice, "path": _path, "email": _pattern(_EMAIL, "e-mail address"),
    "url": _pattern(_URL, "http or https address"),
}  # fmt: skip


def version(text: str) -> str:
    """A server's version: numbers and dots. Raises Unfit."""
    if not _VERSION.fullmatch(text.strip()):
        raise Unfit(f"is {_quoted(text)}, which is no version: numbers and dots, for example 8 or 7.0")
    return text.strip()


def _within(value: Value, question: Question) -> None:
    if isinstance(value, str | bool):
        return
    if question.minimum is not None and value < question.minimum:
        raise Unfit(f"is {value}, and {question.minimum:g} is the least")
    if question.maximum is not None and value > question.maximum:
        raise Unfit(f"is {value}, and {question.maximum:g} is the most")


def _quoted(text: str) -> str:
    return f'"{shortened(text)}"'
