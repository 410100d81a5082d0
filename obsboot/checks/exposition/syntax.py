"""Prometheus reads the answer."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.expositions import expositions


class Syntax(Check):
    id = "exposition/syntax"
    title = "Prometheus can read all of what an exporter answers"
    explanation = (
        "One line that it cannot read, and Prometheus throws the whole scrape away; a series twice is kept once."
    )
    fix = "Let a client library write the answer; label values stand in quotes, and each type and series is there once."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for line, message in each.faults:
                yield self.finding(each.path, line, message)
