"""No rule twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
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
            key = _key(context, rule)
            if key in seen:
                first = seen[key]
                message = f"{rule.query.owner} is also in {first.path}:{first.line}, with the same labels"
                severity: Severity = "warning" if context.foreign else "error"
                yield self.finding(rule.path, rule.line, message, severity=severity, subject=rule.query.owner)
            seen.setdefault(key, rule)
        yield from self._groups(context)
        if context.foreign:
            yield from self._recorded(context)

    def _recorded(self, context: Context) -> Iterator[Finding]:
        """Two expressions over the same metric, by the same labels, under one name."""
        seen: dict[tuple[object, ...], Rule] = {}
        for rule in context.records:
            study = context.study(rule.query)
            if study is None or not study.shape.labels.made or study.shape.labels.open:
                continue
            labels = tuple(sorted((name, str(value)) for name, value in rule.labels.items()))
            read = tuple(sorted({selector.name for selector in study.selectors}))
            fixed = tuple(sorted(study.shape.fixed.items()))
            key = (rule.path, rule.name, labels, read, study.shape.labels.names, fixed)
            first = seen.setdefault(key, rule)
            if first is not rule and first.query.text != rule.query.text:
                message = f"{rule.query.owner} is recorded in line {first.line} as well, and one of both is lost"
                yield self.finding(rule.path, rule.line, message, severity="warning", subject=rule.query.owner)

    def _groups(self, context: Context) -> Iterator[Finding]:
        names: set[tuple[str, int, str]] = set()
        for group in context.groups:
            key = group.path, group.document, group.name
            if key in names:
                message = f"a second group is called {group.name!r}"
                yield self.finding(group.path, group.data.at("name"), message, subject=f"group {group.name}")
            names.add(key)


def _key(context: Context, rule: Rule) -> tuple[object, ...]:
    """What makes two rules one. Folders of others keep copies for several servers, so there only a file's own count."""
    labels = tuple(sorted((name, str(value)) for name, value in rule.labels.items()))
    expr = " ".join(rule.query.text.split())
    if context.foreign:
        return (rule.path, rule.kind, rule.name, labels, expr, str(rule.data.get("for", "")))
    return (rule.kind, rule.name, labels, expr if rule.kind == "alert" else "", _jobs(context, rule))


def _jobs(context: Context, rule: Rule) -> tuple[str, ...]:
    """Rules for different jobs record different series."""
    study = context.study(rule.query) if rule.kind == "record" else None
    return tuple(sorted({job for s in study.selectors for job in context.series.jobs_of(s)})) if study else ()
