"""The scrape configuration in the run: faster, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.live.changes import Change, Document, Node
from obsboot.live.clock import EVALUATION_FLOOR, Clock, duration
from obsboot.promql import seconds_of

_KEYS = ("scrape_interval", "scrape_timeout", "evaluation_interval")


def scrape(document: Document, clock: Clock) -> Iterator[Change]:
    """The changes of `prometheus.yml`."""
    for key in _KEYS:
        yield from _faster(document, f"global.{key}", document.at("global", key), clock)
    for name, job in document.values("scrape_configs", "*"):
        for key, node in document.entries(job):
            if key in _KEYS:
                yield from _faster(document, f"{name}.{key}", node, clock)


def _faster(document: Document, what: str, node: Node, clock: Clock) -> Iterator[Change]:
    if node is None:
        return
    seconds = seconds_of(node.value)
    if what.endswith("scrape_interval"):
        after = clock.interval(seconds)
    elif what.endswith("evaluation_interval"):
        after = clock.interval(seconds, EVALUATION_FLOOR)
    else:  # a scrape may take as long as the interval, but no longer
        after = min(seconds, clock.scrape)
    if after != seconds:
        yield document.replace(node, duration(after), "durations", what)
