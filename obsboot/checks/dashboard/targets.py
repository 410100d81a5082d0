"""Panels ask something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.variables import used
from obsboot.sources.boards import Panel, objects
from obsboot.sources.context import Context

_LINES = frozenset({"logs", "raw_data", "raw_document"})
"""Metrics of the log store that are the documents themselves."""
_SILENT = ("row", "text", "dashlist", "alertlist", "news", "annolist")
_ASKING = frozenset({
    "timeseries", "graph", "stat", "singlestat", "gauge", "bargauge", "barchart", "piechart", "heatmap", "histogram",
    "table", "table-old", "state-timeline", "status-history", "logs", "trend", "xychart", "candlestick",
})  # fmt: skip
"""Types that show nothing without a query."""


class Targets(Check):
    id = "dashboard/targets"
    title = "Every panel asks something, under refIds of its own"
    explanation = "A panel without a query is for ever empty; of two queries with one refId Grafana runs one."
    fix = "Give the panel a query that says what it asks and what is made of it, and each query its own refId."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                if context.foreign and panel.type in _ASKING and not panel.borrowed:
                    yield from self._foreign(panel)
                elif not context.foreign and panel.type not in _SILENT:
                    yield from self._own(panel)

    def _own(self, panel: Panel) -> Iterator[Finding]:
        if not panel.targets:
            yield self._of(panel, panel.line("targets"), f"panel {panel.title!r} has no query")
        for number, target in enumerate(panel.targets):
            for key, fault in _faults(panel, target):
                message = f"panel {panel.title!r}: query {number + 1} {fault}"
                yield self._of(panel, panel.line("targets", number, key), message)
        yield from self._references(panel, strict=True)

    def _foreign(self, panel: Panel) -> Iterator[Finding]:
        if not panel.targets and not panel.data.get("snapshotData"):
            yield self._of(panel, panel.line("targets"), f"panel {panel.title!r} has no query", "warning")
        spare = panel.asks and not any(panel.kind(target) == "expression" for target in panel.targets)
        for number, target in enumerate(panel.targets):
            kind = panel.kind(target)
            for key, fault in _faults(panel, target) if kind != "logs" else ():
                message = f"panel {panel.title!r}: query {number + 1} {fault}"
                severity: Severity = "error" if kind == "expression" and fault != _EMPTY else "warning"
                if fault == _EMPTY and spare:
                    severity = "info"  # Grafana leaves it out
                yield self._of(panel, panel.line("targets", number, key), message, severity)
        if panel.targets and all(target.get("hide") for target in panel.targets):
            yield self._of(panel, panel.line("targets"), f"panel {panel.title!r}: every query is hidden", "warning")
        yield from self._references(panel, strict=False)

    def _references(self, panel: Panel, *, strict: bool) -> Iterator[Finding]:
        """Equal refIds; where it is `strict`, missing ones as well, which Grafana makes up."""
        seen: set[str] = set()
        for number, target in enumerate(panel.targets):
            said = target.get("refId")
            reference = said if isinstance(said, str) else ""
            if reference in seen or (strict and not reference):
                message = f"panel {panel.title!r}: query {number + 1} has the refId {reference!r} of another, or none"
                yield self._of(panel, panel.line("targets", number, *(("refId",) if reference else ())), message)
            if reference:
                seen.add(reference)

    def _of(self, panel: Panel, line: int, message: str, severity: Severity | None = None) -> Finding:
        return self.finding(panel.board.path, line, message, severity=severity, subject=panel.subject)


_EMPTY = "is empty"


def _faults(panel: Panel, target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with one query, each with the key that it is about."""
    kind = panel.kind(target)
    key, text = panel.text(target)
    if kind == "other" or (kind == "logs" and panel.board.local):
        return  # of their own log store people may ask for everything, in any way that it knows
    if not text.strip() and not target.get("conditions"):
        yield key, _EMPTY if kind != "logs" else "is empty, so it asks every document of every instance"
    elif kind == "logs" and target.get("queryType") != "PPL":
        yield from _measures(target)
    elif kind == "expression":
        known = {each.get("refId") for each in panel.targets if each is not target}
        for name in used(text) if "$" in text else (text,) if target.get("type") != "sql" else ():
            if name not in known:
                yield key, f"reckons with {name}, which is no other query of the panel"


def _measures(target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Grafana sends no query that says what is searched and not what is made of it."""
    metrics = [each.get("type") for _, each in objects(target.get("metrics"))]
    if not metrics:
        yield "metrics", "makes no number of the documents: it has no metrics"
    elif not target.get("bucketAggs") and not set(metrics) <= _LINES:
        yield "bucketAggs", "groups its documents by nothing, not even by time: it has no bucketAggs"
