"""No rule twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.context import Context, listed, mapped
from obsboot.checks.rulefiles import Rule
from obsboot.model import Finding


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
        for path in context.rule_paths:
            names: set[str] = set()
            for group in listed(mapped(context.readable(path)).get("groups")):
                name = str(mapped(group).get("name", ""))
                if name in names:
                    yield self.finding(path, mapped(group).at("name"), f"a second group is called {name!r}")
                names.add(name)


def _jobs(context: Context, rule: Rule) -> tuple[str, ...]:
    """Rules for different jobs record different series."""
    study = context.study(rule.query)
    return tuple(sorted({job for s in study.selectors for job in context.series.jobs_of(s)})) if study else ()
