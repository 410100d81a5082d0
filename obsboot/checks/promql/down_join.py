"""An alert on a dead target asks nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import joined_to_down
from obsboot.sources.context import Context
from obsboot.sources.series import name_of


class DownJoin(Check):
    id = "promql/down-join"
    severity = "warning"
    title = "No alert joins `up == 0` with series of the target itself"
    explanation = (
        "When a scrape fails, all series of its target end at once: `up == 0 and x` has nothing to join with, so it never "
        "fires."
    )
    fix = "Join with series of another target, or of a recording rule, or drop the join."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            if context.study(rule.query) is None:
                continue
            for selector in joined_to_down(rule.query.text):
                name = name_of(selector)
                if name != "up" and name not in context.series.records and ":" not in name:
                    message = f"{rule.query.owner}: while the target is down, {name} of the same target is gone"
                    where = rule.query.line(name)
                    yield self.finding(rule.path, where, message, subject=rule.query.owner)
