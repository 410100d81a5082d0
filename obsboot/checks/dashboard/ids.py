"""Panel ids."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class Ids(Check):
    id = "dashboard/ids"
    title = "Panel ids are unique in their dashboard"
    explanation = (
        "Links, alerts and merges find a panel by its id; of two with one id Grafana shows one, or renumbers both."
    )
    fix = "Give one of them a new id."

    def run(self, context: Context) -> Iterator[Finding]:
        severity = "warning" if context.foreign else self.severity
        for board in context.boards:
            seen: dict[object, str] = {}
            for panel in board.panels:
                number, message = panel.data.get("id"), ""
                if not isinstance(number, int):
                    message = "" if context.foreign else f"panel {panel.title!r} has no id"
                elif number in seen:
                    message = f"panel {panel.title!r} has the id {number}, as has {seen[number]!r}"
                if message:
                    line = panel.line("id")
                    yield self.finding(board.path, line, message, severity=severity, subject=panel.subject)
                if number is not None:
                    seen.setdefault(str(number) if not isinstance(number, int) else number, panel.title)
