"""Every metric is exposed or recorded."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.series import name_of


class MetricUnknown(Check):
    id = "promql/metric-unknown"
    title = "Every metric exists in this stack"
    explanation = "An expression over a metric that nothing exposes is empty for ever: its alert never fires."
    fix = "Use the name that the exporter's pinned version exposes (`obsboot catalog show <component>` lists them)."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for selector in study.selectors if not query.beside else ():
                if absence := context.series.missing(selector):
                    yield self.finding(
                        query.path,
                        query.line(name_of(selector)),
                        f"{query.owner}: {absence.message}",
                        severity=absence.severity,
                        subject=query.owner,
                    )
