"""Every Grafana panel on the log, against documents that are known: its number is the one that can be worked out by hand.

A query is asked as Grafana asks it: the Lucene text, the terms, the metric; the buckets over time are asked beside.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from obsboot.catalog import load
from obsboot.logs.documents import ABSENT, get
from obsboot.model import Stack
from obsboot.render.grafana import grafana
from obsboot.render.logs.refused import refused_stream
from tests.logs.conftest import READ_AT, Server, every, reading, sent
from tests.logs.lucene import finds
from tests.stacks import stack_of

pytestmark = pytest.mark.live

Target = Mapping[str, Any]
MOST = 10
"""Values that a panel shows; more are left out."""
AGGREGATIONS = {"sum": "sum", "avg": "avg", "max": "max", "percentiles": "percentiles"}


def panels(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel that asks the log store, by dashboard and title."""
    for file in grafana(stack):
        if not file.path.endswith(".json"):
            continue
        board = json.loads(file.text)
        for panel in board["panels"]:
            if any("metrics" in target for target in panel.get("targets", ())):
                yield f"{file.path.rpartition('/')[2]}: {panel['title']}", panel


PANELS = dict(panels(stack_of(load(), logs="elasticsearch", log_path="ingest")))


def test_there_are_panels_on_the_log() -> None:
    signals = [s for component in load().values() for s in component.log_signals.values()]
    assert len(PANELS) >= len(signals) - sum(bool(s.reserve) for s in signals) - len(load()["log-store"].log_signals)
    assert len(PANELS) >= 30


@pytest.fixture(scope="module")
def documents(engine: Server, stack: Stack, stored: dict[str, dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Those of all samples, and one that the store refused, as Filebeat hands it on."""
    instance = reading(stack)[0]
    _, _, sample = next(every(instance.component))
    refused = {"message": json.dumps(sent(stack, instance, sample)), "error.type": 400, "error.message": "no object"}
    path = f"{refused_stream(stack)}/_doc?op_type=create&refresh=true"
    engine.ask("POST", path, json={"@timestamp": READ_AT, **refused})
    (hit,) = engine.search(refused_stream(stack), {"match_all": {}}, size=2)["hits"]["hits"]
    yield [*stored.values(), hit["_source"]]
    engine.ask("POST", f"{refused_stream(stack)}/_delete_by_query?refresh=true", json={"query": {"match_all": {}}})


@pytest.mark.parametrize("name", PANELS)
def test_the_panel_shows_the_number_that_the_documents_have(
    name: str, engine: Server, documents: list[dict[str, Any]]
) -> None:
    asked = [target for target in PANELS[name]["targets"] if "metrics" in target]
    for target in asked:
        found, known = answer(engine, target), expected(target, documents)
        assert known, f"no sample of any format fills it: {target['query']}"
        shown = {key: value for key, value in found.items() if key in known}
        assert shown == {key: known[key] for key in shown}, target["query"]
        assert not any(value for key, value in found.items() if key not in known), "a value without a number is empty"
        assert len(found) >= min(MOST, len(known))
        assert smallest(shown.values()) >= smallest(known.values(), of=len(shown))
        over_time = engine.ask("POST", "logs-*/_search", json=search(target, over_time=True))
        assert sum(bucket["doc_count"] for bucket in buckets(over_time, "3")) >= len(found) - 1


def search(target: Target, over_time: bool = False) -> dict[str, Any]:
    """The body of a search for one target, as Grafana builds it."""
    (metric,) = target["metrics"]
    inner: dict[str, Any] = {}
    if metric["type"] in AGGREGATIONS:
        body: dict[str, Any] = {"field": metric["field"]}
        if metric["type"] == "percentiles":
            body["percents"] = [float(each) for each in metric["settings"]["percents"]]
        inner = {"1": {AGGREGATIONS[metric["type"]]: body}}
    if over_time:
        inner = {"3": {"date_histogram": {"field": target["timeField"], "fixed_interval": "1d"}, "aggs": inner}}
    else:
        for bucket in target["bucketAggs"]:
            if bucket["type"] == "terms":
                by = bucket["settings"]
                order = {by["orderBy"].replace("[", "[").strip(): by["order"]}
                terms = {"field": bucket["field"], "size": int(by["size"]), "order": order}
                inner = {"2": {"terms": terms, "aggs": inner}}
    query = {"query_string": {"query": target["query"], "analyze_wildcard": True}}
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": [query]}}, "aggs": inner}


def buckets(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(found["aggregations"].get(name, {}).get("buckets", ()))


def answer(engine: Server, target: Target) -> dict[str, float]:
    """The numbers of the panel by the value that they are of; the empty text where there is only one."""
    found = engine.ask("POST", "logs-*/_search", json=search(target))
    if any(bucket["type"] == "terms" for bucket in target["bucketAggs"]):
        return {str(each.get("key_as_string", each["key"])): number(target, each) for each in buckets(found, "2")}
    total = found["hits"]["total"]["value"]
    return {"": number(target, {**found.get("aggregations", {}), "doc_count": total})} if total else {}


def number(target: Target, bucket: Mapping[str, Any]) -> float:
    (metric,) = target["metrics"]
    if metric["type"] == "count":
        return float(bucket["doc_count"])
    if metric["type"] == "percentiles":
        (value,) = bucket["1"]["values"].values()
        return 0.0 if value is None or value == "NaN" else round(float(value), 6)
    return round(float(bucket["1"]["value"] or 0), 6)


class Around:
    """A percentile of few values: anything between the two that it lies between."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and self.low - 1e-6 <= other <= self.high + 1e-6

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __repr__(self) -> str:
        return f"{self.low}..{self.high}"


def expected(target: Target, documents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The same, worked out from the documents."""
    holds = finds(target["query"])
    by = next((bucket["field"] for bucket in target["bucketAggs"] if bucket["type"] == "terms"), "")
    groups: dict[str, list[Any]] = defaultdict(list)
    for document in documents:
        if holds(document):
            for key in keys(document, by):
                groups[key].append(document)
    (metric,) = target["metrics"]
    numbers = {key: worked_out(metric, group) for key, group in groups.items()}
    return {key: value for key, value in numbers.items() if value is not None}


def smallest(numbers: Iterable[Any], of: int | None = None) -> float:
    """The least of the `of` largest: what a panel leaves out is no larger than what it shows."""
    ordered = sorted((each.low if isinstance(each, Around) else each for each in numbers), reverse=True)
    return float(ordered[: of or len(ordered)][-1]) if ordered else 0.0


def keys(document: Mapping[str, Any], by: str) -> list[str]:
    if not by:
        return [""]
    value = get(document, by)
    values = [] if value in (ABSENT, None) else value if isinstance(value, list) else [value]
    return sorted({str(each).lower() if isinstance(each, bool) else str(each) for each in values})


def worked_out(metric: Mapping[str, Any], group: list[Any]) -> Any:
    if metric["type"] == "count":
        return float(len(group))
    values = sorted(v for each in group if (v := get(each, metric["field"])) not in (ABSENT, None))
    if not values:
        return None
    match metric["type"]:
        case "sum":
            return round(float(sum(values)), 6)
        case "avg":
            return round(sum(values) / len(values), 6)
        case "max":
            return round(float(values[-1]), 6)
    at = float(metric["settings"]["percents"][0]) / 100 * (len(values) - 1)
    return Around(values[max(int(at) - 1, 0)], values[min(int(at) + 1, len(values) - 1)])
