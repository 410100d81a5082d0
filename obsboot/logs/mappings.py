"""Fields as the mapping of an index: every field that somebody searches is typed, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from obsboot.model import LogField

NUMBERS = frozenset({"long", "double"})
"""Types of fields that can be measured."""
TOLD_APART = frozenset({"keyword", "long", "ip", "boolean"})
"""Types of fields whose values can be told apart, each with its documents."""
LONGEST_TERM = 8191
"""Characters of a keyword that are indexed. Lucene's longest term is 32,766 bytes, and a character takes up to four;
with a longer one the whole document would be refused. The text itself is stored in full."""


def mapping(fields: Iterable[LogField]) -> dict[str, Any]:
    """The mapping of the fields. What a document has beside them is stored, but makes no field (`dynamic: false`)."""
    properties: dict[str, Any] = {}
    for field in sorted(fields, key=lambda each: each.name):
        at = properties
        *path, last = field.name.split(".")
        for part in path:
            at = at.setdefault(part, {}).setdefault("properties", {})
        at[last] = _typed(field)
    return {"dynamic": False, "properties": properties}


def _typed(field: LogField) -> dict[str, Any]:
    match field.type:
        case "keyword":
            return {"type": "keyword", "ignore_above": LONGEST_TERM}
        case "object":
            return {"type": "object", "enabled": False}
        case other:
            return {"type": other}
