"""Pipelines that Logstash can read."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.scanner import ConfigurationError
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.logstash.pipelines import logstash


class Syntax(Check):
    id = "logstash/syntax"
    title = "Every file of a Logstash pipeline can be read"
    explanation = (
        "Logstash does not start a pipeline of which it cannot read one file, and says so in its own log alone."
    )
    fix = "Mend the place; where a brace is missing, it is missing at that place or above it."

    def run(self, context: Context) -> Iterator[Finding]:
        for path, found in logstash(context).configurations.items():
            if isinstance(found, ConfigurationError):
                at = Line(found.at.line, found.at.column)
                yield self.finding(path, at, found.message, subject=f"pipeline file {path}")
