"""Rule files load."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.ruleload import refusals


class Load(Check):
    id = "rules/load"
    title = "Every rule file is one that Prometheus loads"
    explanation = (
        "Prometheus refuses a whole file for one field that it does not know, and then none of its rules is there."
    )
    fix = "Use the fields and forms of Prometheus' rule files; a field's place is as important as its name."

    def run(self, context: Context) -> Iterator[Finding]:
        for source in context.sources("rules"):
            for each in refusals(source):
                severity: Severity = "error"
                if each.dialect:
                    severity = "warning" if each.dialect.startswith("Prometheus") else "info"
                message = f"{each.subject}: {each.message}" if each.subject else each.message
                yield self.finding(source.path, each.where, message, severity=severity, subject=each.subject)
