"""Bucket bounds hold for Prometheus 2 and 3."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context

_WHOLE = re.compile(r"\d+(?:\.0)?")


class BucketBound(Check):
    id = "promql/le"
    title = "Bucket bounds are written as Prometheus 2 and 3 both store them"
    explanation = 'Prometheus 3 stores the bound 1 as le="1.0", Prometheus 2 as le="1": one of the two matches nothing.'
    fix = 'Match both: le=~"1|1\\\\.0".'

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for selector in study.selectors:
                for matcher in selector.matchers:
                    if matcher.name == "le" and matcher.op in ("=", "!=") and _WHOLE.fullmatch(matcher.value):
                        message = f"{query.owner}: le{matcher.op}{matcher.value!r} matches on one major version only"
                        severity: Severity = "warning" if context.foreign else "error"
                        where = query.line(selector.name)
                        yield self.finding(query.path, where, message, severity=severity, subject=query.owner)
