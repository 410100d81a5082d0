"""Names of recording rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.rules.custom import customary
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context

_NAME = re.compile(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")


class RecordName(Check):
    id = "rules/record-name"
    title = "Recorded series are called level:metric:operations"
    explanation = (
        "The name alone has to say what was aggregated to which labels; a colon tells it from an exposed metric."
    )
    fix = "Rename it, for example job_route:http_request_duration_seconds:p99_5m."

    def run(self, context: Context) -> Iterator[Finding]:
        every = Counter(rule.path for rule in context.records)
        levelled = Counter(rule.path for rule in context.records if ":" in rule.name)
        for rule in context.records:
            if not _NAME.fullmatch(rule.name):
                severity: Severity = "error"
                if context.foreign:
                    usual = customary(levelled[rule.path], every[rule.path])
                    odd = ":" not in rule.name and not rule.name.endswith("_info")  # whose labels are its meaning
                    severity = "warning" if usual and odd else "info"
                message = f"{rule.name!r} is not of the form level:metric:operations"
                yield self.finding(rule.path, rule.line, message, severity=severity, subject=rule.query.owner)
