"""Time-outs fit intervals."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import spell
from obsboot.sources.context import Context


class Timeout(Check):
    id = "scrape/timeout"
    title = "No scrape may take longer than its interval"
    explanation = "Prometheus refuses a time-out above the interval, and with it the whole configuration."
    fix = "Lower the time-out, or scrape less often."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path(context.scrape_name)
        data = context.scrape
        for job in context.jobs.values():
            if job.timeout > job.interval:
                line = job.data.at("scrape_timeout") if "scrape_timeout" in job.data else job.data.at("job_name")
                message = f"job {job.name}: time-out {spell(job.timeout)} is above the interval {spell(job.interval)}"
                yield self.finding(path, line or data.line, message)
