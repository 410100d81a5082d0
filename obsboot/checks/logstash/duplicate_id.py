"""Ids of plugins."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.pipelines import Pipeline, called, logstash, place
from obsboot.sources.pipelines import Used, setting, words


class DuplicateId(Check):
    id = "logstash/duplicate-id"
    title = "No two plugins of a pipeline have one id"
    explanation = "Logstash refuses a pipeline in which an id is there twice, be it in two files that it reads as one."
    fix = "Give each plugin an id of its own."

    def run(self, context: Context) -> Iterator[Finding]:
        told = set[tuple[str, int, int]]()
        for pipeline in logstash(context).pipelines:
            for each, first in _twice(pipeline):
                (word,) = words(setting(each.plugin, "id"))[:1]
                at = place(word)
                if (each.path, at, at.column) in told:
                    continue
                told.add((each.path, at, at.column))
                where = f"line {first.line}" if first.path == each.path else f"{first.path}:{first.line}"
                message = f"the {first.section} {first.plugin.name} in {where} has the id {word.value!r} as well"
                yield self.finding(each.path, at, message, subject=called(each))


def _twice(pipeline: Pipeline) -> Iterator[tuple[Used, Used]]:
    """Plugins whose id another one before them has, with that one."""
    seen: dict[str, Used] = {}
    for each in pipeline.plugins:
        for word in words(setting(each.plugin, "id"))[:1]:
            name = str(word.value)
            if name in seen and "${" not in name:
                yield each, seen[name]
            seen.setdefault(name, each)
