"""Panels ask something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.variables import used
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context

_LINES = frozenset({"logs", "raw_data", "raw_document"})
"""Metrics of the log store that are the documents themselves."""


class Targets(Check):
    id = "dashboard/targets"
    title = "Every panel asks something, under refIds of its own"
    explanation = "A panel without a query is for ever empty; of two queries with one refId Grafana runs one."
    fix = "Give the panel a query that says what it asks and what is made of it, and each query its own refId."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                if panel.type not in ("row", "text", "dashlist", "alertlist", "news", "annolist"):
                    yield from self._panel(panel)

    def _panel(self, panel: Panel) -> Iterator[Finding]:
        if not panel.targets:
            yield self.finding(panel.board.path, panel.line("targets"), f"panel {panel.title!r} has no query")
        seen: set[object] = set()
        for number, target in enumerate(panel.targets):
            for key, fault in _faults(panel, target):
                message = f"panel {panel.title!r}: query {number + 1} {fault}"
                yield self.finding(panel.board.path, panel.line("targets", number, key), message)
            reference = target.get("refId")
            if not reference or reference in seen:
                message = f"panel {panel.title!r}: query {number + 1} has the refId {reference!r} of another, or none"
                yield self.finding(panel.board.path, panel.line("targets", number), message)
            seen.add(reference)


def _faults(panel: Panel, target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with one query, each with the key that it is about."""
    kind = panel.kind(target)
    key, text = panel.text(target)
    if kind == "logs" and panel.board.local:
        return  # of their own log store people may ask for everything, in any way that it knows
    if not text.strip() and not target.get("conditions"):
        yield key, "is empty" if kind != "logs" else "is empty, so it asks every document of every instance"
    elif kind == "logs" and target.get("queryType") != "PPL":
        yield from _measures(target)
    elif kind == "expression":
        known = {each.get("refId") for each in panel.targets if each is not target}
        for name in used(text) if "$" in text else (text,) if target.get("type") != "sql" else ():
            if name not in known:
                yield key, f"reckons with {name}, which is no other query of the panel"


def _measures(target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Grafana sends no query that says what is searched and not what is made of it."""
    metrics = [each.get("type") for each in target.get("metrics") or () if isinstance(each, dict)]
    if not metrics:
        yield "metrics", "makes no number of the documents: it has no metrics"
    elif not target.get("bucketAggs") and not set(metrics) <= _LINES:
        yield "bucketAggs", "groups its documents by nothing, not even by time: it has no bucketAggs"
