"""Selectors name generated jobs."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import Selector
from obsboot.sources.context import Context


class SelectorJob(Check):
    id = "promql/selector-job"
    title = "Every selector names a job of this stack"
    explanation = "A job that is not scraped has no series; a selector without a job takes in other services' series."
    fix = "Use a job_name of the scrape configuration."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            local = "/local/" in query.path
            for selector in study.selectors:
                if message := _wrong(context, selector, local):
                    yield self.finding(query.path, query.line(selector.name), f"{query.owner}: {message}")


def _wrong(context: Context, selector: Selector, local: bool) -> str:
    matchers = [matcher for matcher in selector.matchers if matcher.name == "job"]
    if any("$" in matcher.value for matcher in matchers):
        return ""
    if not matchers:
        narrowed = local or any(matcher.name == "service" for matcher in selector.matchers)
        return "" if narrowed else f"{selector.name or 'the selector'} is selected without a job"
    if context.series.jobs_of(selector):
        return ""
    known = ", ".join(context.series.known_jobs())
    return f"no job matches job{matchers[0].op}{matchers[0].value!r} (there are: {known})"
