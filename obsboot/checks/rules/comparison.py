"""Alerts compare."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import filters
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
            if not filters(rule.query.text):
                yield self.finding(rule.path, rule.query.line(), f"{rule.query.owner} compares with nothing")
            for problem in study.of("always"):
                yield self.finding(rule.path, rule.query.line(problem.where), f"{rule.query.owner}: {problem.message}")


def always(context: Context, rule: Rule) -> bool:
    """Whether the catalogue says that the alert fires on a healthy stack by design."""
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance and not rule.local else None
    return bool(alert and alert.always)
