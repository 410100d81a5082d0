"""Files of targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, MalformedError
from obsboot.sources.reading import FolderLayout
from obsboot.sources.scraping import Configuration, Scrape, configurations, target_files
from obsboot.sources.source import Source

Fault = tuple[int, str]


class TargetFiles(Check):
    id = "scrape/target-files"
    title = "The files that list targets are there, and list targets"
    explanation = "Prometheus goes on without the targets of a file that is missing or that it cannot read."
    fix = "Correct the path; a file is a list of `targets`, each a host:port, and their `labels`."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for job in each.jobs:
                yield from self._named(context, job)
                yield from self._addresses(job)
        named = {path for each in configurations(context) for path in _named_files(context, each)}
        for path in sorted(named):
            yield from self._unread(context, path)
        for source in context.sources("targets"):
            if source.path not in named:
                continue  # other programs have lists of targets too
            for line, message in _faults(source):
                yield self.finding(source.path, line, message)

    def _named(self, context: Context, job: Scrape) -> Iterator[Finding]:
        for pattern, found, line in target_files(context, job.path, job.data):
            if found.unmounted:
                message = f"{pattern} is not in {found.service}, which does not mount {found.unmounted[0]}"
                yield self.finding(job.path, line, message, subject=job.subject)
            elif found.known and not found.paths:
                message = f"{job.subject}: {pattern} matches no file"
                yield self.finding(job.path, line, message, severity="warning", subject=job.subject)

    def _unread(self, context: Context, path: str) -> Iterator[Finding]:
        """Of a file that nothing but its being named tells to be one of targets."""
        layout = context.layout
        if isinstance(layout, FolderLayout) and path not in layout.broken and path not in layout.templated:
            try:
                context.files.documents(path)
            except MalformedError as error:
                yield self.finding(path, error.line, f"it cannot be read, so none of its targets is scraped: {error}")

    def _addresses(self, job: Scrape) -> Iterator[Finding]:
        for target in job.targets:
            address = (target.labels or {}).get("__address__", "")
            if target.path != job.path and "/" in address:
                yield self.finding(target.path, target.line, f"{address!r} is no host:port", subject=job.subject)


def _named_files(context: Context, each: Configuration) -> Iterator[str]:
    for job in each.jobs:
        for _, found, _ in target_files(context, job.path, job.data):
            yield from found.paths


def _faults(source: Source) -> Iterator[Fault]:
    strict = source.path.endswith((".json", ".JSON"))  # where a number is no text
    for number, group in enumerate(source.data if isinstance(source.data, list) else ()):
        if not isinstance(group, dict):
            yield _line(source, number), "a group of targets is a mapping"
            continue
        for key in group:
            if key not in ("targets", "labels"):
                yield _line(source, number, key), f"unknown field {key!r}: {nearest(key, ('targets', 'labels'))}"
        yield from _targets(source, number, group.get("targets"), strict)
        labels = group.get("labels")
        if labels is not None and not isinstance(labels, dict):
            yield _line(source, number, "labels"), "labels: a mapping is expected"
        for name, value in labels.items() if isinstance(labels, dict) else ():
            if isinstance(value, dict | list) or (strict and not isinstance(value, str)):
                yield _line(source, number, "labels", name), f"label {name}: {value!r} is no text"


def _targets(source: Source, number: int, targets: Any, strict: bool) -> Iterator[Fault]:
    if targets is not None and not isinstance(targets, list):
        yield _line(source, number, "targets"), f"targets: a list is expected, not {targets!r}"
    for at, each in enumerate(targets if isinstance(targets, list) else ()):
        if isinstance(each, dict | list) or (strict and not isinstance(each, str)):
            yield _line(source, number, "targets", at), f"{each!r} is no text"


def _line(source: Source, *way: str | int) -> int:
    """The line of a part, in YAML or in JSON."""
    if not isinstance(source.data, Listed):
        return source.line(*way)
    here: Any = source.data
    line: int = here.line
    for step in way:
        line = here.at(step) if isinstance(step, str) else here.lines[step]
        here = here[step]
    return line
