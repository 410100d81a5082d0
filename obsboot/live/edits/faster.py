"""A hold or a grouping interval divided by the speed of the run."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.live.changes import Change, Document, Node
from obsboot.live.clock import Clock, duration


def faster(document: Document, node: Node, clock: Clock, what: str) -> Iterator[Change]:
    """The change of the duration that a node says; none at the pack's own speed, or where it is nought."""
    seconds = document.seconds(node)
    if seconds and clock.factor != 1:
        yield document.replace(node, duration(clock.scaled(seconds)), "durations", what)
