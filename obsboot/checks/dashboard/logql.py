"""Queries that Loki takes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.dashboard.rate_interval import FIXED_FROM
from obsboot.model import Finding
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context
from obsboot.sources.logql import faults, fixed_windows
from obsboot.sources.panels import text_span
from obsboot.sources.queries import Query

_PLUGIN = "loki"


class LogQL(Check):
    id = "dashboard/logql"
    title = "Queries for logs are ones that Loki takes, over ranges that follow the zoom"
    explanation = (
        "A panel with a query that Loki refuses shows an error; over a fixed short range its numbers have gaps where points "
        "lie wider apart than it."
    )
    fix = 'Mend the query: {job="api"} |= `error` | json; in numbers write [$__auto].'

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                for number, target in enumerate(panel.targets):
                    text = target.get("expr")
                    if panel.plugin(target) == _PLUGIN and isinstance(text, str) and text.strip():
                        yield from self._query(panel, number, text)

    def _query(self, panel: Panel, number: int, text: str) -> Iterator[Finding]:
        span = text_span(panel.board, (*panel.way, "targets", number, "expr"))
        query = Query(text, text, panel.board.path, panel.subject, panel.board.source.rows, span, panel=True)
        found = faults(text)
        for at, message in found:
            yield self.finding(query.path, query.at(at), f"{query.owner}: {message}", subject=query.owner)
        instant = panel.targets[number].get("queryType") == "instant"
        for at, window, seconds in () if found or instant else fixed_windows(text):
            if seconds < FIXED_FROM:
                message = f"{query.owner}: [{window}] does not follow the zoom"
                yield self.finding(query.path, query.at(at), message, severity="warning", subject=query.owner)
