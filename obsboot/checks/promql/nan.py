"""No aggregation over a division by nothing."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import poisoned
from obsboot.sources.context import Context


class Nan(Check):
    id = "promql/nan"
    severity = "info"
    title = "No aggregation takes in a division by zero"
    explanation = (
        "A series without traffic gives 0/0, which is NaN; a sum, average or maximum over it is NaN for all of them, and no "
        "comparison with NaN holds."
    )
    fix = "Divide the sums, `sum(a) / sum(b)`, or leave out the empty ones: `avg(a / (b > 0))`."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return
        for rule in context.rules:
            if context.study(rule.query) is None:
                continue
            for op, name in poisoned(rule.query.text):
                message = f"{rule.query.owner}: {op}() is NaN as soon as one divisor is 0"
                yield self.finding(rule.path, rule.query.line(name), message, subject=rule.query.owner)
