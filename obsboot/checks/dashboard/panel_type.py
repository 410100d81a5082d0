"""Panel types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.boards import Board, Panel, objects
from obsboot.sources.context import Context
from obsboot.sources.grafanas import grafanas
from obsboot.sources.guesses import meant

_KNOWN = frozenset(
    {"timeseries", "stat", "gauge", "table", "bargauge", "state-timeline", "status-history", "row", "text", "barchart",
     "piechart", "heatmap", "histogram", "logs", "trend", "xychart", "dashlist", "alertlist", "annolist", "news",
     "nodeGraph", "traces", "geomap", "canvas", "candlestick", "flamegraph", "datagrid"}
)  # fmt: skip
_RARE = frozenset({"alertGroups", "debug", "gettingstarted", "live", "pluginlist", "welcome", "heatmap-new", "icon"})
"""Types that Grafana has, and that no pack is to use."""
_ANGULAR = {"graph": "timeseries", "singlestat": "stat", "grafana-singlestat-panel": "stat", "table-old": "table",
            "grafana-piechart-panel": "piechart", "grafana-worldmap-panel": "geomap"}  # fmt: skip
_OF_ANGULAR = frozenset({
    "aliasColors", "colors", "columns", "nullPointMode", "renderer", "seriesOverrides", "styles", "valueMaps", "valueName",
    "xaxis", "yaxes", "yaxis",
})  # fmt: skip
"""Settings that only those types have: the panel was made with one, and was not merely called so."""
_NEWEST_SCHEMA = 38
_PLUGIN = re.compile(r"[\w.-]+-(?:panel|app|chart|datasource)\b")


class PanelType(Check):
    id = "dashboard/panel-type"
    title = "Panels are of types that Grafana 10, 11 and 12 have"
    explanation = (
        "Grafana 12 removed the Angular panels. Of its own ones it makes others each time that it loads them, and not all "
        "that they could do is kept; of a plugin's it shows nothing."
    )
    fix = "Use the type that took its place, and a schemaVersion of at most 38, which all three read."

    def run(self, context: Context) -> Iterator[Finding]:
        installed = _installed(context) if context.foreign else frozenset()
        for board in context.boards:
            if context.foreign:
                yield from self._foreign(board, installed | _required(board))
            else:
                yield from self._own(board)

    def _own(self, board: Board) -> Iterator[Finding]:
        version = board.data.get("schemaVersion")
        if not isinstance(version, int) or version > _NEWEST_SCHEMA:
            message = f"schemaVersion {version} is newer than Grafana 10.0's {_NEWEST_SCHEMA}, or missing"
            yield self.finding(board.path, board.line("schemaVersion"), message, subject=board.subject)
        for panel in board.panels:
            if panel.type not in _KNOWN:
                instead = _ANGULAR.get(panel.type)
                advice = f"; it is {instead} now" if instead else ""
                message = f"panel {panel.title!r} is of type {panel.type!r}{advice}"
                yield self.finding(board.path, panel.line("type"), message, subject=panel.subject)

    def _foreign(self, board: Board, installed: frozenset[str]) -> Iterator[Finding]:
        told: set[str] = set()
        for panel in board.panels:
            if panel.type in _KNOWN | _RARE | installed or isinstance(panel.data.get("libraryPanel"), dict):
                continue
            found = self._odd(panel)
            if found.severity == "error" or panel.type not in told:
                yield found
            told.add(panel.type)

    def _odd(self, panel: Panel) -> Finding:
        """What is said of a type that Grafana does not have."""
        where, subject = panel.line("type"), panel.subject
        what = f"panel {panel.title!r} is of type {panel.type!r}"
        if instead := _ANGULAR.get(panel.type):
            made = not _OF_ANGULAR.isdisjoint(panel.data)
            message = f"{what}, which Grafana 12 has no more; it is {instead} now"
            message = f"{what}, of which Grafana 12 makes {instead} when it loads the dashboard" if made else message
            severity: Severity = "info" if made else "warning"
            return self.finding(panel.board.path, where, message, severity=severity, subject=subject)
        if not panel.type:
            message = f"panel {panel.title!r} has no type"
            return self.finding(panel.board.path, where, message, severity="warning", subject=subject)
        near = "" if _PLUGIN.fullmatch(panel.type) else meant(panel.type, _KNOWN, 0.8)
        if near:
            return self.finding(panel.board.path, where, f"{what}, which Grafana does not have{near}", subject=subject)
        message = f"{what}: it needs the plugin of that name"
        return self.finding(panel.board.path, where, message, severity="info", subject=subject)


def _installed(context: Context) -> frozenset[str]:
    """The plugins that the Grafanas of the folder are started with."""
    keys = ("GF_INSTALL_PLUGINS", "GF_PLUGINS_PREINSTALL", "GF_PLUGINS_PREINSTALL_SYNC")
    said = [grafana.setting(key) for grafana in grafanas(context) for key in keys]
    return frozenset(part for each in said for part in re.split(r"[\s,;@]+", each) if part)


def _required(board: Board) -> frozenset[str]:
    """The plugins that an exported dashboard says it needs."""
    return frozenset(
        str(each.get("id")) for _, each in objects(board.data.get("__requires")) if each.get("type") == "panel"
    ) - set(_ANGULAR)
