"""Holds."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.comparison import always
from obsboot.model import Finding
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Hold(Check):
    id = "rules/hold"
    title = "Every alert waits before it fires, on purpose"
    explanation = "Without `for` one bad sample pages; `absent()` without it fires at every start of Prometheus."
    fix = "Say `for:`; the catalogue says `for: 0s` where an alert means to fire at once."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            for key in ("for", "keep_firing_for"):
                if key in rule.data and seconds(rule.data[key]) is None:
                    message = f"{rule.query.owner}: {rule.data[key]!r} is no duration"
                    yield self.finding(rule.path, rule.data.at(key), message)
            if rule.local or always(context, rule):
                continue
            if "for" not in rule.data and not _at_once(context, rule):
                yield self.finding(rule.path, rule.line, f"{rule.query.owner} has no `for`")


def _at_once(context: Context, rule: Rule) -> bool:
    if "absent" in rule.query.text:
        return False
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance else None
    said = context.stack.overrides.get(instance.id, {}).get(rule.name, {}).get("for") if instance else None
    return said == "0s" or (alert is not None and alert.hold in ("", "0s"))
