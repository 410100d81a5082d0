"""How long streams are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, store

_PHASES: list[str] = KNOWN["phases"].split()
_ACTIONS: list[str] = KNOWN["actions"].split()
_AGE = re.compile(r"(\d+)(nanos|micros|ms|s|m|h|d)")
_SECONDS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

Fault = tuple[Way, str, Severity]


class Lifecycle(Check):
    id = "elasticsearch/lifecycle"
    title = "Policies go from phase to phase in their order"
    explanation = (
        "A policy with an unknown phase or an age that cannot be read is refused. Where a later phase has a lower age than "
        "the one before it, streams are deleted, or kept, at another time than the file says."
    )
    fix = "Name the phases hot, warm, cold, frozen, delete, each with a `min_age` that is not below the one before."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in store(context).policies.values():
            for way, message, severity in _faults(each):
                line = each.source.line(*way)
                yield self.finding(each.path, line, message, severity=severity, subject=f"policy {each.name}")


def _faults(each: Stored) -> Iterator[Fault]:
    phases = each.data["policy"].get("phases")
    if not isinstance(phases, dict):
        return  # OpenSearch's policies have states of any name
    for name in phases:
        if name not in _PHASES:
            yield ("policy", "phases", name), f"there is no phase {name!r}: {nearest(name, _PHASES)}", "error"
    yield from _unknown_actions(phases)
    last = 0.0
    for name in _PHASES:
        age = _age(phases.get(name))
        if age is None:
            yield ("policy", "phases", name, "min_age"), f"{name}: min_age is no span of time such as 30d", "error"
        elif name in phases and age < last:
            yield (
                ("policy", "phases", name, "min_age"),
                f"{name} begins before the phase that comes before it",
                "warning",
            )
        last = max(last, age or 0.0)
    if "delete" not in phases:
        yield ("policy", "phases"), "without a phase `delete` it keeps everything for ever", "info"


def _unknown_actions(phases: dict[str, Any]) -> Iterator[Fault]:
    for name, phase in phases.items():
        actions = phase.get("actions") if isinstance(phase, dict) else None
        for action in actions if isinstance(actions, dict) else ():
            if action not in _ACTIONS:
                message = f"{name}: there is no action {action!r}: {nearest(action, _ACTIONS)}"
                yield ("policy", "phases", name, "actions", action), message, "error"


def _age(phase: Any) -> float | None:
    """Seconds; None where they cannot be read."""
    said = str(phase.get("min_age", "0ms")) if isinstance(phase, dict) else "0ms"
    found = _AGE.fullmatch("0ms" if said == "0" else said)
    return int(found[1]) * _SECONDS[found[2]] if found else None
