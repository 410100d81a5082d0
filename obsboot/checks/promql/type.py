"""Counters are rated, gauges are not, quantiles come from buckets."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.shapes import CUMULATIVE
from obsboot.sources.context import Context


class Type(Check):
    id = "promql/type"
    title = "Functions fit the type of their metric, also through recording rules"
    explanation = "A rate of a gauge, a bare counter and a quantile without `le` all give numbers, and all are wrong."
    fix = "rate() or increase() on counters, delta() or *_over_time() on gauges, and `le` kept for the quantile."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            found = tuple(study.of("type", "le", "quantile"))
            for problem in found:
                yield self.finding(query.path, query.line(problem.where), f"{query.owner}: {problem.message}")
            if not found and study.shape.type in CUMULATIVE:
                subject = study.shape.source or "the result"
                yield self.finding(
                    query.path, query.line(), f"{query.owner}: {subject} is a counter without rate(): it only says for "
                    "how long the process has run"
                )  # fmt: skip
