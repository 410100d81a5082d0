"""Variables have values."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.expressions import faults
from obsboot.model import Finding
from obsboot.sources.boards import Variable
from obsboot.sources.context import Context


class VariableValues(Check):
    id = "dashboard/variable-values"
    title = "Every variable has values to choose from"
    explanation = (
        "A variable without values leaves every panel that uses it empty, and Grafana shows no error beside the panels."
    )
    fix = "Ask for a metric that is there, and for a label that it has; give a custom variable its list."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for variable in board.variables:
                yield from self._variable(context, variable)

    def _variable(self, context: Context, variable: Variable) -> Iterator[Finding]:
        path = variable.board.path
        if variable.type == "custom" and not variable.text.strip() and not variable.data.get("options"):
            message = f"{variable.subject} offers nothing: its list is empty"
            yield self.finding(path, variable.line("query"), message, severity="warning", subject=variable.subject)
        query = variable.query
        if query is None:
            return
        found = list(faults(context, query))
        for line, message, severity in found:
            yield self.finding(path, line, message, severity=severity, subject=query.owner)
        study = context.study(query) if not found else None
        if study and variable.label and not study.shape.labels.may_have(variable.label):
            message = f"{query.owner}: no series has the label {variable.label!r}, they have {study.shape.labels}"
            severity = "warning" if context.foreign else self.severity  # a store may add labels of its own
            yield self.finding(path, query.line(variable.label), message, severity=severity, subject=query.owner)
