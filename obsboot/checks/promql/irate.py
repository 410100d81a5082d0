"""No alert on two samples."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import calls
from obsboot.sources.context import Context


class Irate(Check):
    id = "promql/irate"
    severity = "warning"
    title = "No alert looks at the last two samples alone"
    explanation = "irate() and idelta() see two samples: one quiet scrape resets `for`, and one loud scrape fires."
    fix = "Use rate() or increase() over a window of at least four scrapes; irate() is for panels."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.alerts:
            if context.study(rule.query) is None:
                continue
            for name in sorted({"irate", "idelta"} & calls(rule.query.text)):
                message = f"{rule.query.owner} uses {name}(), which sees two samples"
                yield self.finding(rule.path, rule.query.line(name), message, subject=rule.query.owner)
