"""Logs in the run: only its own containers' lines are read, and documents are looked at more often."""

from __future__ import annotations

import math
from collections.abc import Iterator

from obsboot.live.changes import Change, Document, Node, scalar
from obsboot.live.clock import Clock

_TAG = "docker.attrs.tag"
_SECONDS = {
    "run_every": 1,
    # Documents are found when the index was refreshed, which the pack's templates do every five seconds.
    "query_delay": 7,
    "timeframe": 1,
    "buffer_time": 1,
    "alertmanager_resolve_time": 1,
}
"""What ElastAlert is told in seconds, each with the least that it can be."""


def least(setting: str) -> int:
    """The least seconds that a setting of ElastAlert is in a run."""
    return _SECONDS[setting]


def own_tag(run: str, tag: str) -> str:
    """The tag of a container of the run; a container with the pack's own may run on the same machine."""
    return f"{run}/{tag}"


def own_tags(document: Document, logging: Node, what: str, run: str) -> Iterator[Change]:
    """The change of a compose service's `logging`."""
    options = dict(document.entries(logging)).get("options")
    for key, node in document.entries(options) if options is not None else ():
        if key == "tag":
            yield document.replace(node, scalar(own_tag(run, node.value)), "tags", f"{what}.tag")


def shipped(document: Document, run: str) -> Iterator[Change]:
    """The changes of `filebeat.yml`."""
    for name, node in document.values("filebeat.inputs", "*", "processors", "*", "drop_event", "when", "not", "equals"):
        for key, tag in document.entries(node):
            if key == _TAG:
                yield document.replace(tag, scalar(own_tag(run, tag.value)), "tags", name)


def looks(document: Document, clock: Clock) -> Iterator[Change]:
    """The changes of ElastAlert's configuration and of its rules."""
    for key, least in _SECONDS.items():
        node = document.at(key, "seconds")
        if node is not None and node.value.isdigit() and clock.factor != 1:
            seconds = max(least, math.ceil(clock.scaled(float(node.value))))
            yield document.replace(node, str(seconds), "durations", key)
