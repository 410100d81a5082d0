"""Annotations ask something that can be answered."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.expressions import faults
from obsboot.model import Finding
from obsboot.sources.context import Context


class Annotations(Check):
    id = "dashboard/annotations"
    title = "Annotations ask for series that exist"
    explanation = "Marks that never appear are not missed: everybody takes it that nothing has happened."
    fix = "Mend the expression; use the name of a metric that is exposed or recorded."

    def run(self, context: Context) -> Iterator[Finding]:
        for query in (query for board in context.boards for query in board.annotations):
            for line, message, severity in faults(context, query):
                yield self.finding(query.path, line, message, severity=severity, subject=query.owner)
