"""No target twice."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.scraping import Scrape, Target, configurations


class DuplicateTarget(Check):
    id = "scrape/duplicate-target"
    title = "No target is scraped twice, and no two look alike"
    explanation = "Two scrapes of one target count everything double; two targets with one job and instance collide."
    fix = "Scrape it in one job; give targets of one job different `instance` labels."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            every = [(job, target) for job in each.jobs for target in job.targets if target.labels is not None]
            yield from self._twice(context, every)
            yield from self._alike(every)

    def _twice(self, context: Context, every: list[tuple[Scrape, Target]]) -> Iterator[Finding]:
        """The same page asked for by two targets, unless each job keeps a part of it only."""
        seen: dict[tuple[str, ...], Scrape] = {}
        for job, target in every:
            page = _page(target)
            other = seen.setdefault(page, job)
            if other is not job and not (job.metric_rules and other.metric_rules):
                severity: Severity = "warning" if context.foreign else "error"
                message = f"{target.address} is scraped by {job.name} and by {other.name}"
                yield self.finding(target.path, target.line, message, severity=severity, subject=job.subject)

    def _alike(self, every: list[tuple[Scrape, Target]]) -> Iterator[Finding]:
        seen: dict[frozenset[tuple[str, str]], Target] = {}
        for job, target in every:
            other = seen.setdefault(frozenset(target.series.items()), target)
            if other is not target and _page(other) != _page(target):
                writer = target.became.writers.get("instance") if target.became else None
                path, line = (job.path, writer.written_at) if writer else (target.path, target.line)
                message = f"two targets of {job.name} have the instance {target.series['instance']!r}"
                yield self.finding(path, line, f"{message}: {other.address} and {target.address}", subject=job.subject)


def _page(target: Target) -> tuple[str, ...]:
    labels = target.labels or {}
    said = sorted(f"{name}={value}" for name, value in labels.items() if name.startswith("__param_"))
    return (*(labels.get(f"__{name}__", "") for name in ("scheme", "address", "metrics_path")), *said)
