"""A chart as a classic visualization: what OpenSearch Dashboards 2.x has taken over from Kibana 7.10.

Shares have no aggregation; they are drawn by the time series builder that both have (`metrics`), and always over time.
"""

from __future__ import annotations

from typing import Any

from obsboot.render.logs.boards import Chart, Number
from obsboot.render.logs.panels import MOST_VALUES

Drawn = dict[str, Any]

_AGGREGATIONS = {"sum": "sum", "average": "avg", "maximum": "max"}
_BARS = ("count", "sum")
_AXIS = "ValueAxis-1"


def classic(chart: Chart, pattern: str) -> Drawn:
    """`visState`, but for its title; `pattern` names the streams, for the builder knows no data views."""
    if chart.numbers[0].kind == "share":
        return {"type": "metrics", "aggs": [], "params": _built(chart, pattern)}
    kind = "table" if chart.table else "histogram" if chart.numbers[0].kind in _BARS else "line"
    params = _table() if chart.table else _over_time(chart, kind)
    return {"type": kind, "params": params, "aggs": [*_numbers(chart), *_buckets(chart)]}


def knows_data_views(chart: Chart) -> bool:
    """Whether its query is a search source, which refers to a data view."""
    return chart.numbers[0].kind != "share"


def _numbers(chart: Chart) -> list[Drawn]:
    return [_aggregation(str(at), "metric", *_metric(number)) for at, number in enumerate(chart.numbers, 1)]


def _metric(number: Number) -> tuple[str, Drawn]:
    label = {"customLabel": number.title}
    if number.kind == "percentile":
        return "percentiles", {"field": number.of, "percents": [number.percent], **label}
    if number.kind in _AGGREGATIONS:
        return _AGGREGATIONS[number.kind], {"field": number.of, **label}
    return "count", label


def _buckets(chart: Chart) -> list[Drawn]:
    """By values and parts, then over time, so that the values with the most are those of the whole range."""
    schema, first = "bucket" if chart.table else "group", len(chart.numbers) + 1
    found: list[tuple[str, str, Drawn]] = [("terms", schema, _values(chart, name)) for name in chart.by]
    if chart.parts:
        filters = [{"input": _lucene(query), "label": label} for label, query in chart.parts.items()]
        found.append(("filters", schema, {"filters": filters}))
    if not chart.table:
        over_time = {"field": "@timestamp", "interval": "auto", "drop_partials": False, "min_doc_count": 0}
        found.append(("date_histogram", "segment", {**over_time, "extended_bounds": {}}))
    return [_aggregation(str(at), schema, type_, params) for at, (type_, schema, params) in enumerate(found, first)]


def _values(chart: Chart, name: str) -> Drawn:
    return {
        "field": name,
        "orderBy": _order(chart.numbers[0]),
        "order": "desc",
        "size": MOST_VALUES,
        "otherBucket": False,
        "otherBucketLabel": "Other",
        "missingBucket": False,
        "missingBucketLabel": "Missing",
        "customLabel": name,
    }


def _order(number: Number) -> str:
    """By the first number; a percentile is named by its percent, in brackets where that has a dot."""
    if number.kind != "percentile":
        return "1"
    percent = f"{number.percent:g}"
    return f"1['{percent}']" if "." in percent else f"1.{percent}"


def _aggregation(id_: str, schema: str, type_: str, params: Drawn) -> Drawn:
    return {"id": id_, "enabled": True, "type": type_, "params": params, "schema": schema}


def _lucene(query: str) -> Drawn:
    return {"language": "lucene", "query": query}


def _table() -> Drawn:
    return {
        "perPage": MOST_VALUES,
        "showPartialRows": False,
        "showMetricsAtAllLevels": False,
        "sort": {"columnIndex": None, "direction": None},
        "showTotal": False,
        "totalFunc": "sum",
        "percentageCol": "",
    }


def _over_time(chart: Chart, kind: str) -> Drawn:
    series = {
        "show": True,
        "type": kind,
        "mode": "stacked" if kind == "histogram" else "normal",
        "data": {"id": "1", "label": chart.numbers[0].title},
        "valueAxis": _AXIS,
        "drawLinesBetweenPoints": True,
        "lineWidth": 2,
        "interpolate": "linear",
        "showCircles": True,
    }
    axis = {"show": True, "style": {}}
    across = {"id": "CategoryAxis-1", "type": "category", "position": "bottom", "scale": {"type": "linear"}}
    upwards = {"id": _AXIS, "name": "LeftAxis-1", "type": "value", "position": "left"}
    return {
        "type": kind,
        "grid": {"categoryLines": False},
        "categoryAxes": [{**axis, **across, "labels": {"show": True, "filter": True, "truncate": 100}, "title": {}}],
        "valueAxes": [
            {
                **axis,
                **upwards,
                "scale": {"type": "linear", "mode": "normal"},
                "labels": {"show": True, "rotate": 0, "filter": False, "truncate": 100},
                "title": {"text": ""},
            }
        ],
        "seriesParams": [series],
        "addTooltip": True,
        "addLegend": bool(chart.by or chart.parts),
        "legendPosition": "right",
        "times": [],
        "addTimeMarker": False,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    }


def _built(chart: Chart, pattern: str) -> Drawn:
    """The time series builder's parameters."""
    return {
        "id": "panel",
        "type": "timeseries",
        "series": [_shares(chart)],
        "index_pattern": pattern,
        "time_field": "@timestamp",
        "interval": "",
        "filter": _lucene(chart.query),
        "axis_position": "left",
        "axis_formatter": "number",
        "axis_scale": "normal",
        "show_legend": int(bool(chart.by)),
        "show_grid": 1,
        "isModelInvalid": False,
    }


def _shares(chart: Chart) -> Drawn:
    """The share of each value of the first field, or of all."""
    number = chart.numbers[0]
    counts = {"metric_agg": "count", "numerator": _lucene(number.of), "denominator": _lucene("*")}
    split: Drawn = {"split_mode": "everything", "label": number.title}
    if chart.by:
        values = {"terms_field": chart.by[0], "terms_size": str(MOST_VALUES), "terms_order_by": "_count"}
        split = {"split_mode": "terms", "label": "", **values}
    return {
        "id": "shares",
        "metrics": [{"id": "share", "type": "filter_ratio", **counts}],
        **split,
        "split_color_mode": "rainbow",
        "color": "#68BC00",
        "formatter": "percent",
        "chart_type": "line",
        "line_width": 1,
        "point_size": 1,
        "fill": 0,
        "stacked": "none",
        "separate_axis": 0,
        "axis_position": "right",
    }
