"""What is wrong with an expression that stands neither in a rule nor in a panel."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.model import Severity
from obsboot.promql.faults import fault
from obsboot.sources.context import Context
from obsboot.sources.queries import Query
from obsboot.sources.series import name_of


def faults(context: Context, query: Query) -> Iterator[tuple[int, str, Severity]]:
    """Where it is no PromQL, or else which of its series do not exist: line, message and how bad it is.

    What may be no more than a gap in a recording is told of rules and panels alone.
    """
    found = fault(query.text)
    if found is not None:
        if not found.dialect:
            yield query.at(found.at), f"{query.owner}: {found.message}", "error"
        return
    study = context.study(query)
    for selector in study.selectors if study else ():
        absence = context.series.missing(selector)
        if absence and absence.severity != "info":
            yield query.line(name_of(selector)), f"{query.owner}: {absence.message}", absence.severity
