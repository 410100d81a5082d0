"""Labels of alerts stay."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources import templates
from obsboot.sources.context import Context


class ChangingLabel(Check):
    id = "rules/changing-label"
    title = "No label of an alert holds its value"
    explanation = (
        "Labels are what an alert is known by: with another value it is another alert, `for` begins anew, and it never "
        "fires, or each evaluation sends a new one."
    )
    fix = "Show the value in an annotation."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            for name, text in rule.labels.items():
                if templates.changing(str(text)):
                    message = f"{rule.query.owner}: the label {name} changes with the value"
                    yield self.finding(rule.path, rule.labels.at(name), message, subject=rule.query.owner)
