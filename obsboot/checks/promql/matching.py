"""Vector matching."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.promql.gravity import gravity
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
            problems = tuple(study.of("matching", "scraped"))
            for problem in problems[:1] if context.foreign else problems:
                severity = gravity(study, sure=problem.sure)
                if problem.kind == "scraped" or (context.foreign and severity == "error" and not problem.sure):
                    severity = "warning"
                message = f"{query.owner}: {problem.message}"
                yield self.finding(
                    query.path, query.line(problem.where), message, severity=severity, subject=query.owner
                )
