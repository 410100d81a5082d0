"""Fields that are one thing here and another there."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.flow import Assigned, Flow
from obsboot.sources.logstash.pipelines import called, logstash, place

_SINGLE = frozenset({"string", "integer", "float", "boolean", "date"})


class Conflict(Check):
    id = "logstash/conflict"
    title = "No field is a value in one place and an object in another"
    explanation = (
        "Elasticsearch maps a field once: the entries that come second with the other shape are refused, and lost."
    )
    fix = "Give the value a name of its own below the object, as ECS does."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in flows(logstash(context)):
            for value, inner in _conflicts(each):
                line = inner.put.at.at.line
                where = f"line {line}" if inner.used.path == value.used.path else f"{inner.used.path}:{line}"
                message = f"{value.put.field} is a value here, and an object with {inner.put.field} in {where}"
                yield self.finding(value.used.path, place(value.put.at), message, subject=called(value.used))


def _conflicts(flow: Flow) -> Iterator[tuple[Assigned, Assigned]]:
    """Fields that are set to a single value and stay, each with one that is set inside of it and stays."""
    gone = {name for name, _, _ in flow.removed} | {
        name for name, _, used in flow.reads if used.plugin.name == "mutate"
    }
    kept = [
        each for each in flow.assigned if each.put.field not in gone and not each.put.field.startswith("[@metadata]")
    ]
    inside: dict[str, Assigned] = {}
    for each in kept:
        parts = each.put.field.split("]")
        for count in range(1, len(parts) - 1):
            inside.setdefault("]".join(parts[:count]) + "]", each)
    told = set[str]()
    for each in kept:
        name = each.put.field
        if each.put.type in _SINGLE and name in inside and name not in told:
            told.add(name)
            yield each, inside[name]
