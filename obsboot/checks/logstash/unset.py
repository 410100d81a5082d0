"""Fields that somebody sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Branch, Node, Statement
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.conditions import asked
from obsboot.sources.logstash.events import Entries, entries, flows, taken
from obsboot.sources.logstash.flow import Family, Flow
from obsboot.sources.logstash.pipelines import Logstash, logstash, place
from obsboot.sources.logstash.plugins import advice

Asked = tuple[str, str, Node, tuple[Entries, ...], bool]
"""Path, field, place, the entries that come there, and whether each of these should have the field."""


class Unset(Check):
    id = "logstash/unset"
    severity = "warning"
    title = "Every field that a pipeline asks for is one that an input or a filter sets"
    explanation = (
        "A condition on a field that nobody sets never holds, and a filter that reads such a field does nothing: neither "
        "says so anywhere."
    )
    fix = "Ask for the field by the name under which it is set."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for flow in flows(found):
            yield from self._of(found, flow)

    def _of(self, found: Logstash, flow: Flow) -> Iterator[Finding]:
        ways = entries(found, flow.pipeline)
        if ways is None or flow.opaque or any("" in each.below for each in flow.effects.values()):
            return
        names = {each.put.field for each in flow.assigned} | {above for e in flow.effects.values() for above in e.below}
        set_ = Family(names)
        for path, name, node, here, always in _asked(flow, ways):
            if here and not set_.touches(name) and not any(each.may_have(name, always) for each in here):
                known = names | {key for way in here for key in (*way.known, *(way.json or ()))}
                subject = f"pipeline {flow.pipeline.name}"
                yield self.finding(path, place(node), f"nobody sets {name}{advice(name, known)}", subject=subject)


def _asked(flow: Flow, ways: tuple[Entries, ...]) -> Iterator[Asked]:
    for kind in ("filter", "output"):
        for path, section in flow.pipeline.sections(kind):
            yield from _in(flow, path, section.body, ways)


def _in(flow: Flow, path: str, body: Iterable[Statement], ways: tuple[Entries, ...]) -> Iterator[Asked]:
    for each in body:
        if isinstance(each, Branch):
            left = ways
            for arm in each.arms:
                if arm.condition is not None:
                    for one in asked(arm.condition):
                        yield path, one.reference, one, left, False
                inside, left = taken(arm.condition, left)
                yield from _in(flow, path, arm.body, inside)
        elif each.name in ("date", "grok", "dissect", "json", "csv", "kv"):
            for name, node in flow.effects[id(each)].reads:
                yield path, name, node, ways, True
