"""Series have an end."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.expositions import expositions
from obsboot.sources.unbounded import endless

_BUDGET = 200
"""Values of one label in one answer; an answer of a larger program has been seen with fewer."""
_OF_THE_TYPE = ("le", "quantile")


class Cardinality(Check):
    id = "exposition/cardinality"
    severity = "warning"
    title = "No label has values without an end"
    explanation = (
        "Each value of a label makes series of its own. One for each user or request fills Prometheus' memory."
    )
    fix = "Leave the label out, or group its values; what happens to one user or request belongs into the logs."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for metric in each.metrics.values():
                for label, values in metric.values().items():
                    if label in _OF_THE_TYPE:
                        continue
                    why = "they never end" if endless(label, values) else "" if len(values) <= _BUDGET else "too many"
                    if why:
                        message = f"{metric.name} has {len(values)} values of {label}: {why}"
                        line = next(iter(values.values())).line
                        yield self.finding(each.path, line, message, subject=f"metric {metric.name}")
