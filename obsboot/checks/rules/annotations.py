"""What an alert tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.custom import customary
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import slip
from obsboot.promql.shapes import ANY, Labels
from obsboot.sources import templates
from obsboot.sources.context import Context
from obsboot.sources.queries import Query
from obsboot.sources.rulefiles import Rule


class Annotations(Check):
    id = "rules/annotations"
    title = "Every alert says what is wrong, in a text that renders, and names its runbook"
    explanation = (
        "Whoever is woken reads this text; a label that the expression has aggregated away renders as nothing."
    )
    fix = "Write summary, description and runbook; use labels that the result has, or guard them: {{ with $labels.x }}."

    def run(self, context: Context) -> Iterator[Finding]:
        yield from self._customs(context) if context.foreign else self._house(context)
        for rule in context.alerts:
            yield from self._templates(context, rule)

    def _house(self, context: Context) -> Iterator[Finding]:
        """What obsboot's own alerts have to say."""
        for rule in context.alerts:
            owner = rule.query.owner
            for key in ("summary", "description", "runbook") if not rule.local else ("summary",):
                if not str(rule.annotations.get(key) or "").strip():
                    yield self.finding(rule.path, rule.line, f"{owner} has no {key}", subject=owner)
            runbook = rule.annotations.get("runbook")
            if runbook and not rule.local and str(runbook) not in context.files.texts:
                message = f"{owner}: its runbook {runbook} is not in the pack"
                yield self.finding(rule.path, rule.annotations.at("runbook"), message, subject=owner)

    def _customs(self, context: Context) -> Iterator[Finding]:
        """What nearly all alerts of another's folder say, and one does not."""
        alerts = context.alerts
        said = Counter(name for rule in alerts for name, text in rule.annotations.items() if str(text or "").strip())
        usual = [name for name, times in said.items() if customary(times, len(alerts))]
        worded = customary(sum(bool(rule.annotations) for rule in alerts), len(alerts))
        for rule in alerts:
            owner = rule.query.owner
            if worded and not rule.annotations:
                message = f"{owner} has no annotations: whoever is called learns nothing"
                yield self.finding(rule.path, rule.line, message, severity="warning", subject=owner)
                continue
            for name in usual:
                if not str(rule.annotations.get(name) or "").strip():
                    message = f"{owner} has no {name}, as the others have"
                    yield self.finding(rule.path, rule.line, message, severity="info", subject=owner)

    def _templates(self, context: Context, rule: Rule) -> Iterator[Finding]:
        for holder, key in [(each, key) for each in (rule.annotations, rule.labels) for key in each]:
            text = rule.text(holder, key)
            for fault in templates.faults(text.text):
                message = f"{rule.query.owner}: {key}: {fault.message}"
                yield self.finding(rule.path, text.at(fault.at), message, subject=rule.query.owner)
            yield from self._lost(context, rule, key, text)

    def _lost(self, context: Context, rule: Rule, key: str, text: Query) -> Iterator[Finding]:
        """The labels that a text shows and the result has not."""
        study = context.study(rule.query) if "{{" in text.text else None
        labels = study.shape.labels if study else ANY
        for label in templates.labels(text.text) if study else ():
            message = ""
            if not labels.may_have(label):
                message = f"{key} uses $labels.{label}, and the result {_left(labels)}"
            elif label not in labels.names and (meant := slip(label, labels.names)):
                message = f"{key} uses $labels.{label}; did you mean $labels.{meant}?"
            if message:
                severity: Severity = "warning" if context.foreign else "error"
                where, owner = text.line(label), rule.query.owner
                yield self.finding(rule.path, where, f"{owner}: {message}", severity=severity, subject=owner)


def _left(labels: Labels) -> str:
    """What is said of the labels of a result that lacks one."""
    return f"only has {labels}" if labels.names else "has lost it" if labels.open else "has no labels"
