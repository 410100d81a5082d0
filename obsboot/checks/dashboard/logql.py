"""Queries that Loki takes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Board, Panel
from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.logql import faults, fixed_windows
from obsboot.sources.panels import text_span

_PLUGIN = "loki"
_FIXED_FROM = 600.0
"""Seconds from which a fixed range is taken as meant, as in dashboard/rate-interval."""


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
                        yield from self._query(board, panel, number, text)

    def _query(self, board: Board, panel: Panel, number: int, text: str) -> Iterator[Finding]:
        first, _ = text_span(board, (*panel.way, "targets", number, "expr"))()
        found = faults(text)
        for at, message in found:
            line = _at(first, text, at)
            yield self.finding(board.path, line, f"{panel.subject}: {message}", subject=panel.subject)
        instant = panel.targets[number].get("queryType") == "instant"
        for at, window, seconds in () if found or instant else fixed_windows(text):
            if seconds < _FIXED_FROM:
                message = f"{panel.subject}: [{window}] does not follow the zoom"
                line = _at(first, text, at)
                yield self.finding(board.path, line, message, severity="warning", subject=panel.subject)


def _at(first: int, text: str, at: int) -> int:
    """The place of a letter of a query that begins at `first`, where JSON wrote it with escapes."""
    written = len(json.dumps(text[:at], ensure_ascii=False)) - 2
    return Line(first, first.column + written) if isinstance(first, Line) else first
