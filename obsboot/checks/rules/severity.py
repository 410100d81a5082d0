"""Severities."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.comparison import always
from obsboot.model import Finding
from obsboot.promql.conditions import filters
from obsboot.sources.context import Context

SEVERITIES = ("critical", "warning", "info", "none")


class RuleSeverity(Check):
    id = "rules/severity"
    title = "Every alert has a severity that routing knows"
    explanation = (
        "Alertmanager routes by severity: an alert without one, or with an unknown one, reaches only the default."
    )
    fix = "Give it `severity: critical`, `warning` or `info`; `none` is for a watchdog alone."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            severity = rule.labels.get("severity")
            if severity is None:
                yield self.finding(rule.path, rule.line, f"{rule.query.owner} has no severity")
            elif severity not in SEVERITIES:
                message = f"{rule.query.owner}: {severity!r} is none of {', '.join(SEVERITIES)}"
                yield self.finding(rule.path, rule.labels.at("severity"), message)
            elif severity == "none" and filters(rule.query.text) and not always(context, rule):
                message = f"{rule.query.owner}: severity none, though it does not fire always: nobody would hear of it"
                yield self.finding(rule.path, rule.labels.at("severity"), message)
