"""Patterns for paths, subjects and check ids, as a person writes them; brackets are no special characters in any."""

from __future__ import annotations

import re
from functools import cache

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?)")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def path_matches(pattern: str, path: str) -> bool:
    """Whether a glob names the path, or a folder that the path is in.

    `*` and `?` cross no slash, `**` does. A pattern without a slash inside names files and folders at any depth.
    """
    return _path(pattern).fullmatch(path) is not None


@cache
def _path(pattern: str) -> re.Pattern[str]:
    wanted = pattern.removeprefix("./").rstrip("/")
    where = "" if "/" in wanted else "(?:.*/)?"
    meaning = "".join(_MEANING.get(part, re.escape(part)) for part in _PARTS.split(wanted.removeprefix("/")))
    return re.compile(f"{where}{meaning}(?:/.*)?", re.DOTALL)


def subject_matches(pattern: str, subject: str) -> bool:
    """Whether a pattern in which `*` is any text is the whole subject."""
    return _subject(pattern).fullmatch(subject) is not None


@cache
def _subject(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def is_family(pattern: str) -> bool:
    """Whether it names all checks of a group: `promql/*`."""
    return pattern.endswith("/*") and len(pattern) > 2


def check_matches(pattern: str, check: str) -> bool:
    """Whether an id, or a family `group/*`, takes in the check."""
    return check.startswith(pattern[:-1]) if is_family(pattern) else check == pattern
