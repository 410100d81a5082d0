"""Selectors name generated jobs."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator

from obsboot.catalog.problems import some
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Selector
from obsboot.promql.likeness import slip
from obsboot.sources.context import Context
from obsboot.sources.documents import listed, mapped
from obsboot.sources.queries import Query


class SelectorJob(Check):
    id = "promql/selector-job"
    title = "Every selector names a job of this stack"
    explanation = "A job that is not scraped has no series; a selector without a job takes in other services' series."
    fix = "Use a job_name of the scrape configuration."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign and not _closed(context):
            return
        made = {str(rule.labels.get("job")) for rule in context.rules}
        for query, study in context.studies:
            local = context.foreign or "/local/" in query.path
            for selector in study.selectors:
                message = _wrong(context, selector, local)
                if message and not (context.foreign and selector.value_of("job") in made):
                    severity = _severity(context, query, selector)
                    where = query.line(selector.value_of("job") or selector.name)
                    yield self.finding(
                        query.path, where, f"{query.owner}: {message}", severity=severity, subject=query.owner
                    )


def _closed(context: Context) -> bool:
    """Whether all jobs are known: some are, and none is renamed, or handed on from elsewhere."""
    renamed = any("job" in job.added or job.data.get("honor_labels") is True for job in context.jobs.values())
    received = any("otlp" in mapped(each.data) for each in context.sources("prometheus"))
    return bool(context.jobs) and not renamed and not received


def _severity(context: Context, query: Query, selector: Selector) -> Severity:
    """A job of another server's is not known here, unless this one loads the rule, or the job is a slip of the pen."""
    if not context.foreign or slip(selector.value_of("job") or "", context.series.known_jobs()):
        return "error"
    return "warning" if not query.panel and _loaded(context, query.path) else "info"


def _loaded(context: Context, path: str) -> bool:
    """Whether a configuration of the folder names the rule file; where it is mounted elsewhere, by its last two parts."""
    for source in context.sources("prometheus"):
        for glob in map(str, listed(mapped(source.data).get("rule_files"))):
            near = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), glob))
            far = "/".join(glob.split("/")[-2:])
            if fnmatch.fnmatchcase(path, near) or (glob.startswith("/") and fnmatch.fnmatchcase(path, f"*{far}")):
                return True
    return False


def _wrong(context: Context, selector: Selector, local: bool) -> str:
    matchers = [matcher for matcher in selector.matchers if matcher.name == "job"]
    if any("$" in matcher.value for matcher in matchers):
        return ""
    if not matchers:
        narrowed = local or any(matcher.name == "service" for matcher in selector.matchers)
        return "" if narrowed else f"{selector.name or 'the selector'} is selected without a job"
    if context.series.jobs_of(selector):
        return ""
    known = some(list(context.series.known_jobs()))
    return f"no job matches job{matchers[0].op}{matchers[0].value!r} (there are: {known})"
