"""Every series carries service, team and environment."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context

_WANTED = ("service", "team", "environment")


class ScrapeLabels(Check):
    id = "scrape/labels"
    title = "Every target carries service, team and environment"
    explanation = "Routing, ownership and every shared dashboard tell services apart by these labels."
    fix = "Add them to the `labels` of the job's static_configs."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path(context.scrape_name)
        stack = context.stack
        wanted = dict(zip(_WANTED, (stack.service, stack.team, stack.environment), strict=True))
        if context.scrape:
            for job in context.jobs.values():
                lacking = [name for name, value in wanted.items() if job.labels.get(name) != value]
                if job.targets and lacking:
                    message = f"the targets of job {job.name} do not carry {', '.join(lacking)}"
                    yield self.finding(path, job.data.at("job_name"), message)
