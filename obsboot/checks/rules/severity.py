"""Severities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.comparison import always
from obsboot.checks.rules.custom import customary
from obsboot.model import Finding, Severity
from obsboot.promql.conditions import filters
from obsboot.promql.likeness import slip
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
        if context.foreign:
            yield from self._foreign(context)
            return
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

    def _foreign(self, context: Context) -> Iterator[Finding]:
        """Others have their own severities: one is missing where nearly all have one, or is misspelt."""
        said = Counter(str(rule.labels["severity"]) for rule in context.alerts if "severity" in rule.labels)
        usual = customary(said.total(), len(context.alerts))
        for rule in context.alerts:
            owner, word = rule.query.owner, str(rule.labels.get("severity") or "")
            if not word and said:
                severity: Severity = "warning" if usual else "info"
                yield self.finding(rule.path, rule.line, f"{owner} has no severity", severity=severity, subject=owner)
            elif said[word] == 1 and (meant := slip(word, {*SEVERITIES, *said} - {word})):
                message = f"{owner}: severity {word!r}; did you mean {meant!r}?"
                yield self.finding(rule.path, rule.labels.at("severity"), message, subject=owner)
