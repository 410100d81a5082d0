"""Counters are rated, gauges are not, quantiles come from buckets."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.promql.gravity import gravity
from obsboot.model import Finding, Severity
from obsboot.promql.provenance import Study
from obsboot.promql.shapes import CUMULATIVE
from obsboot.sources.context import Context
from obsboot.sources.queries import Query


class Type(Check):
    id = "promql/type"
    title = "Functions fit the type of their metric, also through recording rules"
    explanation = "A rate of a gauge, a bare counter and a quantile without `le` all give numbers, and all are wrong."
    fix = "rate() or increase() on counters, delta() or *_over_time() on gauges, and `le` kept for the quantile."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            found = tuple(study.of("type", "le", "quantile"))
            for problem in found:
                severity = gravity(study, sure=problem.sure)
                message = f"{query.owner}: {problem.message}"
                yield self.finding(
                    query.path, query.line(problem.where), message, severity=severity, subject=query.owner
                )
            if not found and not query.beside and study.shape.type in CUMULATIVE:
                yield self._bare(context, query, study)

    def _bare(self, context: Context, query: Query, study: Study) -> Finding:
        """A panel, or a record, may show how often something has happened on purpose."""
        subject = study.shape.source or "the result"
        message = f"{subject} is a counter without rate(): it only says for how long the process has run"
        severity: Severity = "info" if context.foreign else "error"
        return self.finding(
            query.path, query.line(), f"{query.owner}: {message}", severity=severity, subject=query.owner
        )
