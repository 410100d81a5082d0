"""What Grafana writes into a dashboard by itself when it saves or exports one, each with the reason."""

from __future__ import annotations

from typing import Final, NamedTuple


class Written(NamedTuple):
    """A member that Grafana writes: its path without indices, what it writes there if nobody said otherwise, and why.

    After a colon stands the type of panel for which that holds. Panels in rows have the paths of the others.
    """

    path: str
    value: object
    why: str


ANY: Final = ...
"""Whatever it is."""

SAVED = {
    "id": "the number of the dashboard in one Grafana's database",
    "version": "counts how often it was saved",
    "iteration": "the time at which it was saved",
    "schemaVersion": "raised to that of the Grafana which saved it",
    "gnetId": "where on grafana.com it was imported from",
    "panels.id": "exports may number the panels anew",
    "panels.pluginVersion": "the version of the Grafana that saved it",
    "templating.list.current.selected": "left over from the menu of the variable",
}
"""What a source keeps as it has it, whatever the export says, and why that says nothing."""

_EXPORT = "only in an export for sharing"
_UNSET = "nothing was chosen"
_FIELD = "the default of a field's display"
_DRAWN = "how the panel draws if nobody says otherwise"
_EDITOR = "the state of the query editor"
_VARIABLE = "a variable's default"
_BOARD = "a dashboard's default"

_CUSTOM = "panels.fieldConfig.defaults.custom"
_LINES = "panels:timeseries.fieldConfig.defaults.custom"
_STATES = "panels:state-timeline.fieldConfig.defaults.custom"
_FIRST_STEPS = [{"color": "green"}, {"color": "green", "value": None}, {"color": "green", "value": 0}]

