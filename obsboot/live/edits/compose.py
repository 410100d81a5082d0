"""The pack's containers in the run: own networks, free ports, images that can be had, a scaled look-back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.live.changes import Change, Document, Node, scalar
from obsboot.live.clock import Clock, duration
from obsboot.live.edits.inside import Inside
from obsboot.live.edits.logs import own_tags

_LOOK_BACK = "--query.lookback-delta"
_RESEND = "--rules.alert.resend-delay"
_DEFAULTS = {_LOOK_BACK: 300.0, _RESEND: 60.0}
"""What Prometheus does without the flags, in seconds; by its documentation."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`image` gives the image that runs in place of a reference. `folders` has the run's own in place of the machine's."""

    run: str
    clock: Clock
    image: Callable[[str], str]
    folders: Mapping[str, str] = field(default_factory=dict)


def compose(document: Document, around: Surroundings, inside: Inside) -> Iterator[Change]:
    """The changes of `compose.yaml` or `compose.override.yaml`."""
    for name, node in document.values("networks", "*"):
        yield from _network(document, name, node, around)
    for service, node in document.values("services", "*"):
        for key, value in document.entries(node):
            yield from _setting(document, f"{service}.{key}", value, around)
            if key in ("environment", "command"):
                yield from _addresses(document, value, f"{service}.{key}", inside)
            if key == "command" and service == "services.prometheus":
                yield from _flags(document, value, f"{service}.{key}", around.clock)


def _setting(document: Document, what: str, value: Node, around: Surroundings) -> Iterator[Change]:
    """The change of one key of a service, whichever service it is."""
    match what.rpartition(".")[2]:
        case "image" if (image := around.image(value.value)) != value.value:
            yield document.replace(value, scalar(image), "images", what)
        case "container_name":
            yield document.replace(value, scalar(f"{around.run}-{value.value}"), "networks", what)
        case "ports":
            yield from _ports(document, value, what)
        case "volumes":
            yield from _mounts(document, value, what, around.folders)
        case "ulimits":
            yield document.replace(value, "{}", "limits", what)
        case "logging":
            yield from own_tags(document, value, what, around.run)


def network_name(run: str, key: str) -> str:
    """What the run calls the network that the pack takes from outside under `key`."""
    return f"{run}-{key}"


def _network(document: Document, name: str, node: Node, around: Surroundings) -> Iterator[Change]:
    fields = dict(document.entries(node))
    if "name" in fields:
        own = network_name(around.run, name.removeprefix("networks."))
        yield document.replace(fields["name"], scalar(own), "networks", f"{name}.name")
    elif "external" in fields:
        outside = {"external": True, "name": network_name(around.run, name.removeprefix("networks."))}
        yield document.replace(node, json.dumps(outside), "networks", name)


def _addresses(document: Document, settings: Node, what: str, inside: Inside) -> Iterator[Change]:
    container = what.split(".")[1]
    for node in document.scalars(settings):
        if (after := inside.kept_in(container, node.value)) != node.value:
            yield document.replace(node, scalar(after), "addresses", what)


def _ports(document: Document, ports: Node, what: str) -> Iterator[Change]:
    for index, node in document.entries(ports):
        fields = dict(document.entries(node))
        target = fields["target"].value if "target" in fields else str(node.value).rpartition(":")[2]
        yield document.replace(node, scalar(f"127.0.0.1::{target}"), "ports", f"{what}.{index}")


def _mounts(document: Document, volumes: Node, what: str, folders: Mapping[str, str]) -> Iterator[Change]:
    for index, node in document.entries(volumes):
        source, colon, rest = (node.value if isinstance(node.value, str) else "").partition(":")
        own = folders.get(source, source)
        if own != source:
            yield document.replace(node, scalar(f"{own}{colon}{rest}"), "mounts", f"{what}.{index}")


def _flags(document: Document, command: Node, what: str, clock: Clock) -> Iterator[Change]:
    given = [str(node.value) for _, node in document.entries(command)]
    if clock.factor == 1 or not given:
        return
    flags = [f"{flag}={duration(_scaled(flag, seconds, clock))}" for flag, seconds in _DEFAULTS.items()]
    missing = [flag for flag in flags if not any(text.startswith(flag.split("=")[0]) for text in given)]
    for flag in reversed(missing):
        yield document.first_item(command, flag, "durations", f"{what}: {flag.split('=')[0]}")


def _scaled(flag: str, seconds: float, clock: Clock) -> float:
    """A series that was scraped has to be found until the scrape after the next."""
    return max(clock.scaled(seconds), 4 * clock.scrape) if flag == _LOOK_BACK else clock.scaled(seconds)
