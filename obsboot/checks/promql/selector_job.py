"""Selectors name generated jobs."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping

from obsboot.catalog.problems import some
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Selector
from obsboot.promql.likeness import slip
from obsboot.sources.context import Context
from obsboot.sources.documents import listed, mapped
from obsboot.sources.loading import asking_here
from obsboot.sources.matchers import accepts
from obsboot.sources.queries import Query
from obsboot.sources.scraping import configurations
from obsboot.sources.topology import services

_RECEIVER = "-receiver"
"""In flags by which Prometheus takes what others write into it."""
_OR = re.compile(r"\bor\b", re.IGNORECASE)
"""Where a panel asks for one job or else for another it is made for several servers."""


class SelectorJob(Check):
    id = "promql/selector-job"
    title = "Every selector names a job of this stack"
    explanation = "A job that is not scraped has no series; a selector without a job takes in other services' series."
    fix = "Use a job_name of the scrape configuration."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign and not _closed(context):
            return
        made = {str(rule.labels.get("job")) for rule in context.rules}
        given = _given(context) if context.foreign else {}
        for query, study in context.studies:
            local = context.foreign or "/local/" in query.path
            for selector in study.selectors:
                message = _wrong(context, selector, local, given)
                if message and not (context.foreign and selector.value_of("job") in made):
                    severity = _severity(context, query, selector)
                    where = query.line(selector.value_of("job") or selector.name)
                    yield self.finding(
                        query.path, where, f"{query.owner}: {message}", severity=severity, subject=query.owner
                    )


def _closed(context: Context) -> bool:
    """Whether all jobs are known: some are, and none is renamed, or handed on or pushed from elsewhere."""
    renamed = any("job" in job.added or job.data.get("honor_labels") is True for job in context.jobs.values())
    received = any("otlp" in mapped(each.data) for each in context.sources("prometheus"))
    pushed = any(_RECEIVER in word for service in services(context) for word in service.command)
    return bool(context.jobs) and not renamed and not received and not pushed


def _severity(context: Context, query: Query, selector: Selector) -> Severity:
    """A job of another server's is not known here, unless it is this one that is asked, or the job is a slip of the pen."""
    if not context.foreign or slip(selector.value_of("job") or "", context.series.known_jobs()):
        return "error"
    if not query.panel:
        return "warning" if _loaded(context, query.path) else "info"
    return "warning" if query.path in asking_here(context) and not _OR.search(query.text) else "info"


def _loaded(context: Context, path: str) -> bool:
    """Whether a configuration of the folder names the rule file; where it is mounted elsewhere, by its last two parts."""
    for source in context.sources("prometheus"):
        for glob in map(str, listed(mapped(source.data).get("rule_files"))):
            near = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), glob))
            far = "/".join(glob.split("/")[-2:])
            if fnmatch.fnmatchcase(path, near) or (glob.startswith("/") and fnmatch.fnmatchcase(path, f"*{far}")):
                return True
    return False


def _given(context: Context) -> dict[str, frozenset[str]]:
    """The jobs some of whose targets have another `job` in their labels, which wins: what their series have instead.

    The job itself is among them where some of its series may still have its name.
    """
    found: dict[str, set[str]] = {}
    for job in (job for each in configurations(context) for job in each.jobs):
        names = {target.series.get("job", job.name) if target.became else job.name for target in job.targets}
        found.setdefault(job.name, set()).update(names if job.whole and names else {*names, job.name})
    return {job: frozenset(names) for job, names in found.items() if names != {job}}


def _allows(selector: Selector, job: str) -> bool:
    return accepts(tuple(each for each in selector.matchers if each.name == "job"), {"job": job})


def _wrong(context: Context, selector: Selector, local: bool, given: Mapping[str, frozenset[str]]) -> str:
    matchers = [matcher for matcher in selector.matchers if matcher.name == "job"]
    if any("$" in matcher.value for matcher in matchers):
        return ""
    if not matchers:
        narrowed = local or any(matcher.name == "service" for matcher in selector.matchers)
        return "" if narrowed else f"{selector.name or 'the selector'} is selected without a job"
    jobs = context.series.jobs_of(selector)
    others = {name for names in given.values() for name in names}
    if any(job in given.get(job, (job,)) for job in jobs) or any(_allows(selector, name) for name in others):
        return ""
    if jobs:
        instead = some([repr(name) for name in sorted(given[jobs[0]])])
        return f"the targets of job {jobs[0]} are not called so: their labels say job {instead}"
    known = some(list(context.series.known_jobs()))
    return f"no job matches job{matchers[0].op}{matchers[0].value!r} (there are: {known})"
