"""Vector matching."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class Matching(Check):
    id = "promql/matching"
    title = "Both sides of an operator can meet, and meet once"
    explanation = (
        "Sides that share no label set give nothing, for ever; sides that meet twice make the evaluation fail."
    )
    fix = "Aggregate both sides to the same labels, or name them: `on (job, instance)`, `group_left` for many to one."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for problem in study.of("matching"):
                yield self.finding(query.path, query.line(problem.where), f"{query.owner}: {problem.message}")
