"""Labels that are taken."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.expositions import Metric, expositions

_OF_THE_TYPE = {"le": ("histogram", "gaugehistogram"), "quantile": ("summary",)}


class LabelName(Check):
    id = "exposition/label-name"
    severity = "warning"
    title = "No label has a name that Prometheus uses itself"
    explanation = (
        "Labels that begin with `__` are Prometheus' own and are gone after the scrape; `le` and `quantile` mean the "
        "buckets of a histogram and the parts of a summary."
    )
    fix = "Give the label another name."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for metric in each.metrics.values():
                for label, values in metric.values().items():
                    if why := _taken(metric, label):
                        line = next(iter(values.values())).line
                        message = f"{metric.name} has the label {label}, {why}"
                        yield self.finding(each.path, line, message, subject=f"metric {metric.name}")


def _taken(metric: Metric, label: str) -> str:
    if label.startswith("__"):
        return "which is Prometheus' own"
    types = _OF_THE_TYPE.get(label)
    if types and metric.type not in (*types, "untyped", "unknown"):
        return f"which a {metric.type} has not"
    return ""
