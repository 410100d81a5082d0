"""Windows hold four scrapes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Selector, spell
from obsboot.promql.conditions import paired
from obsboot.sources.context import Context
from obsboot.sources.queries import Query


class Window(Check):
    id = "promql/window"
    title = "Every range holds at least four scrapes"
    explanation = (
        "rate() needs two samples; with one lost scrape a shorter range is empty, and an alert on it resolves."
    )
    fix = "Use a range of at least four scrape intervals; in panels `$__rate_interval`."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            single = context.foreign and not paired(query.text)
            for selector in study.selectors:
                if selector.range is None:
                    continue
                interval, sure = _interval(context, selector)
                wanted = 1 if single else 4 if sure or not context.foreign else 2
                if selector.range < wanted * interval:
                    yield self._short(context, query, selector, (interval, sure))

    def _short(self, context: Context, query: Query, selector: Selector, known: tuple[float, bool]) -> Finding:
        """In another's folder a window that surely holds one sample is an error, and one of an unknown job a hint."""
        interval, sure = known
        held = selector.range or 0.0
        severity: Severity = "error"
        if context.foreign:
            severity = "info" if not sure else "error" if held < 2 * interval else "warning"
        message = f"{query.owner}: [{spell(held)}] is less than four scrapes of {spell(interval)}"
        where = query.line(selector.name)
        return self.finding(query.path, where, message, severity=severity, subject=query.owner)


def _interval(context: Context, selector: Selector) -> tuple[float, bool]:
    """Seconds between the scrapes of what is selected, and whether a configuration says so."""
    jobs = [context.jobs[name] for name in context.series.jobs_of(selector) if name in context.jobs]
    exposing = [job for job in jobs if context.series.exposes(selector.name, job.name)]
    named = any(matcher.name == "job" for matcher in selector.matchers)
    if context.foreign and not exposing and not named:
        every = {job.interval for job in jobs}
        return (max(every), True) if len(every) == 1 else (min(every, default=context.interval), False)
    usual = context.interval
    return max((job.interval for job in exposing or jobs), default=usual), bool(jobs)
