"""Thresholds can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Panel, objects
from obsboot.sources.context import Context

_USUAL = [80.0]
"""What Grafana gives every new panel."""
_COLOURED = frozenset({"stat", "gauge", "bargauge"})
_BEYOND = 5.0


class Thresholds(Check):
    id = "dashboard/thresholds"
    severity = "warning"
    title = "Thresholds lie where the values can be"
    explanation = "A ratio is never above 80: the panel stays green whatever happens."
    fix = "Give the threshold in the unit that the query has: 0.8 for 80 % where the unit is `percentunit`."

    def run(self, context: Context) -> Iterator[Finding]:
        for panel in (panel for board in context.boards for panel in board.panels):
            steps = _steps(panel) if _shows(panel) else []
            why = _beyond(context, panel, steps) if steps else ""
            if why:
                line = panel.line("fieldConfig", "defaults", "thresholds")
                severity = "info" if steps == _USUAL else self.severity
                numbers = ", ".join(f"{step:g}" for step in steps)
                message = f"panel {panel.title!r} has thresholds at {numbers}, {why}"
                yield self.finding(panel.board.path, line, message, severity=severity, subject=panel.subject)


def _beyond(context: Context, panel: Panel, steps: list[float]) -> str:
    """Why no value gets as far as any of the steps; empty where one may."""
    studies = [context.study(query) for query in panel.queries]
    shapes = [study.shape for study in studies if study]
    if shapes and len(shapes) == len(panel.targets):
        highest, lowest = max(shape.high for shape in shapes), min(shape.low for shape in shapes)
        if all(step > highest for step in steps):
            return f"and its values are at most {highest:g}"
        if all(step < lowest for step in steps):
            return f"and its values are at least {lowest:g}"
    if panel.defaults.get("unit") == "percentunit" and all(step >= _BEYOND for step in steps):
        return f"which for a ratio is {steps[0] * 100:g} %"
    return ""


def _shows(panel: Panel) -> bool:
    """Whether the thresholds are seen: as colours, or as lines and areas."""
    colour, custom = panel.defaults.get("color"), panel.defaults.get("custom")
    mode = colour.get("mode") if isinstance(colour, dict) else None
    style = custom.get("thresholdsStyle") if isinstance(custom, dict) else None
    drawn = isinstance(style, dict) and style.get("mode", "off") != "off"
    return drawn or mode == "thresholds" or (panel.type in _COLOURED and mode is None)


def _steps(panel: Panel) -> list[float]:
    """The numbers of absolute thresholds, without the base."""
    thresholds = panel.defaults.get("thresholds")
    if not isinstance(thresholds, dict) or thresholds.get("mode", "absolute") != "absolute":
        return []
    values = [step.get("value") for _, step in objects(thresholds.get("steps"))]
    return [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
