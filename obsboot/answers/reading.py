"""From the text of an answer to its value. An answer is data: what could become syntax is refused."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from obsboot.answers.given import shortened
from obsboot.catalog import unlawful
from obsboot.model import Question, Value

_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}")
_PORT = re.compile(r".*:(\d{1,5})")
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")
_YESNO = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NUMBERS = ("integer", "number", "ratio", "seconds")
_NOT_OURS = frozenset({".git", ".obsboot", "."})

_SECRETS = (
    re.compile(r"://[^/\s@]*:[^/\s@]+@"),
    re.compile(r"hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/"),
    re.compile(
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w+|\bxox[abprs]-|\bglpat-|\bsk-\w{16,}"
    ),
    re.compile(r"-----BEGIN |\beyJ[\w-]{8,}\.[\w-]{8,}"),
    re.compile(r"(?i)\b(?:password|passwd|secret|token|api[_-]?key)\s*[=:]\s*\S"),
    re.compile(
        r"(?<![\w+/])(?=[\w+]*[0-9])(?=[\w+]*[a-z])(?=[\w+]*[A-Z])[\w+]{28,}={0,2}(?![\w+/])|\b(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{32,}\b"
    ),
)
_HINT = (
    "looks like a secret, and no answer is one; passwords, tokens and addresses that hold one belong into .env and "
    "into the files under secrets/, which init creates"
)


class UnfitError(ValueError):
    """The text is no answer to its question; the message, after the question's name, says what would be one."""


def read(text: str, question: Question) -> Value:
    """The value of `text` as `question` wants it. Raises UnfitError."""
    if question.type not in _NUMBERS and any(pattern.search(text) for pattern in _SECRETS):
        raise UnfitError(_HINT)
    value = _typed(text if question.type == "text" else text.strip(), question)
    wanted = unlawful(question, value) or _further(question, value)
    if wanted:
        raise UnfitError(f"is {quoted(text)}, and it has to be {wanted}")
    return value


def _typed(text: str, question: Question) -> Value:
    """The text as the type of Python that its question's answers have; itself where that cannot be."""
    if question.type == "yesno":
        return _YESNO.get(text.lower(), text)
    if question.type in _NUMBERS:
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) else text
    return text


def _further(question: Question, value: Value) -> str:
    """What one address or path by itself cannot be, though its characters are right."""
    if question.type == "address" and value:
        port = _PORT.fullmatch(str(value))
        return "" if port and 0 < int(port[1]) < 65536 else "host:port, for example cache:6379"
    if question.type == "path":
        parts = PurePosixPath(str(value)).parts
        usable = parts and parts[0] not in _NOT_OURS and not str(value).startswith("/") and "//" not in str(value)
        return "" if usable and len(str(value)) <= 200 else "a folder inside the repository, for example observability"
    if question.type == "text" and "<<" in str(value):
        return "text without '<<'"
    return "shorter than 254 characters" if isinstance(value, str) and len(value) > 253 else ""


def version(text: str) -> str:
    """A server's version: numbers and dots. Raises UnfitError."""
    if not _VERSION.fullmatch(text.strip()):
        raise UnfitError(f"is {quoted(text)}, and it has to be numbers and dots, for example 8 or 7.0")
    return text.strip()


def quoted(text: str) -> str:
    return f'"{shortened(text)}"'
