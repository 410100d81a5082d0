"""Grafana in the run: the data source's scrape interval, and windows that a panel spells out."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.live.changes import Change, Document, scalar
from obsboot.live.clock import Clock, duration
from obsboot.live.edits.inside import Inside
from obsboot.live.variables import scaled_panel

_NOWHERE = "http://localhost:1"
"""In place of a data source of others: nothing answers there."""


def datasource(document: Document, clock: Clock, inside: Inside) -> Iterator[Change]:
    """The changes of a data source's provisioning."""
    for name, node in document.values("datasources", "*", "url"):
        if not inside.holds(node.value):
            yield document.replace(node, scalar(_NOWHERE), "addresses", name)
    for name, node in document.values("datasources", "*", "jsonData", "timeInterval"):
        after = clock.interval(document.seconds(node))
        if after != document.seconds(node):
            yield document.replace(node, duration(after), "durations", name)


def dashboard(document: Document, clock: Clock, wall: frozenset[str]) -> Iterator[Change]:
    """The changes of a dashboard. `wall` holds the normal expressions that keep the windows of the wall clock."""
    for name, node in document.values("panels", "*", "targets", "*", "expr"):
        after = scaled_panel(node.value, clock, wall)
        if after != node.value:
            yield document.replace(node, scalar(after), "durations", name)
