"""Empty panels say why."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class NoValue(Check):
    id = "dashboard/no-value"
    title = "Every panel says why it may be empty"
    explanation = "`No data` may mean that all is well, that nothing was asked, or that the exporter is gone."
    fix = "Set fieldConfig.defaults.noValue to one sentence (`empty` of the signal)."

    def run(self, context: Context) -> Iterator[Finding]:
        _ = context.pack  # a rule for what obsboot writes; elsewhere nobody has agreed to it
        for board in context.boards:
            for panel in board.panels:
                if panel.asks and not board.local and not str(panel.defaults.get("noValue") or "").strip():
                    line, message = (
                        panel.line("fieldConfig", "defaults"),
                        f"{panel.subject} does not say why it may be empty",
                    )
                    yield self.finding(board.path, line, message, subject=panel.subject)
