"""Policies of OpenSearch: states, and where each goes on to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.sources.documents import Way
from obsboot.sources.options import misfits, options
from obsboot.sources.stores import KNOWN

_TABLE: Mapping[str, str] = KNOWN["states"]
_ACTIONS = _TABLE["actions"].split()
_BESIDE = _TABLE["any_action"].split()

Fault = tuple[Way, str]


def state_faults(policy: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything for which OpenSearch refuses a policy, with the way to it from the top of its file."""
    way: Way = ("policy",)
    yield from misfits("a policy", policy, options(_TABLE["policy"]), way)
    states = [(number, each) for number, each in enumerate(_listed(policy.get("states"))) if isinstance(each, dict)]
    names = [str(state.get("name", "")) for _, state in states]
    first = policy.get("default_state")
    if first is not None and first not in names:
        yield (*way, "default_state"), f"there is no state {first!r}: {nearest(str(first), names)}"
    for number, state in states:
        here = (*way, "states", number)
        if state.get("name") in names[:number]:
            yield (*here, "name"), f"there are two states {state['name']!r}"
        yield from misfits("a state", state, options(_TABLE["state"]), here)
        yield from _actions(state, here)
        yield from _transitions(state, names, here)


def _actions(state: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    kinds: list[tuple[Way, str]] = []
    for number, each in enumerate(_listed(state.get("actions"))):
        for name in each if isinstance(each, dict) else ():
            here = (*way, "actions", number, name)
            if name in _ACTIONS:
                kinds.append((here, name))
            elif name not in _BESIDE:
                yield here, f"{state.get('name')}: there is no action {name!r}: {nearest(name, _ACTIONS)}"
    for (_, before), (here, name) in pairwise(kinds):
        if before == "delete":
            yield here, f"{state.get('name')}: {name} comes after delete, and so never"
    if kinds and kinds[-1][1] == "delete" and _listed(state.get("transitions")):
        yield (*way, "transitions"), f"{state.get('name')}: nothing comes after delete, and so no other state"


def _transitions(state: Mapping[str, Any], names: list[str], way: Way) -> Iterator[Fault]:
    for number, each in enumerate(_listed(state.get("transitions"))):
        if not isinstance(each, dict):
            continue
        here = (*way, "transitions", number)
        yield from misfits("a transition", each, options(_TABLE["transition"]), here)
        aim = each.get("state_name")
        if aim is not None and aim not in names:
            yield (*here, "state_name"), f"there is no state {aim!r}: {nearest(str(aim), names)}"
        conditions = each.get("conditions")
        if isinstance(conditions, dict):
            yield from misfits("conditions", conditions, options(_TABLE["conditions"]), (*here, "conditions"))
            if len(conditions) != 1:
                yield (*here, "conditions"), f"conditions takes one condition, and there are {len(conditions)}"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
