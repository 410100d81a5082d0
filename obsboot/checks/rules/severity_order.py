"""The warning comes before the page."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import limits
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule

_RANKS = {"info": 0, "warning": 1, "critical": 2}
_RISING = (">", ">=")


class SeverityOrder(Check):
    id = "rules/severity-order"
    severity = "warning"
    title = "The graver of two alerts on one value has the farther threshold"
    explanation = (
        "Where the page comes at the lower threshold, the warning never comes first, and one of them is a mistake."
    )
    fix = "Swap the thresholds, or the severities."

    def run(self, context: Context) -> Iterator[Finding]:
        seen: dict[tuple[str, ...], tuple[Rule, float]] = {}
        for rule in context.alerts:
            rank = _RANKS.get(str(rule.labels.get("severity")))
            found = tuple(limits(rule.query.text)) if rank is not None and context.study(rule.query) else ()
            if not found or found[0][1] not in ("<", "<=", *_RISING):
                continue
            value, op, limit = found[0]
            key = rule.path, value, "up" if op in _RISING else "down", str(found[1:])
            other = seen.setdefault(key, (rule, limit))
            if other[0] is not rule and (why := _inverted(key[2], other, (rule, limit))):
                yield self.finding(rule.path, rule.query.line(), f"{rule.query.owner} {why}", subject=rule.query.owner)


def _inverted(way: str, one: tuple[Rule, float], other: tuple[Rule, float]) -> str:
    ranks = [_RANKS[str(rule.labels["severity"])] for rule, _ in (one, other)]
    if ranks[0] == ranks[1]:
        return ""
    grave, light = (one, other) if ranks[0] > ranks[1] else (other, one)
    if grave[1] == light[1] or (grave[1] < light[1]) != (way == "up"):
        return ""
    what = "above" if way == "up" else "below"
    said = [f"{rule.labels['severity']} {what} {limit:g}" for rule, limit in (grave, light)]
    return f"and {one[0].query.owner} have their thresholds the wrong way round: {', '.join(said)}"
