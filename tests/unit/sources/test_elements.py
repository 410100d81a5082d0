"""Dashboards of elements and a layout say what those of panels say, and each part of them knows where it stands."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.sources.boards import Board, board
from obsboot.sources.elements import told
from obsboot.sources.json import read_json
from obsboot.sources.kinds import JSON
from obsboot.sources.source import Source, Text

GOLDEN = [
    path
    for stack in ("shop-api", "logs-by-pipelines")
    for path in sorted((Path(__file__).parents[2] / "golden" / stack / "expected/grafana/dashboards").glob("*.json"))
]
Json = dict[str, Any]
HIDDEN, REFRESHED = ("dontHide", "hideLabel", "hideVariable"), ("never", "onDashboardLoad", "onTimeRangeChanged")
VARIABLES = {"query": "QueryVariable", "datasource": "DatasourceVariable", "custom": "CustomVariable"}


def kind(name: str, spec: Json) -> Json:
    return {"kind": name, "spec": spec}


def query(source: Json, spec: Json) -> Json:
    return {"kind": "DataQuery", "group": source["type"], "datasource": {"name": source["uid"]}, "spec": spec}


def element(panel: Json) -> Json:
    """A panel in the new form."""
    queries = [
        {
            "refId": each["refId"],
            "hidden": each.get("hide", False),
            "query": query(
                each["datasource"], {k: v for k, v in each.items() if k not in ("refId", "hide", "datasource")}
            ),
        }
        for each in panel.get("targets", [])
    ]
    changes = [kind(each["id"], each) for each in panel.get("transformations", [])]
    spec = {key: panel[key] for key in ("id", "title", "description", "links") if key in panel}
    data = {"queries": [kind("PanelQuery", each) for each in queries], "transformations": changes}
    drawn = {key: panel[key] for key in ("options", "fieldConfig") if key in panel}
    spec |= {"data": kind("QueryGroup", data), "vizConfig": kind("VizConfig", drawn) | {"group": panel["type"]}}
    return kind("Panel", spec)


def variable(old: Json) -> Json:
    spec = old | {"hide": HIDDEN[old.get("hide", 0)], "refresh": REFRESHED[old.get("refresh", 0)]}
    if old["type"] == "query":
        asked = old["query"] if isinstance(old["query"], dict) else {"__legacyStringValue": old["query"]}
        spec["query"] = query(old["datasource"], asked)
    elif old["type"] == "datasource":
        spec["pluginId"] = old["query"]
    return kind(VARIABLES[old["type"]], {k: v for k, v in spec.items() if k not in ("type", "datasource")})


def of_elements(old: Json) -> Json:
    """A dashboard of rows that are not folded in the new form: each row with what follows it."""
    rows: list[Json] = []
    elements = {}
    for panel in old["panels"]:
        if panel["type"] == "row":
            rows.append(
                {"title": panel["title"], "layout": kind("GridLayout", {"items": []}), "top": panel["gridPos"]["y"] + 1}
            )
            continue
        name, place = f"panel-{panel['id']}", panel["gridPos"]
        elements[name] = element(panel)
        cells = {"x": place["x"], "y": place["y"] - rows[-1]["top"], "width": place["w"], "height": place["h"]}
        item = kind("GridLayoutItem", cells | {"element": {"kind": "ElementReference", "name": name}})
        rows[-1]["layout"]["spec"]["items"].append(item)
    times = {**old["time"], "autoRefresh": old["refresh"], "timezone": old["timezone"]}
    spec = {key: old[key] for key in ("title", "description", "tags", "links") if key in old}
    spec |= {
        "annotations": [],
        "elements": elements,
        "layout": kind("RowsLayout", {"rows": [kind("RowsLayoutRow", each) for each in rows]}),
        "timeSettings": times,
        "variables": [variable(each) for each in old["templating"]["list"]],
    }
    resource = {"apiVersion": "dashboard.grafana.app/v2", "kind": "Dashboard", "metadata": {"name": old["uid"]}}
    return resource | {"spec": spec}


def read(data: Json) -> Board:
    text = json.dumps(data, indent=1)
    (made,) = board(Source("a.json", read_json(text), Text(text)))
    return made


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parts[-5]}-{path.stem}")
def test_it_says_what_the_dashboard_of_panels_says(path: Path) -> None:
    old = json.loads(path.read_text())
    resource = of_elements(old)
    assert JSON["dashboard"](resource)
    made, was = read(resource), read(old)
    assert (made.uid, made.title) == (was.uid, was.title)
    assert [(each.title, each.type, each.defaults, each.data["gridPos"]) for each in made.panels] == [
        (each.title, each.type, each.defaults, each.data["gridPos"]) for each in was.panels
    ]
    assert [asked(each) for each in made.panels] == [asked(each) for each in was.panels]
    assert [(v.name, v.type, v.text, v.label, v.data.get("refresh", 0)) for v in made.variables] == [
        (v.name, v.type, v.text, v.label, v.data.get("refresh", 0)) for v in was.variables
    ]
    for key in ("refresh", "timezone", "time", "tags", "links"):
        assert made.data.get(key) == old.get(key)
    assert not made.lacking


def asked(panel: Any) -> list[tuple[str, str, str]]:
    return [(panel.kind(each), panel.plugin(each), panel.text(each)[1]) for each in panel.targets]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parts[-5]}-{path.stem}")
def test_each_part_knows_where_it_stands(path: Path) -> None:
    made = read(of_elements(json.loads(path.read_text())))
    rows = made.source.rows
    for panel in made.panels:
        assert f'"title": {json.dumps(panel.title)}' in rows[panel.line("title") - 1]
        if not panel.row:
            assert '"group"' in rows[panel.line("type") - 1]
            assert f'"x": {panel.data["gridPos"]["x"]}' in rows[panel.line("gridPos", "x") - 1]
        for number, each in panel.asked.items():
            row = rows[each.line() - 1]
            assert json.loads(row.partition(":")[2].rstrip(",")) == panel.targets[number]["expr"]
            assert '"datasource"' in rows[panel.line("targets", number, "datasource") - 1]
    for each in made.variables:
        assert f'"name": "{each.name}"' in rows[each.line("name") - 1]
        if each.query is not None:
            line = each.query.line()
            assert rows[line - 1][line.column - 1 :].startswith(json.dumps(each.query.raw)[1:-1])  # type: ignore[attr-defined]


def test_tabs_rows_and_grids_lie_below_each_other_and_what_no_layout_shows_comes_last() -> None:
    def grid(*names: str) -> Json:
        items = [
            kind("GridLayoutItem", {"x": 0, "y": 4 * at, "width": 24, "height": 4, "element": {"name": name}})
            for at, name in enumerate(names)
        ]
        return kind("GridLayout", {"items": items})

    flowing = kind("AutoGridLayout", {"items": [kind("AutoGridLayoutItem", {"element": {"name": "e"}})]})
    rows = kind(
        "RowsLayout",
        {
            "rows": [
                kind("RowsLayoutRow", {"title": "R", "layout": grid("c")}),
                kind("RowsLayoutRow", {"layout": flowing}),
            ]
        },
    )
    tabs = [
        kind("TabsLayoutTab", {"title": "T", "layout": grid("b", "a")}),
        kind("TabsLayoutTab", {"title": "U", "layout": rows}),
    ]
    elements = {name: kind("Panel", {"id": at, "title": name}) for at, name in enumerate("abcde")}
    panels = told({"elements": elements, "layout": kind("TabsLayout", {"tabs": tabs})}).data["panels"]
    assert [(each.get("title"), each.get("gridPos", {}).get("y")) for each in panels] == [
        ("T", 0), ("b", 1), ("a", 5), ("U", 9), ("R", 10), ("c", 11), (None, 15), ("e", None), ("d", None),
    ]  # fmt: skip


def test_the_first_versions_had_rows_among_the_items() -> None:
    inner = kind("GridLayoutItem", {"x": 0, "y": 3, "width": 6, "height": 2, "element": {"name": "a"}})
    row = kind("GridLayoutRow", {"y": 2, "title": "R", "collapsed": False, "elements": [inner]})
    made = told({"elements": {"a": kind("Panel", {"id": 1})}, "layout": kind("GridLayout", {"items": [row]})})
    assert [each["gridPos"] for each in made.data["panels"]] == [{"x": 0, "y": 3, "w": 6, "h": 2}]
    assert made.place(("panels", 0, "gridPos")) == ("layout", "spec", "items", 0, "spec", "elements", 0, "spec")
    assert not made.lacking


def test_sections_have_variables_and_repetitions_of_their_own() -> None:
    repeat = {"mode": "variable", "value": "host"}
    row = {"title": "R", "repeat": repeat, "variables": [kind("CustomVariable", {"name": "host", "query": "a,b"})]}
    made = told({"elements": {}, "layout": kind("RowsLayout", {"rows": [kind("RowsLayoutRow", row)]})})
    assert made.data["panels"][0]["repeat"] == "host"
    assert made.data["templating"]["list"][0]["type"] == "custom"
    assert made.place(("templating", "list", 0, "query")) == (
        "layout",
        "spec",
        "rows",
        0,
        "spec",
        "variables",
        0,
        "spec",
        "query",
    )


def test_the_first_versions_had_the_data_source_beside_the_query() -> None:
    asks = {"query": {"kind": "prometheus", "spec": {"expr": "up"}}, "datasource": {"type": "prometheus", "uid": "p"}}
    panel = {
        "id": 1,
        "data": kind("QueryGroup", {"queries": [kind("PanelQuery", asks)]}),
        "vizConfig": kind("stat", {}),
    }
    (made,) = told({"elements": {"a": kind("Panel", panel)}, "layout": {}}).data["panels"]
    assert made["type"] == "stat"
    assert made["targets"][0]["datasource"] == {"type": "prometheus", "uid": "p"}


def parts(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every part of a document."""
    yield way
    if isinstance(value, dict | list):
        for key, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from parts(held, (*way, key))


WHOLE = of_elements(json.loads(next(path for path in GOLDEN if path.stem == "overview").read_text()))
RAW = {each.raw for panel in read(WHOLE).panels for each in panel.queries}
PARTS = [way for way in parts(WHOLE) if way and way[0] == "spec" and len(way) > 1]


@given(
    st.sampled_from(PARTS),
    st.sampled_from([None, 1, True, "x", [], {}, [None], [[]], {"spec": 1}, {"spec": {"spec": []}}]),
)
def test_what_is_not_as_it_should_be_is_left_out(way: tuple[str | int, ...], other: Any) -> None:
    data = copy.deepcopy(WHOLE)
    holder = data
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = other
    if not JSON["dashboard"](data):
        return
    made = read(data)
    lines = [
        panel.line(*way) for panel in made.panels for way in ((), ("title",), ("type",), ("gridPos",), ("targets", 0))
    ]
    lines += [each.line("query") for each in made.variables]
    assert all(1 <= line <= len(made.source.rows) for line in lines)
    assert {each.raw for panel in made.panels for each in panel.queries} <= RAW | {"x"}
