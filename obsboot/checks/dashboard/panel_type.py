"""Panel types."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context

_KNOWN = frozenset(
    {"timeseries", "stat", "gauge", "table", "bargauge", "state-timeline", "status-history", "row", "text", "barchart",
     "piechart", "heatmap", "histogram", "logs", "trend", "xychart", "dashlist", "alertlist", "annolist", "news",
     "nodeGraph", "traces", "geomap", "canvas", "candlestick", "flamegraph", "datagrid"}
)  # fmt: skip
_ANGULAR = {"graph": "timeseries", "singlestat": "stat", "table-old": "table", "grafana-piechart-panel": "piechart"}
_NEWEST_SCHEMA = 38


class PanelType(Check):
    id = "dashboard/panel-type"
    title = "Panels are of types that Grafana 10, 11 and 12 have"
    explanation = "Grafana 12 removed the Angular panels: they show a plea for migration instead of data."
    fix = "Use the type that took its place, and a schemaVersion of at most 38, which all three read."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            version = board.data.get("schemaVersion")
            if not isinstance(version, int) or version > _NEWEST_SCHEMA:
                message = f"schemaVersion {version} is newer than Grafana 10.0's {_NEWEST_SCHEMA}, or missing"
                yield self.finding(board.path, board.line("schemaVersion"), message)
            for panel in board.panels:
                if panel.type not in _KNOWN:
                    instead = _ANGULAR.get(panel.type)
                    advice = f"; it is {instead} now" if instead else ""
                    message = f"panel {panel.title!r} is of type {panel.type!r}{advice}"
                    yield self.finding(board.path, panel.line("type"), message)
