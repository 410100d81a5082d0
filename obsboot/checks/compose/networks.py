"""Who talks shares a network."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.reaching import Call, alone, answering, calls
from obsboot.sources.topology import Service


class Networks(Check):
    id = "compose/networks"
    title = "Prometheus shares a network with what it asks"
    explanation = (
        "Containers without a common network cannot even find each other's names: the target is down for ever."
    )
    fix = "Put both into one network."

    def run(self, context: Context) -> Iterator[Finding]:
        for call in calls(context):
            found = answering(context, call)
            if found and all(_apart(context, call, each) for each in found):
                other = found[0]
                message = f"{call.subject}: {call.caller.name} and {other.name} share no network"
                yield self.finding(call.path, call.line, f"{message} ({_shown(call, other)})", subject=call.subject)


def _apart(context: Context, call: Call, other: Service) -> bool:
    caller = call.caller
    if caller.path != other.path or caller.mode or other.mode or other.name == caller.name:
        return False
    return alone(context, caller) and alone(context, other) and not caller.networks & other.networks


def _shown(call: Call, other: Service) -> str:
    sides = (f"{each.name} is in {', '.join(sorted(each.networks))}" for each in (call.caller, other))
    return "; ".join(sides)
