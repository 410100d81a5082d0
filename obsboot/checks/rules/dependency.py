"""Rules come after what they read."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Group


class Dependency(Check):
    id = "rules/dependency"
    severity = "info"
    title = "Within a group a series is recorded before it is read"
    explanation = (
        "The rules of a group run in their order: what reads a later one sees the values of the evaluation before."
    )
    fix = "Move the recording rule above the rule that reads it."

    def run(self, context: Context) -> Iterator[Finding]:
        for group in context.groups:
            yield from self._group(context, group)

    def _group(self, context: Context, group: Group) -> Iterator[Finding]:
        first: dict[str, int] = {}
        for number, rule in enumerate(group.rules):
            if rule.kind == "record":
                first.setdefault(rule.name, number)
        for number, rule in enumerate(group.rules if first else ()):
            study = context.study(rule.query)
            for selector in study.selectors if study else ():
                if first.get(selector.name, -1) > number:
                    message = f"{rule.query.owner} reads {selector.name}, which is recorded below it"
                    where = rule.query.line(selector.name)
                    yield self.finding(rule.path, where, message, subject=rule.query.owner)
