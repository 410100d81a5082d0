"""Ratios have a floor."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.conditions import unguarded
from obsboot.sources.context import Context


class TrafficGuard(Check):
    id = "rules/traffic-guard"
    title = "An alert on a ratio is silent without traffic"
    explanation = (
        "At night one failed request of two is an error rate of 50 %: it pages, and teaches to ignore the pager."
    )
    fix = "Add a floor: `and on (job, instance) sum by (job, instance) (rate(...)) > 0.2` (`traffic` in the catalogue)."

    def run(self, context: Context) -> Iterator[Finding]:
        records = {rule.name: rule.query.text for rule in context.records}
        for rule in context.alerts:
            study = context.study(rule.query)
            if study is None or (study.shape.unit and study.shape.unit.dims):
                continue  # a mean, of seconds or bytes, is as true of one event as of many
            if unguarded(rule.query.text, records):
                message = f"{rule.query.owner} is a ratio of rates without a floor"
                severity: Severity = "info" if context.foreign else "error"
                where = rule.query.line()
                yield self.finding(rule.path, where, message, severity=severity, subject=rule.query.owner)
