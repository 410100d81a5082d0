"""Every expression is PromQL."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot import promql
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class Syntax(Check):
    id = "promql/syntax"
    title = "Every expression is PromQL"
    explanation = "Prometheus refuses a whole rule file for one bad expression; a panel with one shows an error."
    fix = "Mend the expression; paste it into Prometheus' own page to see where it breaks."

    def run(self, context: Context) -> Iterator[Finding]:
        for query in context.queries:
            try:
                promql.check(query.text)
            except promql.PromqlError as error:
                yield self.finding(query.path, query.line(), f"{query.owner}: {error}")
