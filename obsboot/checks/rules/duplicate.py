"""No rule twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Duplicate(Check):
    id = "rules/duplicate"
    title = "No rule and no group is there twice"
    explanation = "Two rules that record the same series make its samples collide; a copied alert pages twice."
    fix = "Remove one, or give them labels that tell them apart."

    def run(self, context: Context) -> Iterator[Finding]:
        seen: dict[tuple[object, ...], Rule] = {}
        for rule in context.rules:
            expr = " ".join(rule.query.text.split()) if rule.kind == "alert" else ""
            jobs = _jobs(context, rule) if rule.kind == "record" else ()
            key = (rule.kind, rule.name, tuple(sorted(map(str, rule.labels.items()))), expr, jobs)
            if key in seen:
                first = seen[key]
                message = f"{rule.query.owner} is also in {first.path}:{first.line}, with the same labels"
                yield self.finding(rule.path, rule.line, message)
            seen.setdefault(key, rule)
        yield from self._groups(context)

    def _groups(self, context: Context) -> Iterator[Finding]:
        names: set[tuple[str, str]] = set()
        for group in context.groups:
            key = group.path, group.name
            if key in names:
                yield self.finding(group.path, group.data.at("name"), f"a second group is called {group.name!r}")
            names.add(key)


def _jobs(context: Context, rule: Rule) -> tuple[str, ...]:
    """Rules for different jobs record different series."""
    study = context.study(rule.query)
    return tuple(sorted({job for s in study.selectors for job in context.series.jobs_of(s)})) if study else ()
