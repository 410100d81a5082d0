"""A chart as a Lens visualization: over time as `lnsXY`, as a table as `lnsDatatable`.

In the form that Kibana 8.9 and later save (migration version 8.9.0), which 8.19 and 9.x take and bring to their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from obsboot.model import LogField
from obsboot.render.logs.boards import Chart, Number
from obsboot.render.logs.panels import MOST_VALUES

Drawn = dict[str, Any]

LAYER = "documents"
"""The one layer of a chart; the reference to its data view carries the name."""
_TIME, _PARTS = "time", "parts"
_OPERATIONS = {"sum": "sum", "average": "average", "maximum": "max", "percentile": "percentile"}
_DATA_TYPES = {"long": "number", "double": "number", "ip": "ip", "boolean": "boolean", "date": "date"}
"""What Lens calls the type of a field; all others are strings to it."""
_FORMATS = {"percentunit": "percent", "bytes": "bytes"}
"""By Grafana's units. Seconds are told by the data view, whose formats hold where a column has none."""
_BARS = ("count", "sum")


def lens(chart: Chart, fields: Mapping[str, LogField]) -> Drawn:
    """The attributes of the saved object, but for its title."""
    columns = {**_buckets(chart, fields), **_numbers(chart)}
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}
    return {
        "description": chart.about,
        "visualizationType": "lnsDatatable" if chart.table else "lnsXY",
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "visualization": _table(chart) if chart.table else _over_time(chart),
            "query": _lucene(chart.query),
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _buckets(chart: Chart, fields: Mapping[str, LogField]) -> Drawn:
    """By values and parts, then over time, so that the values with the most are those of the whole range."""
    columns = {f"by{at}": _values(chart, name, fields[name]) for at, name in enumerate(chart.by)}
    if chart.parts:
        filters = [{"input": _lucene(query), "label": label} for label, query in chart.parts.items()]
        columns[_PARTS] = _bucket("filters", "string", chart.title) | {"params": {"filters": filters}}
    if not chart.table:
        # As Grafana draws them: with the intervals in which nothing happened, and with the first and the last one.
        params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
        time = _bucket("date_histogram", "date", "@timestamp", "interval")
        columns[_TIME] = time | {"sourceField": "@timestamp", "params": params}
    return columns


def _values(chart: Chart, name: str, field: LogField) -> Drawn:
    params: Drawn = {
        "size": MOST_VALUES,
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        **_order(chart.numbers[0]),
    }
    column = _bucket("terms", _DATA_TYPES.get(field.type, "string"), name)
    return column | {"sourceField": name, "params": params}


def _order(number: Number) -> Drawn:
    """By the first number. Lens cannot sort by a formula, nor by a percentile such as 99.9: by the count then."""
    if number.kind == "share" or (number.kind == "percentile" and number.percent % 1):
        return {"orderBy": {"type": "custom"}, "orderAgg": _count("Count of records")}
    return {"orderBy": {"type": "column", "columnId": _id(0)}}


def _bucket(operation: str, type_: str, label: str, scale: str = "ordinal") -> Drawn:
    return {
        "operationType": operation,
        "dataType": type_,
        "isBucketed": True,
        "scale": scale,
        "label": label,
        "customLabel": True,
    }


def _numbers(chart: Chart) -> Drawn:
    columns: Drawn = {}
    for at, number in enumerate(chart.numbers):
        columns |= _share(_id(at), number) if number.kind == "share" else {_id(at): _measured(number)}
    return columns


def _id(at: int) -> str:
    """No id may begin with that of a formula's column: Lens takes those for the formula's parts."""
    return f"number{at}"


def _measured(number: Number) -> Drawn:
    if number.kind == "count":
        return _count(number.title)
    params = _format(number)
    if number.kind == "percentile":
        params["percentile"] = number.percent
    if number.kind == "sum":
        params["emptyAsNull"] = False
    return _number(_OPERATIONS[number.kind], number.title) | {"sourceField": number.of, "params": params}


def _count(label: str, query: str = "") -> Drawn:
    column = _number("count", label) | {"sourceField": "___records___", "params": {"emptyAsNull": False}}
    return column | ({"filter": _lucene(query)} if query else {})


def _share(id_: str, number: Number) -> Drawn:
    """A formula and what Lens made of it: two counts, and their quotient as a syntax tree."""
    quoted = number.of.replace("'", r"\'")
    formula = f"count(lucene='{quoted}') / count()"
    part, whole, quotient = (f"{id_}X{at}" for at in range(3))
    label = f"Part of {number.title}"
    tree = {
        "type": "function",
        "name": "divide",
        "args": [part, whole],
        "location": {"min": 0, "max": len(formula)},
        "text": formula,
    }
    params = {"formula": formula, "isFormulaBroken": False, **_format(number)}
    return {
        id_: _number("formula", number.title) | {"references": [quotient], "params": params},
        part: _count(label, number.of),
        whole: _count(label),
        quotient: _number("math", label) | {"references": [part, whole], "params": {"tinymathAst": tree}},
    }


def _number(operation: str, label: str) -> Drawn:
    return {
        "operationType": operation,
        "dataType": "number",
        "isBucketed": False,
        "scale": "ratio",
        "label": label,
        "customLabel": True,
    }


def _format(number: Number) -> Drawn:
    if number.unit not in _FORMATS:
        return {}
    return {"format": {"id": _FORMATS[number.unit], "params": {"decimals": 1}}}


def _lucene(query: str) -> Drawn:
    return {"language": "lucene", "query": query}


def _table(chart: Chart) -> Drawn:
    shown = [f"by{at}" for at in range(len(chart.by))] + ([_PARTS] if chart.parts else [])
    columns: list[Drawn] = [{"columnId": each, "isTransposed": False} for each in shown]
    columns += [{"columnId": _id(at), "isTransposed": False} for at in range(len(chart.numbers))]
    return {
        "layerId": LAYER,
        "layerType": "data",
        "columns": columns,
        "sorting": {"columnId": _id(0), "direction": "desc"},
        "paging": {"size": MOST_VALUES, "enabled": True},
    }


def _over_time(chart: Chart) -> Drawn:
    bars = chart.numbers[0].kind in _BARS
    series = "bar_stacked" if bars else "line"
    split = "by0" if chart.by else _PARTS if chart.parts else ""
    layer: Drawn = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": _TIME,
        "accessors": [_id(0)],
        **({"splitAccessor": split} if split else {}),
    }
    sides = {"x": False, "yLeft": False, "yRight": False}
    return {
        "preferredSeriesType": series,
        "layers": [layer],
        "legend": {"isVisible": bool(split), "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "axisTitlesVisibilitySettings": sides,
        "tickLabelsVisibilitySettings": {"x": True, "yLeft": True, "yRight": True},
        "gridlinesVisibilitySettings": {"x": True, "yLeft": True, "yRight": True},
        "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
    }
