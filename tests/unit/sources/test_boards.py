"""Dashboards in each manner in which Grafana has written them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from obsboot.sources.boards import Board, board
from obsboot.sources.json import read_json
from obsboot.sources.panels import unread
from obsboot.sources.source import Source, Text


def read(data: dict[str, Any], indent: int | None = 1) -> Board:
    text = json.dumps(data, indent=indent)
    (made,) = board(Source("a.json", read_json(text), Text(text)))
    return made


def asked(data: dict[str, Any]) -> list[str]:
    return [query.raw for panel in read(data).panels for query in panel.queries]


ONE, TWO = ({"id": n, "type": "graph", "targets": [{"expr": f"up{n}", "refId": "A"}]} for n in (1, 2))


@pytest.mark.parametrize(
    "data",
    [
        {"panels": [ONE, TWO]},
        {"panels": [{"type": "row", "panels": [ONE]}, {"type": "row", "panels": []}, TWO]},
        {"rows": [{"title": "A", "panels": [ONE]}, {"panels": [TWO]}]},
        {"meta": {"slug": "a"}, "dashboard": {"panels": [ONE, TWO]}},
        {"meta": {}, "dashboard": {"rows": [{"panels": [ONE, TWO]}]}},
        {"apiVersion": "dashboard.grafana.app/v1", "kind": "Dashboard", "spec": {"panels": [ONE, TWO]}},
        {"panels": [None, ONE, "x", TWO, []]},
    ],
)
def test_panels_are_found_wherever_they_are(data: dict[str, Any]) -> None:
    assert asked(data) == ["up1", "up2"]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("data", [{"panels": [ONE]}, {"rows": [{"panels": [ONE]}]}, {"dashboard": {"panels": [ONE]}}])
def test_a_query_knows_where_it_stands(data: dict[str, Any], indent: int | None) -> None:
    made = read(data, indent)
    (query,) = made.panels[0].queries
    row = made.source.rows[query.line() - 1]
    assert row[query.line().column - 1 :].startswith("up1")  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [r'up{job="x"}', "  up"])
@pytest.mark.parametrize("nested", [False, True])
def test_what_a_variable_asks_knows_where_it_stands(text: str, nested: bool) -> None:
    asks = f"label_values({text}, instance)"
    variable = {"name": "host", "type": "query", "query": {"query": asks} if nested else asks}
    made = read({"panels": [], "templating": {"list": [variable]}})
    (found,) = made.variables
    assert found.query is not None
    for place in (found.query.line("up"), found.query.line(), found.query.at(0)):
        assert made.source.rows[place - 1][place.column - 1 :].startswith("up")  # type: ignore[attr-defined]


def test_a_resource_is_known_by_its_name() -> None:
    made = read({
        "apiVersion": "dashboard.grafana.app/v1beta1", "kind": "Dashboard", "metadata": {"name": "stock"},
        "spec": {"title": "Stock", "uid": "other", "panels": []},
    })  # fmt: skip
    assert (made.uid, made.title) == ("stock", "Stock")


@pytest.mark.parametrize(
    ("plugin", "target", "key"),
    [
        ("elasticsearch", {"expr": "up"}, "expr"),
        ("elasticsearch", {"expr": "up", "hide": True}, ""),
        ("elasticsearch", {"expr": "up", "query": "", "metrics": [{"type": "count"}]}, ""),
        ("elasticsearch", {"query": ""}, ""),
        ("loki", {"query": "", "metrics": [{"type": "count"}], "bucketAggs": [{"type": "terms"}]}, "bucketAggs"),
        ("loki", {"expr": "{a='b'}"}, ""),
        ("prometheus", {"rawSql": "SELECT 1"}, ""),
        ("", {"expr": "up"}, ""),
    ],
)
def test_where_a_data_source_does_not_look(plugin: str, target: dict[str, Any], key: str) -> None:
    assert unread(plugin, target) == key


PROMETHEUS, LOKI = {"type": "prometheus", "uid": "p"}, {"type": "loki", "uid": "l"}
TEMPLATING = {
    "list": [
        {"name": "source", "type": "datasource", "query": "prometheus"},
        {"name": "logs", "type": "datasource", "query": "loki"},
    ]
}


@pytest.mark.parametrize(
    ("panel", "target", "kind"),
    [
        ({"datasource": PROMETHEUS}, {"expr": "up"}, "metrics"),
        ({"datasource": "${source}"}, {"expr": "up"}, "metrics"),
        ({"datasource": {"uid": "[[source]]"}}, {"expr": "up"}, "metrics"),
        ({"datasource": None}, {"expr": "up"}, "metrics"),
        ({}, {"expr": "up", "datasource": PROMETHEUS}, "metrics"),
        ({"datasource": {"uid": "-- Mixed --"}}, {"expr": "up", "datasource": {"uid": "$logs"}}, "other"),
        ({"datasource": LOKI}, {"expr": 'rate({a="b"}[5m])'}, "other"),
        ({}, {"expr": 'sum(count_over_time({a="b"}[5m]))'}, "other"),
        ({}, {"expr": '{a="b"} |= "c"'}, "other"),
        ({"type": "logs"}, {"expr": '{a="b"}'}, "other"),
        ({"datasource": {"type": "mysql"}}, {"rawSql": "select 1"}, "other"),
        ({"datasource": {"type": "cloudwatch"}}, {"expression": "", "namespace": "AWS"}, "other"),
        ({}, {"rawSql": "select 1"}, "other"),
        ({}, {"query": "a", "bucketAggs": [], "metrics": []}, "logs"),
        ({"datasource": {"type": "elasticsearch"}}, {"query": "a"}, "logs"),
        ({}, {"type": "math", "expression": "$A", "datasource": {"uid": "__expr__"}}, "expression"),
        ({}, {"datasource": {"uid": "-- Dashboard --"}, "panelId": 1}, "other"),
        ({"datasource": "$input"}, {"expr": "up"}, "other"),
    ],
)
def test_what_a_query_is(panel: dict[str, Any], target: dict[str, Any], kind: str) -> None:
    inputs = [{"name": "input", "type": "datasource", "pluginId": "influxdb"}]
    made = read({"panels": [{**panel, "targets": [target]}], "templating": TEMPLATING, "__inputs": inputs}).panels[0]
    assert made.kind(made.targets[0]) == kind


def test_a_prometheus_query_may_be_called_query() -> None:
    assert asked({"panels": [{"datasource": PROMETHEUS, "targets": [{"query": "up"}]}]}) == ["up"]


def test_what_a_variable_decides_is_not_judged() -> None:
    targets = [{"expr": "$func(a)"}, {"expr": "sum($a"}, {"expr": "a"}]
    panel = read({"panels": [{"targets": targets}]}).panels[0]
    assert list(panel.asked) == [1, 2]


def variable(query: object, **more: object) -> Any:
    return read(
        {"panels": [], "templating": {"list": [{"name": "v", "type": "query", "query": query, **more}]}}
    ).variables[0]


@pytest.mark.parametrize(
    ("query", "expr", "label"),
    [
        ("label_values(up, job)", "up", "job"),
        ({"query": 'label_values(up{a="b", c="d"}, job)', "refId": "x"}, 'up{a="b", c="d"}', "job"),
        ("label_values(job)", None, "job"),
        ("label_values(up, $label)", "up", ""),
        ("query_result(topk(5, sum by (x) (y)))", "topk(5, sum by (x) (y))", ""),
        ("metrics(node_.*)", None, ""),
        ("label_names()", None, ""),
        ("select 1", None, ""),
        (["a"], None, ""),
    ],
)
def test_what_a_variable_asks(query: object, expr: str | None, label: str) -> None:
    made = variable(query)
    assert (made.query.raw if made.query else None) == expr
    assert made.label == label


def test_variables_of_other_data_sources_ask_nothing_in_promql() -> None:
    assert variable("label_values(up, job)", datasource=LOKI).query is None
    assert variable("label_values(up, job)", datasource=PROMETHEUS).query is not None


def test_annotations_of_prometheus_are_queries() -> None:
    found = [
        {"name": "a", "datasource": PROMETHEUS, "expr": "up"},
        {"name": "b", "datasource": LOKI, "expr": "up"},
        {"name": "c", "datasource": {"uid": "-- Grafana --"}},
    ]
    made = read({"panels": [], "annotations": {"list": found}})
    assert [(query.owner, query.raw) for query in made.annotations] == [("annotation 'a'", "up")]
