"""Time-outs fit intervals."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import spell
from obsboot.sources.context import Context
from obsboot.sources.prometheus import late
from obsboot.sources.scraping import configurations


class Timeout(Check):
    id = "scrape/timeout"
    title = "No scrape may take longer than its interval"
    explanation = "Prometheus refuses a time-out above the interval, and with it the whole configuration."
    fix = "Lower the time-out, or scrape less often."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for holder, timeout, interval in late(each.data):
                name = f"job {holder['job_name']}" if "job_name" in holder else "global"
                message = f"{name}: time-out {spell(timeout)} is above the interval {spell(interval)}"
                line = holder.at("scrape_timeout")
                yield self.finding(each.path, line, message, subject=name if name != "global" else "")
