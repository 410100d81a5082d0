"""How grave it is what an expression was found to do wrong."""

from __future__ import annotations

from obsboot.model import Severity
from obsboot.promql.provenance import Study
from obsboot.promql.shapes import Trust

_BY: dict[Trust, Severity] = {"sure": "error", "likely": "warning", "named": "info"}


def gravity(study: Study, *, sure: bool = False) -> Severity:
    """An error where it is sure, whatever the metrics are, or because they are known; else as far as they are."""
    return "error" if sure else _BY[study.trust]
