"""The performance checklist of this stack: where each point is seen, or how to look where nothing shows it."""

from __future__ import annotations

from dataclasses import dataclass

from obsboot.model import Point, Stack
from obsboot.render.logs.logged import log_signals
from obsboot.render.rules import active


@dataclass(frozen=True, slots=True)
class Line:
    """One point: the panels and alerts of this stack that answer it."""

    point: Point
    panels: tuple[str, ...]
    alerts: tuple[str, ...]


def checklist(stack: Stack) -> dict[str, list[Line]]:
    """The points by group, in the catalogue's order."""
    groups: dict[str, list[Line]] = {}
    for point in stack.checklist:
        groups.setdefault(point.group, []).append(_line(stack, point))
    return groups


def _line(stack: Stack, point: Point) -> Line:
    panels, alerts = [], []
    for instance in stack.instances:
        seen = [s for s in instance.signals() if point.id in s.checklist]
        panels += [f"{instance.id}: {signal.title}" for signal in seen]
        answering = {signal.name for signal in seen}
        logs = log_signals(stack, instance)
        panels += [f"{instance.id}: {each.title} (log)" for each in logs.values() if point.id in each.checklist]
        on_logs = (each for each in instance.component.log_alerts.values() if each.log in logs)
        alerts += [each.name for each in on_logs if point.id in each.checklist]
        alerts += [a.name for a in active(stack, instance) if point.id in a.checklist or a.signal in answering]
    return Line(point, tuple(dict.fromkeys(panels)), tuple(dict.fromkeys(alerts)))
