"""Names of fields with the Elastic Common Schema (ECS) and without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.logs.syntax import Node
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.captures import captures
from obsboot.sources.logstash.conditions import asked
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.flow import Family, Flow
from obsboot.sources.logstash.grok import references
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.settings import ecs
from obsboot.sources.logstash.takings import Taking, takings
from obsboot.sources.pipelines import setting, texts

_SINCE = 8
_OF_SHIPPERS = ("[agent]", "[host]", "[log]", "[process]", "[service]", "[source]", "[message]", "[timestamp]")
"""Fields of ECS that entries may bring along, whatever a pattern takes."""

Fault = tuple[str, Node, str, Severity, str]


class Ecs(Check):
    id = "logstash/ecs"
    severity = "warning"
    title = "Fields are asked for by the names that they have with ECS, or without it"
    explanation = (
        "Since Logstash 8 plugins name their fields by the Elastic Common Schema unless pipeline.ecs_compatibility says "
        "`disabled`: what was clientip is [source][address], and whoever asks for clientip gets nothing."
    )
    fix = "Ask for the new name, or say `ecs_compatibility => disabled` in the filter that sets the field."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        groks = {id(each.used.plugin): each for each in takings(found)}
        for path, node, message, severity, subject in (*_settings(found), *_names(found, groks)):
            yield self.finding(path, place(node), message, severity=severity, subject=subject)


def _settings(found: Logstash) -> Iterator[Fault]:
    """What plugins refuse with ECS, or without it."""
    for used in found.plugins:
        name = used.plugin.name
        if (used.section, name) == ("filter", "geoip") and ecs(found, used):
            source = "".join(texts(setting(used.plugin, "source")))
            whole = setting(used.plugin, "target") is not None or source.endswith("][ip]") or "${" in source
            if source and not whole:
                message = f"with ECS geoip needs a target beside the source {source!r}: Logstash does not start"
                yield used.path, used.plugin, message, "error", called(used)
        streams = setting(used.plugin, "data_stream")
        written = name == "elasticsearch" and texts(streams) == ("true",) and found.version >= _SINCE
        if written and streams is not None and ecs(found, used) is False:
            message = "data_stream => true needs ECS, which is disabled here: Logstash does not start"
            yield used.path, streams, message, "error", called(used)


def _names(found: Logstash, groks: Mapping[int, Taking]) -> Iterator[Fault]:
    """Fields that a pattern would set in the other of both ways, and that nobody sets."""
    for flow in flows(found):
        others = _others(found, flow, groks)
        if not others or flow.opaque or any("" in each.below for each in flow.effects.values()):
            continue
        below = {name for each in flow.effects.values() for name in each.below}
        there = Family({each.put.field for each in flow.assigned} | below)
        for path, name, node, subject in _asked(flow):
            if name in others and not there.touches(name):
                yield path, node, f"nobody sets {name}: {others[name]}", "warning", subject


def _others(found: Logstash, flow: Flow, groks: Mapping[int, Taking]) -> dict[str, str]:
    """The fields that patterns of a pipeline do not take as things are, each with what they take in its place."""
    said: dict[str, str] = {}
    for used in flow.pipeline.plugins:
        taken = groks.get(id(used.plugin))
        how = ecs(found, used) if taken else None
        for name in _patterns(taken) if taken and how is not None else ():
            for each in captures(name):
                other, here = (each.legacy, each.ecs) if how else (each.ecs, each.legacy)
                if other and not other.startswith(_OF_SHIPPERS[1:] if how else _OF_SHIPPERS):
                    instead = f"takes {here}" if here else "takes no such field"
                    said.setdefault(other, f"with{'' if how else 'out'} ECS %{{{name}}} {instead}")
    return said


def _patterns(taken: Taking) -> Iterator[str]:
    """The composed patterns of Logstash's own that a filter uses, those inside of its own definitions included."""
    own = taken.definitions.library.texts
    waiting = [each.name for word in taken.patterns for each in references(str(word.value))]
    seen = set[str]()
    for name in waiting:
        if name not in seen:
            seen.add(name)
            if name in own:
                waiting += [each.name for each in references(own[name])]
            elif captures(name):
                yield name


def _asked(flow: Flow) -> Iterator[tuple[str, str, Node, str]]:
    for path, condition, _ in flow.asked:
        yield from ((path, each.reference, each, f"pipeline {flow.pipeline.name}") for each in asked(condition))
    for name, node, used in flow.reads:
        yield used.path, name, node, called(used)
