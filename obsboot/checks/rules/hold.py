"""Holds."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.comparison import always
from obsboot.checks.rules.custom import beats, evaluation
from obsboot.model import Finding, Severity
from obsboot.promql import spell
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Hold(Check):
    id = "rules/hold"
    title = "Every alert waits before it fires, on purpose"
    explanation = "Without `for` one bad sample pages; `absent()` without it fires at every start of Prometheus."
    fix = "Say `for:`; the catalogue says `for: 0s` where an alert means to fire at once."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign:
            yield from self._foreign(context)
            return
        for rule in context.alerts:
            for key in ("for", "keep_firing_for"):
                if key in rule.data and seconds(rule.data[key]) is None:
                    message = f"{rule.query.owner}: {rule.data[key]!r} is no duration"
                    yield self.finding(rule.path, rule.data.at(key), message)
            if rule.local or always(context, rule):
                continue
            if "for" not in rule.data and not _at_once(context, rule):
                yield self.finding(rule.path, rule.line, f"{rule.query.owner} has no `for`")

    def _foreign(self, context: Context) -> Iterator[Finding]:
        """Others may mean to fire at once; but not on absent(), and not in less time than an evaluation takes."""
        for group in context.groups:
            every = seconds(group.data.get("interval")) or evaluation(context)
            for rule in group.rules:
                if rule.kind == "alert" and not beats(rule):
                    yield from self._judged(rule, every)

    def _judged(self, rule: Rule, every: float) -> Iterator[Finding]:
        owner, held = rule.query.owner, seconds(rule.data.get("for", "0s"))
        if held == 0 and "for" not in rule.data:
            absent = "absent" in rule.query.text
            message = f"{owner} asks what is absent, and has no `for`" if absent else f"{owner} has no `for`"
            severity: Severity = "warning" if absent else "info"
            yield self.finding(rule.path, rule.line, message, severity=severity, subject=owner)
        elif held and held < every:
            message = f"{owner}: {rule.data['for']} is less than the {spell(every)} between evaluations"
            yield self.finding(rule.path, rule.data.at("for"), message, severity="warning", subject=owner)


def _at_once(context: Context, rule: Rule) -> bool:
    if "absent" in rule.query.text:
        return False
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance else None
    said = context.stack.overrides.get(instance.id, {}).get(rule.name, {}).get("for") if instance else None
    return said == "0s" or (alert is not None and alert.hold in ("", "0s"))
