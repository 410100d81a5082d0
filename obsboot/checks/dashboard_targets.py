"""Panels ask something."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.boards import Panel
from obsboot.checks.context import Context
from obsboot.model import Finding


class Targets(Check):
    id = "dashboard/targets"
    title = "Every panel asks something, under refIds of its own"
    explanation = "A panel without a query is for ever empty; of two queries with one refId Grafana runs one."
    fix = "Give the panel a query with an expression, and each query its own refId."

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
            if not str(target.get("expr") or "").strip():
                message = f"panel {panel.title!r}: query {number + 1} is empty"
                yield self.finding(panel.board.path, panel.line("targets", number), message)
            reference = target.get("refId")
            if not reference or reference in seen:
                message = f"panel {panel.title!r}: query {number + 1} has the refId {reference!r} of another, or none"
                yield self.finding(panel.board.path, panel.line("targets", number), message)
            seen.add(reference)
