"""One metric, one type."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.expositions import TYPES, Exposition, Metric, expositions


class TypeConflict(Check):
    id = "exposition/type-conflict"
    severity = "warning"
    title = "A metric has one type, whoever exposes it"
    explanation = "A query that is right for a counter is wrong for a gauge of the same name, and takes in both."
    fix = "Give one of them another name."

    def run(self, context: Context) -> Iterator[Finding]:
        seen: dict[str, tuple[Exposition, Metric]] = {}
        for each in expositions(context):
            for name, metric in each.metrics.items():
                if metric.type in TYPES - {"untyped"}:
                    other, known = seen.setdefault(name, (each, metric))
                    if known.type != metric.type:
                        message = f"{name} is a {metric.type} here and a {known.type} in {other.path}"
                        yield self.finding(each.path, metric.line, message, subject=f"metric {name}")
