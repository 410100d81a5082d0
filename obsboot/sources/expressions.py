"""What the regular expressions of Go have not, in which Prometheus, Alertmanager and Filebeat are written."""

from __future__ import annotations

import re

_FOREIGN = re.compile(r"\(\?(?:=|!|<=|<!|>|#|\()|\(\?P=|\\[1-9]|\\[kGZhHKRX]|(?<!\\)[*+?}]\+")
"""What RE2 has not: looks around, references back, atomic and possessive parts, and letters of other dialects."""
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST = 1000
"""Go repeats nothing more often."""


def foreign(pattern: str) -> str:
    """The first part of a regular expression that Go does not read; nothing where there is none."""
    bare = re.sub(r"\\\\|\\[pP]\{\^?\w+\}|\[\^?\]?(?:\\.|[^\]\\])*\]", lambda found: "_" * len(found[0]), pattern)
    if found := _FOREIGN.search(bare):
        return pattern[found.start() : found.end()]
    counts = (found for found in _COUNT.finditer(bare) if max(int(found[1]), int(found[2] or 0)) > _MOST)
    return next((found[0] for found in counts), "")
