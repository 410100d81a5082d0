"""Recorded series have no holes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import spell
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context

_LOOK_BACK = 300.0


class Interval(Check):
    id = "rules/interval"
    severity = "warning"
    title = "Recording rules run more often than Prometheus looks back"
    explanation = (
        "Prometheus takes a sample for current for five minutes: a series that is recorded less often has holes, and what "
        "uses it flaps."
    )
    fix = "Give the group an interval of at most five minutes; two is better, so that one may be late."

    def run(self, context: Context) -> Iterator[Finding]:
        if any("query.lookback-delta" in text for text in context.files.texts.values()):
            return
        for group in context.groups:
            every = seconds(group.data.get("interval")) or 0.0
            if every > _LOOK_BACK and any(rule.kind == "record" for rule in group.rules):
                message = f"group {group.name} records each {spell(every)}, and a sample counts for {spell(_LOOK_BACK)}"
                yield self.finding(group.path, group.data.at("interval"), message, subject=f"group {group.name}")
