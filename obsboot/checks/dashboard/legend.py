"""Legends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context

_LABEL = re.compile(r"\{\{\s*([^{}]*?[^{}\s])\s*\}\}")
_SEVERAL = re.compile(r"[,;|+\s]")
"""What stands between labels where somebody takes it that one pair of braces holds several."""
_NUMBERS = frozenset({"stat", "gauge"})
_TERM = re.compile(r"\{\{\s*(?:term )?\s*([\w.@]+)\s*\}\}")


class Legend(Check):
    id = "dashboard/legend"
    title = "Legends name labels that the result has"
    explanation = "A label that is aggregated away is shown as nothing, so all lines of the panel are called the same."
    fix = "Use a label that the expression keeps, or a plain name."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                for number, target in enumerate(panel.targets):
                    if panel.kind(target) == "logs":
                        key, faults = "alias", _missing(target)
                    else:
                        key, faults = "legendFormat", _dropped(context, panel, number)
                    for fault in faults:
                        line = panel.line("targets", number, key)
                        severity = _severity(context, panel, number) if context.foreign else self.severity
                        message = f"panel {panel.title!r}: {fault}"
                        yield self.finding(board.path, line, message, severity=severity, subject=panel.subject)


def _severity(context: Context, panel: Panel, number: int) -> Severity:
    """Where there is one number and nothing else, Grafana does not show what it is called."""
    query = panel.asked.get(number)
    study = context.study(query) if query and panel.type in _NUMBERS and len(panel.targets) == 1 else None
    alone = study is not None and not study.shape.labels.open and not study.shape.labels.names
    return "info" if alone or panel.type == "singlestat" else "warning"


def _dropped(context: Context, panel: Panel, number: int) -> Iterator[str]:
    """Labels that the expression has aggregated away."""
    target = panel.targets[number]
    labels = _LABEL.findall(str(target.get("legendFormat") or ""))
    query = panel.asked.get(number)
    study = context.study(query) if query and labels and target.get("format") != "table" else None
    for label in labels if study else ():
        if study and _SEVERAL.search(label):
            yield f"{{{{{label}}}}} is no label: each has braces of its own"
        elif study and re.fullmatch(r"[\w.]+", label) and not study.shape.labels.may_have(label):
            yield f"{{{{{label}}}}} is not in the result, which has {study.shape.labels}"


def _missing(target: dict[str, Any]) -> Iterator[str]:
    """Fields by which a question to the log store does not tell its documents apart."""
    buckets = target.get("bucketAggs")
    groups = (
        {str(each.get("field")) for each in buckets if isinstance(each, dict)} if isinstance(buckets, list) else set()
    )
    for name in _TERM.findall(str(target.get("alias") or "")):
        if name not in groups | {"metric", "field"}:
            yield f"{{{{{name}}}}} is no field that its documents are told apart by"
