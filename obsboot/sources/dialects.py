"""Rule files in the format of Prometheus whose expressions are of another program's language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from obsboot.promql.faults import fault
from obsboot.sources.documents import Mapped, listed

_LOGQL = re.compile(
    r"\}\s*\|[=~>]|\|\s*(?:json|logfmt|unpack|unwrap|pattern|regexp|line_format|label_format|decolorize)\b"
)
_TYPES = {"graphite": "Graphite", "vlogs": "LogsQL"}
_THEIRS = frozenset({
    "concurrency", "params", "headers", "notifier_headers", "eval_offset", "eval_delay", "eval_alignment", "debug", "tenant",
    "update_entries_limit", "extra_filter_labels", "type",
})  # fmt: skip
"""What vmalert adds to a group."""


def spoken(groups: Iterable[object]) -> str:
    """The language of all expressions of a file, where it is a relative of PromQL's: LogQL or MetricsQL; else empty."""
    known = [group for group in groups if isinstance(group, Mapped)]
    texts = [str(rule["expr"]) for group in known for rule in listed(group.get("rules")) if _has_expr(rule)]
    if any(_LOGQL.search(text) for text in texts):
        return "LogQL"
    theirs = any(_THEIRS & set(group) for group in known)
    if theirs or any((found := fault(text)) and found.dialect == "MetricsQL" for text in texts):
        return "MetricsQL"
    return ""


def language(group: Mapped, file: str, expr: str) -> str:
    """The language that cannot be read here, of one expression of a group; empty of PromQL."""
    kind = _TYPES.get(str(group.get("type", "")))
    if kind or file == "LogQL":
        return kind or file
    return file if file and fault(expr) is not None else ""


def _has_expr(rule: object) -> bool:
    return isinstance(rule, Mapped) and "expr" in rule
