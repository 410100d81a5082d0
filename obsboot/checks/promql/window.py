"""Windows hold four scrapes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import Selector, spell
from obsboot.sources.context import Context


class Window(Check):
    id = "promql/window"
    title = "Every range holds at least four scrapes"
    explanation = (
        "rate() needs two samples; with one lost scrape a shorter range is empty, and an alert on it resolves."
    )
    fix = "Use a range of at least four scrape intervals; in panels `$__rate_interval`."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for selector in study.selectors:
                interval = _interval(context, selector)
                if selector.range is not None and selector.range < 4 * interval:
                    message = f"[{spell(selector.range)}] is less than four scrapes of {spell(interval)}"
                    yield self.finding(query.path, query.line(selector.name), f"{query.owner}: {message}")


def _interval(context: Context, selector: Selector) -> float:
    jobs = [context.jobs[name] for name in context.series.jobs_of(selector) if name in context.jobs]
    exposing = [job for job in jobs if context.series.exposes(selector.name, job.name)]
    usual = context.interval
    return max((job.interval for job in exposing or jobs), default=usual)
