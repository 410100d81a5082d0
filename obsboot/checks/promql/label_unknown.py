"""Labels in matchers and groupings exist."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class LabelUnknown(Check):
    id = "promql/label-unknown"
    title = "Every label that is asked for exists"
    explanation = (
        "A matcher on a label that the series lack selects nothing; grouping by one gives a single, meaningless group."
    )
    fix = "Use a label that the metric has, or one that the aggregation below keeps."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for problem in study.of("label"):
                yield self.finding(query.path, query.line(problem.where), f"{query.owner}: {problem.message}")
