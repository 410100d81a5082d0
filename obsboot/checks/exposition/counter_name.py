"""Counters say that they are."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.catalogued import foreign_metric
from obsboot.sources.context import Context
from obsboot.sources.expositions import Metric, expositions


class CounterName(Check):
    id = "exposition/counter-name"
    severity = "warning"
    title = "Counters end with _total, and nothing else does"
    explanation = "Whoever writes a query sees the name and not the type: `_total` is what says that it needs a rate()."
    fix = "Call the counter `..._total`; a gauge has a name without it."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for metric in each.metrics.values():
                message = _fault(metric)
                if message and not foreign_metric(context, metric.name):
                    yield self.finding(each.path, metric.line, message, subject=f"metric {metric.name}")


def _fault(metric: Metric) -> str:
    plain = any(sample.name == metric.name for sample in metric.samples)  # in OpenMetrics only its series say it
    if metric.type == "counter" and plain and not metric.name.endswith("_total"):
        return f"the counter {metric.name} does not end with _total"
    if metric.type in ("gauge", "summary", "histogram") and metric.name.endswith("_total"):
        return f"{metric.name} ends with _total and is a {metric.type}"
    return ""
