"""What the log store has to know before the first line comes: retention, pipelines, templates, roles.

One JSON file an object, in folders that say how it is installed. The store is Elasticsearch or OpenSearch; they differ
in how retention and roles are said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from obsboot.logs.ingest import component_pipeline, format_pipeline, stored_pipeline
from obsboot.logs.mappings import mapping
from obsboot.model import Component, GeneratedFile, LogFormat, Stack
from obsboot.render import json
from obsboot.render.logs.access import roles, users
from obsboot.render.logs.logged import STORED, in_pipelines, keeps_logs, logged, object_name, store, streams, zone
from obsboot.render.logs.refused import READER, has_refused, refused_format, refused_stream

PRIORITY = 300
"""Above the 100 of the templates that Elasticsearch brings for `logs-*-*`, and the 200 of its integrations."""
_INSTALLER = Path(__file__).parents[2] / "live" / "store" / "apply.py"
"""What `obsboot apply-elastic` runs; it needs nothing of obsboot, so the pack's own container runs it too."""
ROLLOVER_AGE = "1d"
"""An index a day, so that what is older than the retention goes to the day."""
ROLLOVER_SIZE = "25gb"
"""Half of the 50 GB up to which a shard is quickly moved and recovered."""

Objects = Iterator[tuple[str, dict[str, Any]]]


def elastic(stack: Stack) -> Iterator[GeneratedFile]:
    """Every object of the store: `<store>/<folder>/<name>.json`."""
    if not keeps_logs(stack):
        return
    for folder, objects in _FOLDERS.items():
        for name, body in objects(stack):
            path = f"{stack.directory}/{store(stack)}/{folder}/{name}.json"
            yield GeneratedFile(path, json.dump(body) + "\n", "owned", f"render/{store(stack)}/{folder}/{name}")
    yield GeneratedFile(
        f"{stack.directory}/{store(stack)}/apply.py", _INSTALLER.read_text(), "owned", "render/apply.py"
    )


def read_components(stack: Stack) -> list[Component]:
    """The components whose lines are read, each once, by id."""
    return list({i.component.id: i.component for i in sorted(logged(stack), key=lambda i: i.component.id)}.values())


def _retention(stack: Stack) -> Objects:
    days = f"{stack.values['log_retention_days']}d"
    name = object_name(stack)
    if store(stack) == "opensearch":
        yield name, _state_management(stack, days)
        return
    phases = {
        "hot": {"actions": {"rollover": {"max_age": ROLLOVER_AGE, "max_primary_shard_size": ROLLOVER_SIZE}}},
        "delete": {"min_age": days, "actions": {"delete": {}}},
    }
    yield name, {"policy": {"phases": phases}}


def _state_management(stack: Stack, days: str) -> dict[str, Any]:
    """Retention as OpenSearch says it; an index is a day old when it rolls over, and its age counts from its creation."""
    roll = {"rollover": {"min_index_age": ROLLOVER_AGE, "min_primary_shard_size": ROLLOVER_SIZE}}
    gone = {"state_name": "delete", "conditions": {"min_index_age": days}}
    policy = {
        "description": f"Logs of {stack.service} are kept for {days}.",
        "default_state": "hot",
        "states": [
            {"name": "hot", "actions": [roll], "transitions": [gone]},
            {"name": "delete", "actions": [{"delete": {}}], "transitions": []},
        ],
        "ism_template": [{"index_patterns": [streams(stack)], "priority": PRIORITY}],
    }
    return {"policy": policy}


def _pipelines(stack: Stack) -> Objects:
    """Those that read the formats, unless Logstash does, and the one that notes on either path when a line was stored."""
    yield object_name(stack, STORED), stored_pipeline()
    for component in read_components(stack) if in_pipelines(stack) else ():
        yield from _reading(stack, component.id, component.title, list(component.logs.values()))
    if has_refused(stack):
        yield from _reading(stack, READER, "Refused documents", [refused_format(stack)])


def _reading(stack: Stack, reader: str, title: str, formats: Sequence[LogFormat]) -> Objects:
    """A pipeline a format, and the one that chooses among them."""
    names = {each.name: object_name(stack, reader, each.name) for each in formats}
    for each in formats:
        yield names[each.name], format_pipeline(each, zone(stack))
    yield object_name(stack, reader), component_pipeline(title, formats, names, object_name(stack, STORED))


def _component_templates(stack: Stack) -> Objects:
    """Settings and fields that all streams share, the retention by itself, and the fields of each component."""
    settings: dict[str, Any] = {
        "index": {
            "codec": "best_compression",
            "refresh_interval": "5s",
            "mapping": {"ignore_malformed": True},
            # A pipeline of the store's that reads the line ends with it by itself, and that is cheaper than a second one.
            **({} if in_pipelines(stack) else {"final_pipeline": object_name(stack, STORED)}),
            # One node has no place for a replica, and would be yellow for ever; a second one gets it by itself.
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
        }
    }
    shared = {"settings": settings, "mappings": mapping(stack.log_fields.values())}
    yield object_name(stack), {"template": shared}
    if store(stack) == "elasticsearch":
        yield object_name(stack, "retention"), {"template": {"settings": {"index.lifecycle.name": object_name(stack)}}}
    for component in read_components(stack):
        yield object_name(stack, component.id), {"template": {"mappings": mapping(component.log_fields().values())}}
    if has_refused(stack):
        fields = refused_format(stack).fields
        yield object_name(stack, READER), {"template": {"mappings": mapping(fields.values())}}


def _index_templates(stack: Stack) -> Objects:
    """One an instance, and one of what was refused: its streams in all environments."""
    for instance in logged(stack):
        pattern, reader = streams(stack, instance), instance.component.id
        yield object_name(stack, instance.id), _index_template(stack, pattern, reader)
    if has_refused(stack):
        # No instance has a dot in its name.
        yield object_name(stack, f"{READER}.refused"), _index_template(stack, refused_stream(stack, "*"), READER)


def _index_template(stack: Stack, pattern: str, reader: str) -> dict[str, Any]:
    """Of the streams whose lines `reader` makes fields of."""
    lasting = [object_name(stack, "retention")] if store(stack) == "elasticsearch" else []
    template: dict[str, Any] = {
        "index_patterns": [pattern],
        "priority": PRIORITY,
        "data_stream": {},
        "composed_of": [object_name(stack), *lasting, object_name(stack, reader)],
    }
    if in_pipelines(stack):
        template["template"] = {"settings": {"index.default_pipeline": object_name(stack, reader)}}
    return template


_FOLDERS = {
    "retention": _retention,
    "pipelines": _pipelines,
    "component-templates": _component_templates,
    "index-templates": _index_templates,
    "roles": roles,
    "users": users,
}
"""In the order in which their objects are installed: each needs those before it."""
