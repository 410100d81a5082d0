"""Grok patterns as a pack's files hold them: with their fragments, and field names in either spelling."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from obsboot.logs.grok import GrokError, compiled, grok

_BRACKETED = re.compile(r"%\{([A-Z][A-Z0-9_]*):((?:\[[^\[\]]+\])+)((?::\w+)?)\}")
_TYPED = re.compile(r"(%\{[^}:]*:[^}:]*):(\w+)\}")
_INNER = re.compile(r"\\A\(\?:([\s\S]*)\)\\z")
_END = re.compile(r"(?<!\\)((?:\\\\)*)\\z")
_FLAGGED = re.compile(r"^((?:\\A\(\?:)?)\(\?i\)([\s\S]*?)((?:\)\\Z)?)$")

LOGSTASH_TYPES = ("int", "float")
"""What Logstash can make of a field when it is taken: `%{INT:http.port:int}`."""
INGEST_TYPES = ("int", "long", "float", "double", "boolean")
"""And what an ingest pipeline can."""


def anchored(pattern: str) -> bool:
    """Whether the pattern covers its whole text, as the readers of a pack understand it."""
    return pattern.startswith("\\A") and pattern.endswith("\\z")


def compile_regex(text: str) -> str:
    """Why a regular expression cannot be used; nothing where it can."""
    try:
        # Without its beginning it is the one of the format, which is compiled already.
        compiled(_translated(text.removeprefix("\\A")))
    except GrokError as error:
        return str(error)
    return ""


def compile_grok(pattern: str, definitions: Mapping[str, str], types: Collection[str] = LOGSTASH_TYPES) -> str:
    """Why a pattern cannot be used with its own fragments and the reader's types; nothing where it can."""
    fragments = {name: _translated(text) for name, text in definitions.items()}
    dotted = _BRACKETED.sub(_dotted, pattern)
    dotted = _TYPED.sub(lambda found: f"{found[1]}}}" if found[2] in types else found[0], dotted)
    inner = _INNER.fullmatch(dotted)
    # What stands between the ends is the pattern of the format, which is compiled already.
    return _fault(inner[1], fragments) and _fault(dotted, fragments) if inner else _fault(dotted, fragments)


def _fault(pattern: str, fragments: Mapping[str, str]) -> str:
    try:
        grok(_translated(pattern), fragments)
    except GrokError as error:
        return str(error)
    return ""


def _dotted(found: re.Match[str]) -> str:
    return f"%{{{found[1]}:{found[2][1:-1].replace('][', '.')}{found[3]}}}"


def _translated(text: str) -> str:
    r"""As Python reads it: the end of a text is `\Z` to it, and a flag at the beginning of a part stands in a group."""
    return _FLAGGED.sub(r"\1(?i:\2)\3", _END.sub(r"\1\\Z", text))
