"""Alertmanager in the run: the same routes, faster, and every receiver a sink of the run's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from obsboot.live.changes import Change, Document, Node
from obsboot.live.clock import Clock, duration
from obsboot.live.edits.faster import faster

SINK = "obsboot-sink"
SINK_PORT = 9094
_WAITS = ("group_wait", "group_interval", "repeat_interval")
_SILENT_RESOLVES = ("email_configs", "slack_configs", "wechat_configs", "victorops_configs")
"""Integrations that say nothing of a resolve unless told to; by Alertmanager's documentation."""


def notify(document: Document, clock: Clock) -> Iterator[Change]:
    """The changes of `alertmanager.yml`. No address of a configured receiver is left."""
    yield from _global(document, clock)
    if (tracing := document.at("tracing")) is not None:
        yield document.replace(tracing, "null", "addresses", "tracing")
    if (route := document.at("route")) is not None:
        yield from _route(document, route, "route", clock)
    if (receivers := document.at("receivers")) is not None:
        sinks = [_sink(document, node) for _, node in document.entries(receivers)]
        yield document.replace(receivers, json.dumps(sinks), "receivers", "receivers")


def _global(document: Document, clock: Clock) -> Iterator[Change]:
    """Only the resolve time-out stays: everything else there is an address or a credential of a receiver."""
    node = document.at("global")
    fields = dict(document.entries(node)) if node is not None else {}
    if not fields:
        return
    kept = fields.get("resolve_timeout")
    if kept is not None and len(fields) == 1:
        yield from faster(document, kept, clock, "global.resolve_timeout")
        return
    after = {"resolve_timeout": duration(clock.scaled(document.seconds(kept)))} if kept is not None else {}
    yield document.replace(node, json.dumps(after), "receivers", "global")


def _route(document: Document, route: Node, what: str, clock: Clock) -> Iterator[Change]:
    for key, node in document.entries(route):
        if key in _WAITS:
            yield from faster(document, node, clock, f"{what}.{key}")
        if key in ("mute_time_intervals", "active_time_intervals"):  # else the proof would depend on the hour
            yield document.replace(node, "[]", "durations", f"{what}.{key}")
        if key == "routes":
            for index, child in document.entries(node):
                yield from _route(document, child, f"{what}.routes.{index}", clock)


def _sink(document: Document, receiver: Node) -> dict[str, object]:
    """One webhook for each integration, telling of resolves exactly where the integration does."""
    fields = dict(document.entries(receiver))
    name = fields["name"].value
    told = [
        _resolves(document, kind, each)
        for kind, node in fields.items()
        if kind.endswith("_configs")
        for _, each in document.entries(node)
    ]
    hooks = [_hook(f"{quote(name, safe='')}/{index}", resolves) for index, resolves in enumerate(told or [True])]
    return {"name": name, "webhook_configs": hooks}


def _resolves(document: Document, kind: str, integration: Node) -> bool:
    said = dict(document.entries(integration)).get("send_resolved")
    return kind not in _SILENT_RESOLVES if said is None else said.value.lower() in ("true", "yes", "on")


def _hook(path: str, resolves: bool) -> dict[str, object]:
    return {"url": f"http://{SINK}:{SINK_PORT}/{path}", "send_resolved": resolves}
