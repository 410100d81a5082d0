"""Labels whose values never end: each value makes series of its own, which stay for as long as data is kept."""

from __future__ import annotations

import re
from collections.abc import Collection

_NAME = re.compile(
    r"(?:.*_)?(?:request|req|session|trace|span|transaction|correlation|user|customer|visitor|message)_?(?:id|uuid)"
    r"|e_?mail|(?:.*_)?uuid|(?:.*_)?guid|(?:.*_)?timestamp|user_agent|access_token",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ENOUGH = 3
"""So many different values that look made up are no accident."""


def endless(label: str, values: Collection[str] | None = None) -> bool:
    """Whether a label's values have no end, by its name and, where they are known, by some of them."""
    if values is None:
        return bool(_NAME.fullmatch(label))
    many = len(values) >= _ENOUGH
    return many and (bool(_NAME.fullmatch(label)) or sum(bool(_UUID.fullmatch(v)) for v in values) >= _ENOUGH)
