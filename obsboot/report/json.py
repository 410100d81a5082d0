"""A report as JSON, by the versioned schema in docs/report-schema.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum

from obsboot.model import Finding, Proven, Report, Result
from obsboot.report.detail import level_of, verdict
from obsboot.report.found import whole

SCHEMA = "obsboot-report/1"
"""Grows a new number when a field changes its meaning or goes; a new field does not need one."""


def to_json(report: Report) -> str:
    """The report, the same bytes for the same report, with a newline at the end."""
    document = {
        "schema": SCHEMA,
        "title": report.title,
        "verdict": {
            "exit_code": int(report.code()),
            "sentence": verdict(report),
            "passed": report.count("passed"),
            "failed": report.count("failed"),
            "could_not_check": report.count("error"),
            "skipped": report.count("skipped"),
        },
        "facts": _plain(report.facts),
        "results": [_result(result) for result in sorted(report.results, key=lambda r: (r.check, r.subject, r.reason))],
        "proven": [_proven(each) for each in sorted(report.proven, key=lambda p: (p.instance, p.kind, p.name))],
    }
    return whole(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _result(result: Result) -> dict[str, object]:
    return {
        "check": result.check,
        "subject": result.subject,
        "outcome": result.outcome,
        "level": str(level_of(result)),
        "reason": result.reason,
        "seconds": _plain(round(result.seconds, 3)),
        "findings": [_finding(finding) for finding in result.findings],
        "detail": _plain(result.detail),
        "unread": [{"path": each.path, "line": each.line, "why": each.why} for each in result.unread],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {**finding.told(), "why": finding.why, "fix": finding.fix}


def _proven(proven: Proven) -> dict[str, object]:
    return {
        "kind": proven.kind,
        "name": proven.name,
        "instance": proven.instance,
        "proof": str(proven.proof),
        "limit": proven.limit,
    }


def _plain(value: object) -> object:
    """Only what JSON has: keys in order, numbers that are none as text (`NaN`, `Infinity`), the rest as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
