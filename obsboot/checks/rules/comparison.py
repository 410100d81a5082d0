"""Alerts compare."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.custom import beats
from obsboot.model import Finding, Severity
from obsboot.promql.conditions import compares, filters
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Comparison(Check):
    id = "rules/comparison"
    title = "Every alert can be silent: it compares its value with something"
    explanation = "An expression without a comparison fires whenever the series exists, so always."
    fix = "Compare with a threshold, without `bool`; only a watchdog is meant to fire always."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            study = context.study(rule.query)
            if study is None or always(context, rule):
                continue
            owner = rule.query.owner
            if not filters(rule.query.text):
                told = f"{owner} compares with nothing"
                if compares(rule.query.text):
                    told = (
                        f"{owner} compares with nothing that filters: `bool` gives 0 or 1, and an alert fires on both"
                    )
                severity: Severity = "warning" if context.foreign and not compares(rule.query.text) else "error"
                yield self.finding(rule.path, rule.query.line(), told, severity=severity, subject=owner)
            for problem in study.of("always"):
                where = rule.query.line(problem.where)
                yield self.finding(rule.path, where, f"{owner}: {problem.message}", subject=owner)


def always(context: Context, rule: Rule) -> bool:
    """Whether the alert fires on a healthy stack by design: the catalogue says so, or elsewhere its name."""
    if context.foreign:
        return beats(rule)
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance and not rule.local else None
    return bool(alert and alert.always)