WRITTEN = (
    Written("__inputs", ANY, _EXPORT),
    Written("__requires", ANY, _EXPORT),
    Written("__elements", ANY, _EXPORT),
    Written("annotations", {"list": []}, _UNSET),
    Written("annotations.list", [], _UNSET),
    Written("annotations.list.hide", False, _UNSET),
    Written("editable", True, _BOARD),
    Written("fiscalYearStartMonth", 0, _BOARD),
    Written("graphTooltip", 0, _BOARD),
    Written("links", [], _UNSET),
    Written("links.asDropdown", False, _UNSET),
    Written("links.includeVars", False, _UNSET),
    Written("links.keepTime", False, _UNSET),
    Written("links.tags", [], _UNSET),
    Written("links.targetBlank", False, _UNSET),
    Written("links.tooltip", "", _UNSET),
    Written("links.url", "", _UNSET),
    Written("liveNow", False, _BOARD),
    Written("preload", False, _BOARD),
    Written("refresh", "", _UNSET),
    Written("refresh", False, _UNSET),
    Written("style", "dark", _BOARD),
    Written("tags", [], _UNSET),
    Written("templating", {"list": []}, _UNSET),
    Written("templating.list", [], _UNSET),
    Written("time", {"from": "now-6h", "to": "now"}, _BOARD),
    Written("timepicker", {}, _BOARD),
    Written("timezone", "", _BOARD),
    Written("timezone", "browser", _BOARD),
    Written("weekStart", "", _BOARD),
    Written("templating.list.allowCustomValue", True, _VARIABLE),
    Written("templating.list.current", ANY, "what was chosen in it when the dashboard was saved"),
    Written("templating.list.definition", ANY, "the query once more, for the list of variables"),
    Written("templating.list.hide", 0, _VARIABLE),
    Written("templating.list.includeAll", False, _VARIABLE),
    Written("templating.list.multi", False, _VARIABLE),
    Written("templating.list.options", ANY, "made of the query when the dashboard loads"),
    Written("templating.list.query.qryType", ANY, _EDITOR),
    Written("templating.list.query.refId", ANY, _EDITOR),
    Written("templating.list.regex", "", _VARIABLE),
    Written("templating.list.regexApplyTo", "value", _VARIABLE),
    Written("templating.list.skipUrlSync", False, _VARIABLE),
    Written("templating.list.sort", 0, _VARIABLE),
    Written("templating.list.tagValuesQuery", "", _VARIABLE),
    Written("templating.list.tagsQuery", "", _VARIABLE),
    Written("templating.list.useTags", False, _VARIABLE),
    Written("panels.description", "", _UNSET),
    Written("panels.links", [], _UNSET),
    Written("panels.gridPos", {"h": 3, "w": 6, "x": 0, "y": 0}, "the place of a panel that has none"),
    Written("panels.options", {}, _UNSET),
    Written("panels.panels", [], "a row that is not folded holds none"),
    Written("panels.targets", [], _UNSET),
    Written("panels.targets", [{"refId": "A"}], "a query that asks nothing"),
    Written("panels.title", "", _UNSET),
    Written("panels.transformations", [], _UNSET),
    Written("panels.transparent", False, _UNSET),
    Written("panels:row.collapsed", False, _UNSET),
    Written("panels:row.datasource", ANY, "a row asks nothing"),
    Written("panels:row.targets", ANY, "a row asks nothing"),
    Written("panels.targets.disableTextWrap", False, _EDITOR),
    Written("panels.targets.editorMode", ANY, _EDITOR),
    Written("panels.targets.exemplar", False, _EDITOR),
    Written("panels.targets.format", "time_series", _EDITOR),
    Written("panels.targets.fullMetaSearch", False, _EDITOR),
    Written("panels.targets.hide", False, _EDITOR),
    Written("panels.targets.includeNullMetadata", True, _EDITOR),
    Written("panels.targets.instant", False, _EDITOR),
    Written("panels.targets.interval", "", _EDITOR),
    Written("panels.targets.intervalFactor", 1, _EDITOR),
    Written("panels.targets.legendFormat", "__auto", _EDITOR),
    Written("panels.targets.range", True, _EDITOR),
    Written("panels.targets.useBackend", False, _EDITOR),
    Written("panels.fieldConfig", {"defaults": {}, "overrides": []}, _UNSET),
    Written("panels.fieldConfig.overrides", [], _UNSET),
    Written("panels.fieldConfig.defaults", {}, _UNSET),
    Written(_CUSTOM, {}, _UNSET),
    Written("panels.fieldConfig.defaults.links", [], _UNSET),
    Written("panels.fieldConfig.defaults.mappings", [], _UNSET),
    Written("panels.fieldConfig.defaults.unitScale", True, _FIELD),
    Written("panels.fieldConfig.defaults.color.mode", "thresholds", _FIELD),
    Written("panels:timeseries.fieldConfig.defaults.color.mode", "palette-classic", _FIELD),
    Written("panels.fieldConfig.defaults.thresholds.mode", "absolute", _FIELD),
    *[
        Written("panels.fieldConfig.defaults.thresholds.steps", [first, {"color": "red", "value": 80}], _FIELD)
        for first in _FIRST_STEPS
    ],
    Written("panels.fieldConfig.defaults.thresholds.steps.value", 0, "the first step, as Grafana 12 writes it"),
    Written(f"{_CUSTOM}.axisBorderShow", False, _DRAWN),
    Written(f"{_CUSTOM}.axisCenteredZero", False, _DRAWN),
    Written(f"{_CUSTOM}.axisColorMode", "text", _DRAWN),
    Written(f"{_CUSTOM}.axisLabel", "", _DRAWN),
    Written(f"{_CUSTOM}.axisPlacement", "auto", _DRAWN),
    Written(f"{_CUSTOM}.barAlignment", 0, _DRAWN),
    Written(f"{_CUSTOM}.barWidthFactor", 0.6, _DRAWN),
    Written(f"{_CUSTOM}.gradientMode", "none", _DRAWN),
    Written(f"{_CUSTOM}.hideFrom", {"legend": False, "tooltip": False, "viz": False}, _DRAWN),
    Written(f"{_CUSTOM}.insertNulls", False, _DRAWN),
    Written(f"{_CUSTOM}.lineInterpolation", "linear", _DRAWN),
    Written(f"{_CUSTOM}.pointSize", 5, _DRAWN),
    Written(f"{_CUSTOM}.scaleDistribution.type", "linear", _DRAWN),
    Written(f"{_CUSTOM}.showPoints", "auto", _DRAWN),
    Written(f"{_CUSTOM}.showValues", False, _DRAWN),
    Written(f"{_CUSTOM}.spanNulls", False, _DRAWN),
    Written(f"{_CUSTOM}.stacking.group", "A", _DRAWN),
    Written(f"{_CUSTOM}.stacking.mode", "none", _DRAWN),
    Written(f"{_CUSTOM}.thresholdsStyle.mode", "off", _DRAWN),
    Written(f"{_CUSTOM}.axisGridShow", True, _DRAWN),
    Written(f"{_LINES}.drawStyle", "line", _DRAWN),
    Written(f"{_LINES}.fillOpacity", 0, _DRAWN),
    Written(f"{_LINES}.lineWidth", 1, _DRAWN),
    Written(f"{_STATES}.fillOpacity", 70, _DRAWN),
    Written(f"{_STATES}.lineWidth", 0, _DRAWN),
    Written("panels:table.fieldConfig.defaults.custom.align", "auto", _DRAWN),
    Written("panels:table.fieldConfig.defaults.custom.cellOptions.type", "auto", _DRAWN),
    Written("panels:table.fieldConfig.defaults.custom.footer.reducers", [], _DRAWN),
    Written("panels:table.fieldConfig.defaults.custom.inspect", False, _DRAWN),
    Written("panels.options.legend.calcs", [], _DRAWN),
    Written("panels.options.legend.displayMode", "list", _DRAWN),
    Written("panels.options.legend.placement", "bottom", _DRAWN),
    Written("panels.options.legend.showLegend", True, _DRAWN),
    Written("panels.options.tooltip.hideZeros", False, _DRAWN),
    Written("panels.options.tooltip.mode", "single", _DRAWN),
    Written("panels.options.tooltip.sort", "none", _DRAWN),
    Written("panels.options.orientation", "auto", _DRAWN),
    Written("panels.options.reduceOptions.calcs", ["lastNotNull"], _DRAWN),
    Written("panels.options.reduceOptions.fields", "", _DRAWN),
    Written("panels.options.reduceOptions.values", False, _DRAWN),
    Written("panels:stat.options.colorMode", "value", _DRAWN),
    Written("panels:stat.options.graphMode", "area", _DRAWN),
    Written("panels:stat.options.justifyMode", "auto", _DRAWN),
    Written("panels:stat.options.percentChangeColorMode", "standard", _DRAWN),
    Written("panels:stat.options.showPercentChange", False, _DRAWN),
    Written("panels:stat.options.textMode", "auto", _DRAWN),
    Written("panels:stat.options.wideLayout", True, _DRAWN),
    Written("panels:gauge.options.minVizHeight", 75, _DRAWN),
    Written("panels:gauge.options.minVizWidth", 75, _DRAWN),
    Written("panels:gauge.options.showThresholdLabels", False, _DRAWN),
    Written("panels:gauge.options.showThresholdMarkers", True, _DRAWN),
    Written("panels:gauge.options.sizing", "auto", _DRAWN),
    Written("panels:table.options.cellHeight", "sm", _DRAWN),
    Written("panels:table.options.footer.countRows", False, _DRAWN),
    Written("panels:table.options.footer.fields", "", _DRAWN),
    Written("panels:table.options.footer.reducer", ["sum"], _DRAWN),
    Written("panels:table.options.footer.show", False, _DRAWN),
    Written("panels:table.options.showHeader", True, _DRAWN),
    Written("panels:state-timeline.options.alignValue", "left", _DRAWN),
    Written("panels:state-timeline.options.mergeValues", True, _DRAWN),
    Written("panels:state-timeline.options.rowHeight", 0.9, _DRAWN),
    Written("panels:state-timeline.options.showValue", "auto", _DRAWN),
)
"""What is dropped where a source does not have it and the export has this value."""
