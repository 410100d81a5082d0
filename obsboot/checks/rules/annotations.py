"""What an alert tells."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources import templates
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Annotations(Check):
    id = "rules/annotations"
    title = "Every alert says what is wrong, in a text that renders, and names its runbook"
    explanation = (
        "Whoever is woken reads this text; a label that the expression has aggregated away renders as nothing."
    )
    fix = "Write summary, description and runbook; use labels that the result has, or guard them: {{ with $labels.x }}."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            for key in ("summary", "description", "runbook") if not rule.local else ("summary",):
                if not str(rule.annotations.get(key) or "").strip():
                    yield self.finding(rule.path, rule.line, f"{rule.query.owner} has no {key}")
            runbook = rule.annotations.get("runbook")
            if runbook and not rule.local and str(runbook) not in context.files.texts:
                message = f"{rule.query.owner}: its runbook {runbook} is not in the pack"
                yield self.finding(rule.path, rule.annotations.at("runbook"), message)
            yield from self._templates(context, rule)

    def _templates(self, context: Context, rule: Rule) -> Iterator[Finding]:
        study = context.study(rule.query)
        texts = [(rule.annotations, key) for key in rule.annotations] + [(rule.labels, key) for key in rule.labels]
        for holder, key in texts:
            text = str(holder[key])
            for why in templates.faults(text):
                yield self.finding(rule.path, holder.at(key), f"{rule.query.owner}: {key}: {why}")
            for label in templates.labels(text) if study else ():
                if study and not study.shape.labels.may_have(label):
                    message = f"{key} uses $labels.{label}, and the result only has {study.shape.labels}"
                    yield self.finding(rule.path, holder.at(key), f"{rule.query.owner}: {message}")
