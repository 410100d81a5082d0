"""Fields that are taken away."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.conditions import asked
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.flow import Flow
from obsboot.sources.logstash.pipelines import called, logstash, place

_SOME = 2


class Removed(Check):
    id = "logstash/removed"
    severity = "warning"
    title = "What is read is kept, and what is taken away is not asked for"
    explanation = (
        "A field that is removed after it was read costs the reading and gives nothing; a filter that reads a field which "
        "is gone by then does nothing at all."
    )
    fix = "Remove the field later, or not at all; do not take out of the line what nobody keeps."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in flows(logstash(context)):
            for name, node, used, by in each.late:
                message = f"{name} is gone here: the {by.plugin.name} in line {by.line} took it away"
                yield self.finding(used.path, place(node), message, subject=called(used))
            yield from self._wasted(each)

    def _wasted(self, flow: Flow) -> Iterator[Finding]:
        parsed = {assigned.put.field for assigned in flow.assigned if assigned.parsed}
        looked = flow.used | {each.reference for _, condition, _ in flow.asked for each in asked(condition)}
        for name, node, used in flow.removed:
            below = sorted(each for each in parsed if each.startswith(f"{name}[") and each not in looked)
            if len(below) >= _SOME and name not in ("[@metadata]", "[event]") and not flow.opaque:
                lost = " and ".join(below[:3])
                message = f"with {name} it throws away {lost}, which were read from the line and used by nobody"
                yield self.finding(used.path, place(node), message, subject=called(used))
