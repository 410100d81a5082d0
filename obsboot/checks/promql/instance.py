"""No rule watches one instance only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher, Selector
from obsboot.sources.context import Context

_LABELS = frozenset({"instance", "pod", "hostname", "nodename"})


class Instance(Check):
    id = "promql/instance"
    severity = "info"
    title = "No rule names one instance"
    explanation = "Whatever else the job has, now or later, is not watched; and the name will change."
    fix = "Select by job or service; let `by (instance)` tell the instances apart."

    def run(self, context: Context) -> Iterator[Finding]:
        for rule in context.rules:
            study = context.study(rule.query)
            for selector in study.selectors if study else ():
                for matcher in selector.matchers:
                    if matcher.name in _LABELS and _names_one(matcher):
                        severity = _severity(context, selector)
                        message = f"{rule.query.owner} watches {matcher.name}={matcher.value!r} alone"
                        where = rule.query.line(matcher.name)
                        yield self.finding(rule.path, where, message, severity=severity, subject=rule.query.owner)


def _names_one(matcher: Matcher) -> bool:
    plain = matcher.op == "=" or (matcher.op == "=~" and not re.search(r"[*+?|(\[^$]", matcher.value))
    return plain and bool(matcher.value) and "$" not in matcher.value


def _severity(context: Context, selector: Selector) -> Severity:
    """Where the job is known to have several targets, the others are forgotten."""
    exporters = context.series.exporters
    jobs = [context.jobs[name] for name in context.series.jobs_of(selector) if name in context.jobs]
    named = any(matcher.name == "job" and matcher.op == "=" for matcher in selector.matchers)
    several = exporters is not None and named and any(exporters.reach(job).several for job in jobs)
    return "warning" if several else "info"
