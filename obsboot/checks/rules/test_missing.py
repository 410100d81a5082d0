"""Every alert is tested."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class TestMissing(Check):
    id = "rules/test-missing"
    title = "Every alert has a rule test in which it fires"
    explanation = "Rules that can never fire look like rules that have nothing to say; only a test tells them apart."
    fix = "Add a test in which it fires; in a catalogue that is `replay`, or `no_replay` and why there can be none."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign and not context.tests:
            return
        severity: Severity = "info" if context.foreign else "error"
        firing = {(test.alert, name) for test in context.tests if test.fires for name in test.covers}
        for rule in context.alerts:
            if rule.local or _excused(context, rule):
                continue
            if (rule.name, rule.path) not in firing:
                message = f"no rule test makes {rule.name} fire"
                yield self.finding(rule.path, rule.line, message, severity=severity, subject=rule.query.owner)


def _excused(context: Context, rule: Rule) -> bool:
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance else None
    return alert is not None and (bool(alert.no_replay) or alert.replay is None)
