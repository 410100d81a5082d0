"""Labels in matchers and groupings exist."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
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
                if query.panel and _external(context, problem.message):
                    continue
                severity: Severity = "warning" if context.foreign and not problem.sure else "error"
                message = f"{query.owner}: {problem.message}"
                yield self.finding(
                    query.path, query.line(problem.where), message, severity=severity, subject=query.owner
                )


def _external(context: Context, message: str) -> bool:
    """Whether it is about a label that Prometheus adds to what it hands on: a panel may ask whoever it hands it to."""
    exporters = context.series.exporters
    return exporters is not None and any(f"`{label}`" in message for label in exporters.external)
