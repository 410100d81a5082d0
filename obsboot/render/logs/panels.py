"""Panels over the log store: what metrics cannot tell is counted and measured in the documents."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from obsboot.logs.reading import dataset as dataset_of_format
from obsboot.model import Instance, LogSignal, Stack
from obsboot.render.logs.logged import dataset, datasets, namespace, store

Drawn = dict[str, object]

PLUGINS = {"elasticsearch": "elasticsearch", "opensearch": "grafana-opensearch-datasource"}
"""The type of the data source by the store; the second has to be installed, which the pack's Grafana does."""
MOST_VALUES = 10
"""Values of a field that are told apart. More lines than that nobody can read in one panel."""
_AVERAGES = {"sum": "sum", "average": "avg", "maximum": "max"}
_TABLES = ("table", "bargauge", "piechart")


@dataclass(frozen=True, slots=True)
class LogView:
    """What a panel shows: one log signal of an instance."""

    instance: Instance
    signal: LogSignal
    title: str
    shape: str


def data_source(stack: Stack) -> Drawn:
    """The log store as a panel refers to it: a variable of the dashboard."""
    return {"type": PLUGINS[store(stack)], "uid": "${logs}"}


def log_panel(stack: Stack, view: LogView, place: dict[str, int]) -> Drawn:
    """The panel's JSON at a grid position."""
    signal = view.signal
    empty = f"Empty when: {signal.empty}" if signal.empty else ""
    lines = view.shape == "timeseries"
    custom = {"drawStyle": "bars" if signal.number in ("count", "sum") else "line", "fillOpacity": 30, "lineWidth": 1}
    stacked = {
        "stacking": {"mode": "normal" if signal.number in ("count", "sum") and signal.by else "none", "group": "A"}
    }
    drawn: Drawn = {
        "id": zlib.crc32(f"log/{view.title}/{view.shape}".encode()) % 1_000_000 + 1,
        "type": view.shape,
        "title": view.title,
        "description": "\n\n".join(filter(None, [signal.question, empty, "Counted from the log."])),
        "datasource": data_source(stack),
        "gridPos": place,
        "targets": targets(stack, view),
        "fieldConfig": {
            "defaults": {
                "unit": signal.unit,
                "noValue": signal.empty or "No such line: look at the log pipeline.",
                "min": 0,
                "color": {"mode": "palette-classic"},
                "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]},
                **({"custom": {**custom, **stacked}} if lines else {}),
            },
            "overrides": [],
        },
        "options": _options(view.shape),
    }
    return drawn


def targets(stack: Stack, view: LogView) -> list[Drawn]:
    """The queries. A share is two counts, hidden, and their quotient by Grafana's own arithmetic."""
    signal, among = view.signal, documents(stack, view.instance, view.signal)
    if signal.number != "share":
        return [_target(stack, view, "A", among)]
    hidden: Drawn = {"hide": True}
    quotient: Drawn = {
        "refId": "C",
        "datasource": {"type": "__expr__", "uid": "__expr__"},
        "type": "math",
        "expression": "$A / $B",
    }
    return [
        {**_target(stack, view, "A", f"{among} AND ({signal.of})"), **hidden},
        {**_target(stack, view, "B", among), **hidden},
        quotient,
    ]


def documents(stack: Stack, instance: Instance, signal: LogSignal) -> str:
    """The Lucene query for the documents that the signal is about: the instance's, or the whole service's."""
    of = f'"{dataset(stack, instance)}"' if instance.component.logs else datasets(stack)
    parts = [f"data_stream.dataset:{of}", f'data_stream.namespace:"{namespace(stack)}"']
    if signal.formats:
        names = " OR ".join(f'"{dataset_of_format(instance.component.logs[name])}"' for name in signal.formats)
        parts.append(f"event.dataset:({names})")
    if signal.where:
        parts.append(f"({signal.where})")
    if signal.off:
        behind = signal.off.startswith("-")
        parts.append(f"@timestamp:[* TO now{signal.off}]" if behind else f"@timestamp:[now+{signal.off} TO *]")
    return " AND ".join(parts)


def _target(stack: Stack, view: LogView, ref: str, query: str) -> Drawn:
    target: Drawn = {
        "refId": ref,
        "datasource": data_source(stack),
        "query": query,
        "timeField": "@timestamp",
        "metrics": [_metric(view.signal)],
        "bucketAggs": _buckets(view),
    }
    if store(stack) == "opensearch":
        target |= {"queryType": "lucene", "luceneQueryType": "Metric", "format": "table"}
    return target


def _metric(signal: LogSignal) -> Drawn:
    if signal.number == "percentile":
        return {"id": "1", "type": "percentiles", "field": signal.of, "settings": {"percents": [f"{signal.percent:g}"]}}
    if signal.number in _AVERAGES:
        return {"id": "1", "type": _AVERAGES[signal.number], "field": signal.of}
    return {"id": "1", "type": "count"}


def _buckets(view: LogView) -> list[Drawn]:
    """By value, then over time; a table has no time."""
    buckets: list[Drawn] = []
    if view.signal.by:
        settings = {"size": str(MOST_VALUES), "order": "desc", "orderBy": _order(view.signal), "min_doc_count": "1"}
        buckets.append({"id": "2", "type": "terms", "field": view.signal.by, "settings": settings})
    if view.shape not in _TABLES:
        over_time = {"interval": "auto", "min_doc_count": "0", "trimEdges": "0"}
        buckets.append({"id": "3", "type": "date_histogram", "field": "@timestamp", "settings": over_time})
    return buckets


def _order(signal: LogSignal) -> str:
    """By the metric, as Grafana writes it; percentiles are named with a decimal."""
    if signal.number == "percentile":
        return f"1[{float(signal.percent)}]"
    return "1" if signal.number in _AVERAGES else "_count"


def _options(shape: str) -> Drawn:
    if shape == "timeseries":
        legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    return {"showHeader": True, "cellHeight": "sm"}
