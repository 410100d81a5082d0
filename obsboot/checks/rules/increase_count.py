"""Counts are rates."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.conditions import increases_compared
from obsboot.sources.context import Context


class IncreaseCount(Check):
    id = "rules/increase-count"
    title = "Thresholds are on rates, not on increase()"
    explanation = "increase() extrapolates to the ends of its range: three events may read 3.2 or 2.9, and > 3 is luck."
    fix = "Compare rate() with events a second; only `increase(...) > 0` is sure."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            if context.study(rule.query) is None:
                continue
            for limit in increases_compared(rule.query.text):
                message = f"{rule.query.owner} compares an increase() with {limit:g}"
                severity: Severity = "info" if context.foreign else "error"
                where = rule.query.line("increase")
                yield self.finding(rule.path, where, message, severity=severity, subject=rule.query.owner)
