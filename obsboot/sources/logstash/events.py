"""What is known of the entries of each pipeline: where they come from, what their fields become, and where they are stored.

The chain from a shipper's field to a stream's name is asked here: `entries` gives the ways in which entries arrive,
`flows` what filters make of them, `targets` what outputs write to, `streams` the names that this comes to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from obsboot.logs.syntax import Condition, Node, Plugin
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.logstash.conditions import verdict
from obsboot.sources.logstash.effects import mentions
from obsboot.sources.logstash.flow import Flow, flow
from obsboot.sources.logstash.pipelines import Logstash, Pipeline
from obsboot.sources.logstash.samples import fields_of, files_of
from obsboot.sources.logstash.takings import Taking, takings
from obsboot.sources.pipelines import Used, setting, texts
from obsboot.sources.topology import services

_PLAIN = frozenset({
    "add_cloud_metadata", "add_docker_metadata", "add_host_metadata", "add_id", "add_kubernetes_metadata", "add_locale",
    "add_observer_metadata", "add_process_metadata", "drop_event", "drop_fields", "add_tags", "truncate_fields",
})  # fmt: skip
"""Processors of Filebeat that set none of the fields that a person chose."""
_TYPELESS = frozenset({"file", "stdin", "syslog", "exec", "generator", "heartbeat", "udp", "tcp", "unix", "pipe"})
"""Inputs whose entries have the `type` that the input sets, unless their codec reads one."""
_OF_TEXT = frozenset({"", "plain", "line", "multiline", "rubydebug", "dots", "java_line", "java_plain"})
_OF_BEATS = frozenset({
    "[@metadata]", "[@timestamp]", "[@version]", "[agent]", "[beat]", "[cloud]", "[container]", "[docker]", "[ecs]",
    "[error]", "[event]", "[fields]", "[host]", "[input]", "[kubernetes]", "[log]", "[message]", "[observer]", "[offset]",
    "[process]", "[prospector]", "[service]", "[source]", "[stream]", "[tags]", "[type]",
})  # fmt: skip
"""What Filebeat and its usual processors add of their own, with all that is below."""
_OTHER_BEATS = re.compile("(?:metric|packet|winlog|audit|heart|journal|function)beat|elastic-agent")
"""Shippers that send to the same inputs, and whose fields nobody reads here."""
_STORES = ("elasticsearch", "opensearch")


@dataclass(frozen=True, slots=True)
class Entries:
    """One way in which entries arrive: the fields that they surely have, by reference, and whence.

    `closed` are fields of which nothing else is set: neither they nor anything below them. `whole` is whether all fields are
    known but those of JSON, if the input reads any: `json` are the top-level ones that samples show, none without samples.
    """

    source: str
    known: Mapping[str, str]
    closed: tuple[str, ...] = ()
    whole: bool = False
    json: frozenset[str] | None = None

    def value(self, reference: str) -> str | None:
        """What a field holds; empty where it is surely not there, None where nobody knows."""
        if reference in self.known:
            return self.known[reference]
        gone = any(reference == each or reference.startswith(f"{each}[") for each in self.closed)
        return "" if gone else None

    def may_have(self, reference: str, always: bool) -> bool:
        """Whether some entry may bring the field along; `always` asks whether each of them should be seen to have it."""
        top = reference.partition("]")[0] + "]"
        if not self.whole or top in _OF_BEATS or any(_within(reference, each) for each in self.known):
            return True
        return self.json is not None and (not always or not self.json or top in self.json)


@dataclass(frozen=True, slots=True)
class Target:
    """What an output writes to: an index, or the parts of a data stream's name; texts may hold `%{...}`.

    `kind` is `index`, `stream` or, where the settings leave it to the entry, `auto`. `fields` are those that the texts name.
    """

    used: Used
    kind: str
    parts: Mapping[str, tuple[str, Node]]
    fields: frozenset[str] = field(default_factory=frozenset)


def entries(found: Logstash, pipeline: Pipeline) -> tuple[Entries, ...] | None:
    """Every way in which entries come into a pipeline; None where the folder does not tell all of them."""
    ways: list[Entries] = []
    for used in pipeline.inputs:
        some = _of_input(found, used.plugin)
        if some is None:
            return None
        ways += some
    return tuple(ways) if ways and pipeline.whole else None


@lru_cache(maxsize=1)
def flows(found: Logstash) -> tuple[Flow, ...]:
    """What happens to the fields of entries in each pipeline."""
    groks: dict[int, list[Taking]] = {}
    for taking in takings(found):
        groks.setdefault(id(taking.used.plugin), []).append(taking)
    shipped = any(u.plugin.name == "beats" for p in found.pipelines for u in p.inputs)
    types = _types_of_json(found) if shipped else {}
    return tuple(
        flow(each, groks, types if any(u.plugin.name == "beats" for u in each.inputs) else {})
        for each in found.pipelines
    )


def targets(pipeline: Pipeline) -> Iterator[Target]:
    """What the outputs of a pipeline write to."""
    for used in pipeline.plugins:
        if used.section == "output" and used.plugin.name in _STORES:
            yield _target(used)


def _target(used: Used) -> Target:
    def parts(*names: str) -> dict[str, tuple[str, Node]]:
        found = {name: setting(used.plugin, name) for name in names}
        return {name: (texts(value)[0], value) for name, value in found.items() if value is not None and texts(value)}

    said = "".join(texts(setting(used.plugin, "data_stream")))
    stream = parts("data_stream_type", "data_stream_dataset", "data_stream_namespace")
    if said == "true" or (stream and said != "false"):
        kind, names = "stream", stream
    else:
        names = parts("index")
        kind = "index" if names else "auto"
    mentioned = frozenset(name for text, _ in names.values() for name in mentions(text))
    return Target(used, kind, names, mentioned)


def _of_input(found: Logstash, plugin: Plugin) -> list[Entries] | None:
    if plugin.name in ("beats", "elastic_agent"):
        return _of_filebeat(found)
    codec = setting(plugin, "codec")
    name = codec.name if isinstance(codec, Plugin) else "".join(texts(codec))
    type_ = texts(setting(plugin, "type"))
    if plugin.name not in _TYPELESS or name not in _OF_TEXT or not type_ or "${" in type_[0]:
        return None
    return [Entries(plugin.name, {"[type]": type_[0]}, ("[type]",))]


def _of_filebeat(found: Logstash) -> list[Entries] | None:
    """The entries of every input of every Filebeat of the folder; None where some may come from elsewhere."""
    others = [*found.everything, *(str(each.data.get("image") or "") for each in services(found.context))]
    if any(_OTHER_BEATS.search(each) for each in others):
        return None
    ways: list[Entries] = []
    for source in found.context.sources("filebeat"):
        data = mapped(source.data)
        output = data.get("output.logstash") or mapped(data.get("output")).get("logstash")
        if output is None:
            continue
        if _more(data):
            return None
        for each in map(mapped, listed(_inputs(data))):
            if _more(each):
                return None
            known = fields_of(each) if each.get("enabled") is not False else None
            if known is not None:
                closed = ("[fields]",) if each.get("fields_under_root") is not True and "fields" not in data else ()
                whole, keys = _kept_by(found, each)
                ways.append(Entries(source.path, known, closed, whole, keys))
    return ways or None


def _kept_by(found: Logstash, data: Mapped) -> tuple[bool, frozenset[str] | None]:
    """Whether all fields of an input of Filebeat are known, and the top-level ones that it reads from JSON, if any."""
    parsers = [name for each in listed(data.get("parsers")) for name in mapped(each)]
    plain = data.get("type") in ("filestream", "log", "container", "docker") and "processors" not in data
    whole = plain and set(parsers) <= {"multiline", "ndjson", "container", "include_message"}
    keys = None
    if "ndjson" in parsers or "json" in data or any(key.startswith("json.") for key in data):
        seen: dict[str, set[str]] = {}
        for line in (line for _, lines in files_of(found, data) for line in lines[:20]):
            _note(line, seen)
        keys = frozenset(seen)
    return whole, keys


def _inputs(data: Mapped) -> object:
    return data.get("filebeat.inputs", mapped(data.get("filebeat")).get("inputs"))


def _more(data: Mapped) -> bool:
    """Whether a configuration of Filebeat, or one of its inputs, may set fields that it does not name."""
    nested = mapped(data.get("filebeat"))
    for key in ("modules", "autodiscover", "config", "config.inputs", "config.modules"):
        if key in nested or f"filebeat.{key}" in data:
            return True
    named = [name for each in listed(data.get("processors")) for name in mapped(each)]
    return bool(set(named) - _PLAIN)


@lru_cache(maxsize=1)
def _types_of_json(found: Logstash) -> dict[str, str]:
    """The types of top-level fields that Filebeat reads from JSON, where every sample line agrees on a single one."""
    seen: dict[str, set[str]] = {}
    for source in found.context.sources("filebeat"):
        for each in map(mapped, listed(_inputs(mapped(source.data)))):
            parsers = [
                mapped(mapped(parser).get("ndjson"))
                for parser in listed(each.get("parsers"))
                if "ndjson" in mapped(parser)
            ]
            if parsers and not parsers[0].get("target"):
                for line in (line for _, lines in files_of(found, each) for line in lines[:20]):
                    _note(line, seen)
    return {name: kinds.pop() for name, kinds in seen.items() if len(kinds) == 1 and kinds != {"any"}}


def _note(line: str, seen: dict[str, set[str]]) -> None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return
    for name, value in data.items() if isinstance(data, dict) else ():
        kind = {bool: "boolean", int: "integer", float: "float", str: "string", dict: "object"}.get(type(value), "any")
        seen.setdefault(f"[{name}]", set()).add(kind)


# Conditions


def never(condition: Condition, ways: tuple[Entries, ...]) -> bool:
    """Whether a condition holds for none of the entries, as far as their fields are known."""
    return all(verdict(condition, each.value) is False for each in ways)


def taken(condition: Condition | None, ways: tuple[Entries, ...]) -> tuple[tuple[Entries, ...], tuple[Entries, ...]]:
    """The entries that may come into an arm, and those that may come to what stands behind it."""
    if condition is None:
        return ways, ()
    told = [(each, verdict(condition, each.value)) for each in ways]
    return tuple(w for w, holds in told if holds is not False), tuple(w for w, holds in told if holds is not True)


def _within(reference: str, each: str) -> bool:
    return reference == each or reference.startswith(f"{each}[") or each.startswith(f"{reference}[")


def streams(flow_: Flow, target: Target) -> Iterator[tuple[str, str, Node, str]]:
    """The names of data streams that an output writes to, each with the dataset, and path and place of that."""
    values: dict[str, list[tuple[str, Node, str]]] = {}
    for part in ("type", "dataset", "namespace"):
        name = f"[data_stream][{part}]"
        found = [(a.put.text, a.put.at, a.used.path) for a in flow_.assigned if a.put.field == name]
        if any(text is None for text, _, _ in found):
            return
        said = target.parts.get(f"data_stream_{part}")
        values[part] = [(str(text), at, path) for text, at, path in found]
        if said and "%{" not in said[0] and "${" not in said[0]:
            values[part].append((said[0], said[1], target.used.path))
    usual = {"type": "logs", "dataset": "generic", "namespace": "default"}
    types, namespaces = ({v[0] for v in values[part]} or {usual[part]} for part in ("type", "namespace"))
    for (dataset, at, path), type_, namespace in product(values["dataset"], sorted(types), sorted(namespaces)):
        yield f"{type_}-{dataset}-{namespace}", path, at, dataset
