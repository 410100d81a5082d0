"""Every expression is PromQL."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.faults import fault, switched
from obsboot.sources.context import Context

_SWITCH = "promql-experimental-functions"


class Syntax(Check):
    id = "promql/syntax"
    title = "Every expression is PromQL"
    explanation = "Prometheus refuses a whole rule file for one bad expression; a panel with one shows an error."
    fix = "Mend the expression; paste it into Prometheus' own page to see where it breaks."

    def run(self, context: Context) -> Iterator[Finding]:
        spoken: set[tuple[str, str]] = set()
        for query in context.queries:
            found = None if query.spoken else fault(query.text)
            if found is not None and not found.dialect:
                message = f"{query.owner}: {found.message}"
                yield self.finding(query.path, query.at(found.at), message, subject=query.owner)
            elif query.spoken and (query.path, query.spoken) not in spoken:
                spoken.add((query.path, query.spoken))
                message = f"{query.owner} and others of the file are {query.spoken}, which is not understood here"
                yield self.finding(query.path, query.line(), message, severity="info", subject=query.owner)
            elif found is not None:
                message = f"{query.owner} is not understood: {found.message}; {found.dialect} may read it"
                yield self.finding(query.path, query.at(found.at), message, severity="info", subject=query.owner)
        if not any(_SWITCH in text for text in context.files.texts.values()):
            yield from self._switched(context)

    def _switched(self, context: Context) -> Iterator[Finding]:
        for query in context.queries:
            if not query.spoken and (found := switched(query.text)):
                message = f"{query.owner}: {found.message}"
                yield self.finding(query.path, query.at(found.at), message, severity="info", subject=query.owner)
