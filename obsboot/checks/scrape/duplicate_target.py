"""No target twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import Job
from obsboot.sources.context import Context


class DuplicateTarget(Check):
    id = "scrape/duplicate-target"
    title = "No target is scraped twice, and no two look alike"
    explanation = "Two scrapes of one target count everything double; two targets with one job and instance collide."
    fix = "Scrape it in one job; give targets of one job different `instance` labels."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path(context.scrape_name)
        seen: dict[tuple[str, ...], str] = {}
        looks: set[tuple[str, str]] = set()
        if context.scrape:
            for job in context.jobs.values():
                for target, line in job.targets:
                    key = (target, str(job.data.get("metrics_path", "/metrics")), str(job.data.get("params", "")))
                    if key in seen:
                        yield self.finding(path, line, f"{target} is scraped by {job.name} and by {seen[key]}")
                    seen.setdefault(key, job.name)
                    look = (job.name, _instance(job, target))
                    if look in looks and not job.relabelled:
                        message = f"two targets of {job.name} have the instance {look[1]!r}"
                        yield self.finding(path, line, message)
                    looks.add(look)


def _instance(job: Job, target: str) -> str:
    for static in job.data.get("static_configs") or ():
        if target in (static.get("targets") or ()):
            return str((static.get("labels") or {}).get("instance", target))
    return target
