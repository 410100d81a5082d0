"""Legends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.context import Context
from obsboot.model import Finding

_LABEL = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


class Legend(Check):
    id = "dashboard/legend"
    title = "Legends name labels that the result has"
    explanation = "A label that is aggregated away is shown as nothing, so all lines of the panel are called the same."
    fix = "Use a label that the expression keeps, or a plain name."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                for number, target in enumerate(panel.targets):
                    legend = str(target.get("legendFormat") or "")
                    query = next((q for q in panel.queries if q.raw == target.get("expr")), None)
                    study = context.study(query) if query else None
                    for label in _LABEL.findall(legend) if study else ():
                        if study and not study.shape.labels.may_have(label):
                            message = f"{{{{{label}}}}} is not in the result, which has {study.shape.labels}"
                            line = panel.line("targets", number, "legendFormat")
                            yield self.finding(board.path, line, f"panel {panel.title!r}: {message}")
