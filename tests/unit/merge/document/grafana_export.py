"""What Grafana makes of a dashboard when it saves and exports it: keys sorted, defaults filled in, counters raised."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

Board = dict[str, Any]

DRAWN: dict[str, dict[str, Any]] = {
    "timeseries": {
        "axisBorderShow": False, "axisCenteredZero": False, "axisColorMode": "text", "axisLabel": "",
        "axisPlacement": "auto", "barAlignment": 0, "barWidthFactor": 0.6, "drawStyle": "line", "fillOpacity": 0,
        "gradientMode": "none", "hideFrom": {"legend": False, "tooltip": False, "viz": False}, "insertNulls": False,
        "lineInterpolation": "linear", "lineWidth": 1, "pointSize": 5, "scaleDistribution": {"type": "linear"},
        "showPoints": "auto", "showValues": False, "spanNulls": False, "stacking": {"group": "A", "mode": "none"},
        "thresholdsStyle": {"mode": "off"},
    },
    "state-timeline": {
        "axisPlacement": "auto", "fillOpacity": 70, "hideFrom": {"legend": False, "tooltip": False, "viz": False},
        "insertNulls": False, "lineWidth": 0, "spanNulls": False,
    },
    "table": {"align": "auto", "cellOptions": {"type": "auto"}, "footer": {"reducers": []}, "inspect": False},
}  # fmt: skip
LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
TOOLTIP = {"hideZeros": False, "mode": "single", "sort": "none"}
REDUCED = {"calcs": ["lastNotNull"], "fields": "", "values": False}
OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {"legend": LEGEND, "tooltip": TOOLTIP},
    "state-timeline": {
        "alignValue": "left", "legend": LEGEND, "mergeValues": True, "rowHeight": 0.9, "showValue": "auto",
        "tooltip": TOOLTIP,
    },
    "stat": {
        "colorMode": "value", "graphMode": "area", "justifyMode": "auto", "orientation": "auto",
        "percentChangeColorMode": "standard", "reduceOptions": REDUCED, "showPercentChange": False, "textMode": "auto",
        "wideLayout": True,
    },
    "gauge": {
        "minVizHeight": 75, "minVizWidth": 75, "orientation": "auto", "reduceOptions": REDUCED,
        "showThresholdLabels": False, "showThresholdMarkers": True, "sizing": "auto",
    },
    "table": {"cellHeight": "sm", "footer": {"countRows": False, "fields": "", "reducer": ["sum"], "show": False}},
}  # fmt: skip
BUILT_IN = {
    "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
}  # fmt: skip


def panels(board: Board) -> Iterator[Board]:
    """All panels, those inside of rows too."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


def exported(board: Board, *, renumbered: bool = False, shared: bool = False, named: bool = False) -> Board:
    """The dashboard as Grafana 12 gives it back; panels renumbered, for sharing with others, or data sources resolved."""
    board = without_nulls(board)
    filled(board, {
        "fiscalYearStartMonth": 0, "graphTooltip": 0, "links": [], "liveNow": False, "preload": False,
        "tags": [], "templating": {"list": []}, "timepicker": {}, "timezone": "browser", "weekStart": "",
    })  # fmt: skip
    board |= {"id": 12, "version": 7, "schemaVersion": 42, "iteration": 1700000000000}
    board.setdefault("annotations", {}).setdefault("list", []).insert(0, copy.deepcopy(BUILT_IN))
    for variable in board["templating"]["list"]:
        saved_variable(variable)
    for number, panel in enumerate(panels(board), 1):
        saved_panel(panel, "${DS_PROMETHEUS}" if shared else "P1809F7CD0C75ACF3", resolved=named or shared)
        panel["id"] = number if renumbered else panel["id"]
    board["panels"].sort(key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"]))
    if shared:
        board |= {
            "id": None,
            "__elements": {},
            "__requires": [{"type": "grafana", "id": "grafana", "version": "12.1.0"}],
        }
        board["__inputs"] = [{"name": "DS_PROMETHEUS", "type": "datasource", "pluginId": "prometheus"}]
    return board


def saved_variable(variable: Board) -> None:
    filled(variable, {"hide": 0, "options": [], "regex": "", "skipUrlSync": False, "allowCustomValue": True})
    chosen = {"text": "Prometheus", "value": "P1809F7CD0C75ACF3"}
    if variable["type"] == "datasource":
        filled(variable, {"includeAll": False, "multi": False, "current": chosen})
    if variable["type"] == "query":
        filled(variable, {"query": {"qryType": 1}, "current": {"selected": True}})


def saved_panel(panel: Board, source: str, *, resolved: bool) -> None:
    if panel["type"] == "row":
        return
    panel["pluginVersion"] = "12.1.0"
    kind = panel["type"]
    color = "palette-classic" if kind == "timeseries" else "thresholds"
    base = {"color": {"mode": color}, "mappings": [], **({"custom": DRAWN[kind]} if kind in DRAWN else {})}
    filled(
        panel,
        {
            "fieldConfig": {"defaults": base, "overrides": []},
            "options": OPTIONS.get(kind, {}),
            "targets": [{"refId": "A"}],
        },
    )
    for step in panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", ()):
        step.setdefault("value", 0)
    for asking in (panel, *panel["targets"]):
        if resolved and isinstance(asking.get("datasource"), str):
            asking["datasource"] = {"type": "prometheus", "uid": source}
    for target in panel["targets"]:
        if "datasource" in panel:
            filled(target, {"datasource": panel["datasource"]})
        if "expr" in target:
            filled(target, {"editorMode": "code", "range": True, "legendFormat": "__auto"})


def filled(held: Board, defaults: Board) -> None:
    """Give `held` what it does not have."""
    for key, value in defaults.items():
        if key not in held:
            held[key] = copy.deepcopy(value)
        elif isinstance(value, dict) and isinstance(held[key], dict):
            filled(held[key], value)


def without_nulls(value: Any) -> Any:
    """A copy as JavaScript makes it: no member is null, and no number has a fraction of zero."""
    if isinstance(value, dict):
        return {key: without_nulls(held) for key, held in value.items() if held is not None}
    if isinstance(value, list):
        return [without_nulls(held) for held in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(board: Board) -> str:
    """As Grafana writes it: keys in order."""
    return json.dumps(board, indent=2, sort_keys=True, ensure_ascii=False)
