"""Rules in the run: windows and holds divided by the factor, a few thresholds lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from obsboot.live.changes import Change, Document, Node, scalar
from obsboot.live.clock import EVALUATION_FLOOR, Clock, duration
from obsboot.live.edits.faster import faster
from obsboot.promql import PromqlError, Rewrite, rewrite
from obsboot.promql.rewriting import normal

Lowered = Mapping[tuple[str, str], str]
"""(alert, normal expression of the pack) -> the expression with its lowered threshold."""


def rules(document: Document, clock: Clock, wall: frozenset[str], lowered: Lowered) -> Iterator[Change]:
    """The changes of one rules file. `wall` names the alerts and records whose windows are those of the wall clock."""
    for where, group in document.values("groups", "*"):
        for key, node in document.entries(group):
            if key in ("interval", "query_offset"):
                after = clock.interval(document.seconds(node), EVALUATION_FLOOR)
                yield document.replace(node, duration(after), "durations", f"{where}.{key}")
    for where, rule in document.values("groups", "*", "rules", "*"):
        fields = dict(document.entries(rule))
        name = next((fields[key].value for key in ("alert", "record") if key in fields), where)
        for key in ("for", "keep_firing_for"):
            if key in fields:
                yield from faster(document, fields[key], clock, f"{name}.{key}")
        if "expr" in fields:
            yield from _expression(document, fields["expr"], _Rule(name, clock, name in wall, lowered))


class _Rule:
    def __init__(self, name: str, clock: Clock, wall: bool, lowered: Lowered) -> None:
        self.name, self.wall, self.lowered = name, wall, lowered
        self.spelling: Callable[[float], str] = lambda seconds: duration(clock.scaled(seconds))


def _expression(document: Document, node: Node, rule: _Rule) -> Iterator[Change]:
    try:
        before = normal(node.value)
        expr = rule.lowered.get((rule.name, before), node.value)
        after = normal(expr) if rule.wall else rewrite(expr, Rewrite(duration=rule.spelling))
    except PromqlError:
        return  # Prometheus will say what is wrong with it, in better words
    if after != before:
        kind = "durations" if expr == node.value else "thresholds"
        yield document.replace(node, scalar(after), kind, f"{rule.name}.expr")
