"""Panels have units."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.sweep import grafana_units
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class Unit(Check):
    id = "dashboard/unit"
    title = "Every panel has a unit that Grafana knows"
    explanation = (
        "Without a unit 1500000000 may be bytes, requests or nanoseconds; an unknown one is shown as a suffix."
    )
    fix = "Set fieldConfig.defaults.unit to an id from Grafana's list; `short` for plain counts."

    def run(self, context: Context) -> Iterator[Finding]:
        known = grafana_units()
        for board in context.boards:
            for panel in board.panels:
                if not panel.asks or panel.type == "logs":
                    continue  # lines have no unit
                unit = panel.defaults.get("unit")
                if not unit:
                    yield self.finding(board.path, panel.line("fieldConfig"), f"panel {panel.title!r} has no unit")
                elif unit not in known and not str(unit).startswith(("suffix:", "prefix:", "si:")):
                    line = panel.line("fieldConfig", "defaults", "unit")
                    yield self.finding(board.path, line, f"panel {panel.title!r}: Grafana knows no unit {unit!r}")
