"""How long streams are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.lifecycles import state_faults
from obsboot.sources.options import misfits, options
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, store

_OF_PHASE: Mapping[str, list[str]] = {phase: actions.split() for phase, actions in KNOWN["phases"].items()}
_PHASES = list(_OF_PHASE)
_PHASE = options(KNOWN["phase"])
_OPTIONS = {action: options(text) for action, text in KNOWN["actions"].items()}
_AFTER_ROLLOVER = KNOWN["after_rollover"].split()
_AGE = re.compile(r"(\d+)(nanos|micros|ms|s|m|h|d)", re.IGNORECASE)
_SECONDS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

Fault = tuple[Way, str, Severity]


class Lifecycle(Check):
    id = "elasticsearch/lifecycle"
    title = "Policies are of phases, states and actions that there are, in their order"
    explanation = (
        "A policy with an unknown phase, an action that its phase does not allow, or an age that cannot be read is refused. "
        "Where a later phase has a lower age than the one before it, streams are deleted, or kept, at another time than the "
        "file says. A policy of OpenSearch is refused where it goes on to a state that it does not have."
    )
    fix = (
        "Name the phases hot, warm, cold, frozen, delete, each with a `min_age` that is not below the one before, and with "
        "the actions that it allows; let `default_state` and every `state_name` name a state of the policy."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        for each in store(context).policies.values():
            for way, message, severity in _faults(each):
                line = each.source.line(*way)
                yield self.finding(each.path, line, message, severity=severity, subject=f"policy {each.name}")


def _faults(each: Stored) -> Iterator[Fault]:
    policy = each.data["policy"]
    phases = policy.get("phases")
    if isinstance(phases, dict):
        yield from _phases(phases)
    elif isinstance(policy.get("states"), list):
        yield from ((way, message, "error") for way, message in state_faults(policy))


def _phases(phases: Mapping[str, Any]) -> Iterator[Fault]:
    for name, phase in phases.items():
        way: Way = ("policy", "phases", name)
        if name not in _PHASES:
            yield way, f"there is no phase {name!r}: {nearest(name, _PHASES)}", "error"
        elif isinstance(phase, dict):
            for where, message in (*misfits(name, phase, _PHASE, way), *_actions(name, phase, way)):
                yield where, message, "error"
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
    if isinstance(frozen := phases.get("frozen"), dict) and "searchable_snapshot" not in (frozen.get("actions") or {}):
        yield ("policy", "phases", "frozen"), "frozen: the phase needs the action searchable_snapshot", "error"
    if "delete" not in phases:
        yield ("policy", "phases"), "without a phase `delete` it keeps everything for ever", "info"


def _actions(phase: str, said: Mapping[str, Any], way: Way) -> Iterator[tuple[Way, str]]:
    actions = said.get("actions")
    if not isinstance(actions, dict):
        return
    for action, body in actions.items():
        here = (*way, "actions", action)
        if action not in _OPTIONS:
            yield here, f"{phase}: there is no action {action!r}: {nearest(action, _OPTIONS)}"
        elif action not in _OF_PHASE[phase]:
            allowed = ", ".join(_OF_PHASE[phase])
            yield here, f"{phase}: the action {action} is not for this phase, which takes {allowed}"
        elif phase == "hot" and action in _AFTER_ROLLOVER and "rollover" not in actions:
            yield here, f"hot: {action} needs the action rollover beside it"
        else:
            said_here = body if isinstance(body, dict) else {}
            yield from misfits(f"{phase}: {action}", said_here, _OPTIONS[action], here)
            if action == "rollover" and not any(name.startswith("max_") for name in said_here):
                yield here, f"{phase}: rollover needs a condition such as max_age"


def _age(phase: Any) -> float | None:
    """Seconds; None where they cannot be read."""
    said = str(phase.get("min_age") or "0ms").strip() if isinstance(phase, dict) else "0ms"
    found = _AGE.fullmatch("0ms" if said in ("0", "-1") else said.replace(" ", ""))
    return int(found[1]) * _SECONDS[found[2].lower()] if found else None
