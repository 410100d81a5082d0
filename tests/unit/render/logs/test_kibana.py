"""Saved objects hold together, ask what is mapped, and show Grafana's numbers: what a front end checks is checked here."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import Catalogue
from obsboot.logs.queries import asked, fields_in
from obsboot.model import Component, Dashboard, Instance, LogSignal, Panel, Place, Row, Stack
from obsboot.render import render
from obsboot.render.grafana import grafana
from obsboot.render.logs.boards import Chart, Number
from obsboot.render.logs.classic import classic
from obsboot.render.logs.elastic import elastic
from obsboot.render.logs.kibana import kibana
from obsboot.render.logs.lens import lens
from obsboot.render.logs.panels import MOST_VALUES, PLUGINS
from tests.stacks import stack_of

Drawn = dict[str, Any]

STORES = ("elasticsearch", "opensearch")
FOLDERS = {"elasticsearch": "kibana", "opensearch": "opensearch-dashboards"}
HERE = Place(Path("here.yaml"), 1)
TEXTS = ("JSON", "visState", "fieldFormatMap", "fieldAttrs")
"""How the names of those attributes end that are texts in JSON."""
ALLOWED = {
    "index-pattern": {"title", "name", "timeFieldName", "fieldFormatMap", "fieldAttrs", "allowNoIndex"},
    "search": {
        "title", "description", "columns", "sort", "grid", "hideChart", "isTextBasedQuery", "kibanaSavedObjectMeta",
    },
    "lens": {"title", "description", "visualizationType", "state"},
    "dashboard": {
        "title", "description", "panelsJSON", "optionsJSON", "timeRestore", "version", "kibanaSavedObjectMeta",
    },
}  # fmt: skip
"""Attributes that Kibana's schemas know; the first search and the first dashboard models refuse any other."""
ALLOWED_OLD = {
    "index-pattern": {"title", "timeFieldName", "fieldFormatMap"},
    "search": {"title", "description", "columns", "sort", "hits", "version", "kibanaSavedObjectMeta"},
    "visualization": {"title", "description", "visState", "uiStateJSON", "version", "kibanaSavedObjectMeta"},
    "dashboard": ALLOWED["dashboard"],
}
OPERATIONS = {"percentiles": "percentile", "sum": "sum", "avg": "average", "max": "max", "count": "count"}
"""Grafana's metrics as Lens calls them."""


def in_place() -> Iterator[tuple[LogSignal, Panel]]:
    """A panel for every number in every shape, with values told apart and without."""
    seconds, share = "http.response.seconds", "http.response.status_code:[500 TO 599] OR url.path:it's"
    asked: dict[str, tuple[str, float]] = {
        "count": ("", 99),
        "sum": (seconds, 99),
        "average": (seconds, 99),
        "maximum": (seconds, 99),
        "percentile": (seconds, 95),
        "share": (share, 99),
    }
    for (number, (of, percent)), by, shape in itertools.product(
        asked.items(), ("", "client.ip"), ("timeseries", "table", "bargauge", "stat")
    ):
        name = f"{number}-{by}-{shape}"
        asks: Any = {"number": number, "of": of, "percent": percent, "formats": ("access",), "by": by}
        drawn: Any = {"log": name, "shape": shape}
        yield LogSignal(name, name, "Why?", "short", HERE, where="url.path:x", **asks), Panel(HERE, **drawn)


def with_every_number(stack: Stack) -> Stack:
    """The stack with all of them on the dashboard of its web server."""
    every = list(in_place())

    def more(component: Component) -> Component:
        rows = (Row("Everything", tuple(panel for _, panel in every)),)
        signals = {signal.name: signal for signal, _ in every}
        return replace(component, log_signals=signals, dashboard=Dashboard("Everything", rows, HERE))

    def changed(instance: Instance) -> Instance:
        return replace(instance, component=more(instance.component)) if instance.id == "nginx" else instance

    return replace(stack, instances=tuple(changed(each) for each in stack.instances))


@pytest.fixture(scope="module", params=STORES)
def stack(request: pytest.FixtureRequest, catalogue: Catalogue) -> Stack:
    return stack_of(catalogue, logs=request.param)


@pytest.fixture(scope="module", params=["as it ships", "every number"])
def objects(request: pytest.FixtureRequest, stack: Stack) -> list[Drawn]:
    return read(stack if request.param == "as it ships" else with_every_number(stack))


def text(stack: Stack) -> str:
    (file,) = kibana(stack)
    assert (file.path, file.owner) == (
        f"observability/{FOLDERS[str(stack.values['logs'])]}/saved-objects.ndjson",
        "owned",
    )
    return file.text


def read(stack: Stack) -> list[Drawn]:
    return [json.loads(line) for line in text(stack).removesuffix("\n").split("\n")]


def opened(data: Any) -> Any:
    """With the texts in JSON as what they say."""
    if isinstance(data, dict):
        return {
            key: opened(json.loads(value) if isinstance(value, str) and key.endswith(TEXTS) else value)
            for key, value in data.items()
        }
    return [opened(each) for each in data] if isinstance(data, list) else data


def of(objects: list[Drawn], type_: str) -> list[Drawn]:
    return [opened(each) for each in objects if each["type"] == type_]


def walk(data: Any) -> Iterator[Drawn]:
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from walk(each)


def properties(mapping: Drawn, path: str = "") -> Iterator[str]:
    for name, each in mapping.get("properties", {}).items():
        if "type" in each:
            yield f"{path}{name}"
        yield from properties(each, f"{path}{name}.")


def mapped(stack: Stack) -> set[str]:
    """The fields that the pack's own component templates map."""
    templates = [json.loads(f.text)["template"] for f in elastic(stack) if "/component-templates/" in f.path]
    return {name for each in templates for name in properties(each.get("mappings", {}))}


def fields(data: Any) -> set[str]:
    """Every field that is named anywhere in a saved object."""
    found: set[str] = set()
    for each in walk(opened(data)):
        named = [each.get(key) for key in ("sourceField", "field", "timeFieldName", "time_field", "terms_field")]
        found |= {name for name in named if isinstance(name, str)} - {"___records___"}
        if each.get("language") == "lucene":
            found |= fields_in(each["query"])
        found |= {*each.get("fieldFormatMap", {}), *each.get("fieldAttrs", {})}
        if "indexRefName" not in each and isinstance(each.get("sort"), list):
            found |= {*each["columns"], *(name for name, _ in each["sort"])}
    return found


def test_a_line_is_an_object_after_those_that_it_refers_to(objects: list[Drawn]) -> None:
    known: set[tuple[str, str]] = set()
    for each in objects:
        assert {(to["type"], to["id"]) for to in each["references"]} <= known, each["attributes"]["title"]
        assert (each["type"], each["id"]) not in known
        known.add((each["type"], each["id"]))
    ids = [each["id"] for each in objects]
    assert len({*ids}) == len(ids)
    assert {uuid.UUID(each).version for each in ids} == {5}


def test_all_is_there(catalogue: Catalogue) -> None:
    stack = stack_of(catalogue, "nginx", "postgresql", logs="elasticsearch")
    titles = {
        (each["type"], each["attributes"]["title"].removeprefix("orders (production) / ")) for each in read(stack)
    }
    assert titles >= {
        ("index-pattern", "logs-orders.*-production"),
        ("search", "Unparsed lines"),
        ("search", "Errors and worse"),
        ("search", "nginx: All lines"),
        ("search", "PostgreSQL: All lines"),
        ("search", "Slow statements: All lines"),
        ("search", "Security: Failed logins, all lines"),
        ("search", "Security: Limited requests, all lines"),
        ("dashboard", "nginx"),
        ("dashboard", "PostgreSQL"),
        ("dashboard", "Slow statements"),
        ("dashboard", "Security"),
        ("lens", "Slow statements: Top statements"),
        ("lens", "Slow statements: Suspicious statements"),
        ("lens", "Security: Failed logins by user"),
        ("lens", "Security: Refused clients"),
    }


def test_nothing_tells_when_it_was_made(objects: list[Drawn]) -> None:
    known = {
        "id",
        "type",
        "attributes",
        "references",
        "coreMigrationVersion",
        "typeMigrationVersion",
        "migrationVersion",
    }
    for each in objects:
        assert {*each} <= known
        assert not {"timeFrom", "timeTo", "refreshInterval"} & {*each["attributes"]}


def test_every_object_has_the_attributes_of_its_type_and_version(stack: Stack, objects: list[Drawn]) -> None:
    new = stack.values["logs"] == "elasticsearch"
    allowed = ALLOWED if new else ALLOWED_OLD
    assert {each["type"] for each in objects} == {*allowed}
    versions = {"index-pattern": "8.0.0", "search": "10.2.0", "lens": "8.9.0", "dashboard": "10.2.0"}
    old = {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}
    for each in objects:
        assert {*each["attributes"]} == allowed[each["type"]], each["attributes"]["title"]
        if new:
            said = (each["coreMigrationVersion"], each["typeMigrationVersion"])
            assert said == ("8.8.0", versions[each["type"]])
        else:
            assert each["migrationVersion"] == {each["type"]: old[each["type"]]}


def test_every_field_is_mapped(stack: Stack, objects: list[Drawn]) -> None:
    known = mapped(stack)
    assert {"@timestamp", "statement.seconds", "http.response.status_code"} <= known
    for each in objects:
        assert fields(each) <= known, each["attributes"]["title"]


def test_every_query_can_be_read(objects: list[Drawn]) -> None:
    for each in walk(opened(objects)):
        if each.get("language") == "lucene" and each["query"] != "*":
            assert asked(each["query"])


@pytest.mark.parametrize("logs", STORES)
def test_no_field_is_asked_that_only_others_have(catalogue: Catalogue, logs: str) -> None:
    for component in (c.id for c in catalogue.components.values() if c.logs):
        stack = stack_of(catalogue, component, logs=logs)
        every, known = read(stack), mapped(stack)
        assert all(fields(each) <= known for each in every)
        titles = {each["attributes"]["title"].rsplit(" / ")[-1] for each in of(every, "dashboard")}
        assert ("Slow statements" in titles) == ("statement.seconds" in known)


@pytest.mark.parametrize("logs", STORES)
def test_a_field_that_no_format_declares_is_asked_by_nothing(catalogue: Catalogue, logs: str) -> None:
    stack = stack_of(catalogue, logs=logs)
    for name in mapped(stack) - {*stack.log_fields}:
        fewer = without(stack, name)
        known = mapped(fewer)
        assert name not in known
        assert all(fields(each) <= known for each in read(fewer)), name


def without(stack: Stack, name: str) -> Stack:
    """The stack with formats that do not declare the field."""

    def less(component: Component) -> Component:
        kept = {
            each.name: replace(each, fields={n: f for n, f in each.fields.items() if n != name})
            for each in component.logs.values()
        }
        return replace(component, logs=kept)

    return replace(stack, instances=tuple(replace(each, component=less(each.component)) for each in stack.instances))


def test_the_check_on_fields_sees_one_that_is_not_mapped() -> None:
    lucene = {"language": "lucene", "query": 'a.b:"x:y" AND _exists_:c.d'}
    columns = {"n": {"sourceField": "e"}, "m": {"params": {"orderAgg": {"sourceField": "f"}}}}
    assert fields({"state": {"query": lucene, "columns": columns}}) == {"a.b", "c.d", "e", "f"}
    assert fields({"attributes": {"columns": ["g"], "sort": [["h", "desc"]]}}) == {"g", "h"}
    assert fields({"attributes": {"visState": '{"aggs":[{"params":{"field":"i"}}]}', "fieldAttrs": '{"j":{}}'}}) == {
        "i",
        "j",
    }


def test_panels_lie_on_the_grid_beside_each_other(objects: list[Drawn]) -> None:
    for board in of(objects, "dashboard"):
        panels = board["attributes"]["panelsJSON"]
        assert panels
        taken: set[tuple[int, int]] = set()
        for grid in (each["gridData"] for each in panels):
            assert grid["x"] >= 0
            assert grid["x"] + grid["w"] <= 48
            cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
            assert cells
            assert not cells & taken, board["attributes"]["title"]
            taken |= cells


def test_every_panel_has_its_reference(stack: Stack, objects: list[Drawn]) -> None:
    for board in of(objects, "dashboard"):
        references = {each["name"]: each for each in board["references"]}
        panels = board["attributes"]["panelsJSON"]
        for each in panels:
            assert each["gridData"]["i"] == each["panelIndex"]
            if stack.values["logs"] == "elasticsearch":
                to = references.pop(f"{each['panelIndex']}:{each['panelRefName']}")
                assert to["type"] == each["type"]
                assert each["embeddableConfig"].keys() == {"title"}
            else:
                to = references.pop(each["panelRefName"])
                assert to["type"] in ("visualization", "search")
                assert each["version"] == "7.10.0"
        assert not references
        assert len({each["panelIndex"] for each in panels}) == len(panels)


def test_a_search_is_one_of_the_data_view(objects: list[Drawn]) -> None:
    for each in of(objects, "search"):
        attributes = each["attributes"]
        source = attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]
        (to,) = each["references"]
        assert (to["type"], to["name"]) == ("index-pattern", source["indexRefName"])
        assert source["query"]["language"] == "lucene"
        assert source["query"]["query"]
        assert attributes["columns"]
        ((name, direction),) = attributes["sort"]
        assert direction == "desc"
        assert name == "@timestamp" or name in attributes["columns"]


def test_the_data_view_is_of_the_environment_and_knows_the_units(catalogue: Catalogue) -> None:
    for logs in STORES:
        stack = stack_of(catalogue, logs=logs, environment="pre-prod")
        (view,) = of(read(stack), "index-pattern")
        attributes = view["attributes"]
        assert attributes["title"] == "logs-orders.*-pre_prod"
        assert attributes["timeFieldName"] == "@timestamp"
        formats = attributes["fieldFormatMap"]
        assert formats["http.response.body.bytes"] == {"id": "bytes"}
        assert formats["statement.seconds"]["id"] == "duration"
        assert formats["statement.seconds"]["params"]["inputFormat"] == "seconds"
        assert all(re.search(r"(bytes|seconds)$", name) for name in formats)
        about = attributes.get("fieldAttrs", {})
        assert all(0 < len(each["customDescription"]) <= 300 for each in about.values())


def columns_of(chart: Drawn) -> Drawn:
    ((name, layer),) = chart["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].items()
    assert chart["references"] == [
        {"id": chart["references"][0]["id"], "name": f"indexpattern-datasource-layer-{name}", "type": "index-pattern"}
    ]
    columns: Drawn = layer["columns"]
    assert {*layer["columnOrder"]} == {*columns}
    assert len(layer["columnOrder"]) == len(columns)
    buckets = [columns[each]["isBucketed"] for each in layer["columnOrder"]]
    assert buckets == sorted(buckets, reverse=True), "buckets come before what is measured in them"
    return columns


def shown(chart: Drawn) -> list[str]:
    """The columns that the visualization draws."""
    drawn = chart["attributes"]["state"]["visualization"]
    if chart["attributes"]["visualizationType"] == "lnsDatatable":
        return [each["columnId"] for each in drawn["columns"]]
    (layer,) = drawn["layers"]
    assert layer["seriesType"] == drawn["preferredSeriesType"]
    return [*([layer["splitAccessor"]] if "splitAccessor" in layer else []), layer["xAccessor"], *layer["accessors"]]


@pytest.fixture(scope="module")
def lenses(catalogue: Catalogue) -> list[Drawn]:
    stack = stack_of(catalogue, logs="elasticsearch")
    return [*of(read(stack), "lens"), *of(read(with_every_number(stack)), "lens")]


def test_lens_draws_every_column_that_is_no_part_of_another(lenses: list[Drawn]) -> None:
    for each in lenses:
        columns = columns_of(each)
        parts = {name for column in columns.values() for name in column.get("references", ())}
        assert {*shown(each)} == {*columns} - parts
        assert parts <= {*columns}
        for name, column in columns.items():
            needed = {"label", "dataType", "operationType", "isBucketed", "scale", "customLabel"}
            assert needed <= {*column} <= needed | {"params", "sourceField", "references", "filter"}
            order = column.get("params", {}).get("orderBy", {})
            if order.get("type") == "column":
                assert not columns[order["columnId"]]["isBucketed"]
                assert "references" not in columns[order["columnId"]]
            if order.get("type") == "custom":
                assert column["params"]["orderAgg"]["operationType"] == "count"
            if column["operationType"] == "formula":
                assert not {other for other in columns if other.startswith(name)} - {
                    name,
                    *(f"{name}X{at}" for at in range(3)),
                }


def test_a_share_is_a_formula_with_its_parts(lenses: list[Drawn]) -> None:
    shares = [columns_of(each) for each in lenses if "number0X2" in columns_of(each)]
    assert shares
    for columns in shares:
        formula, part, whole, quotient = (columns[f"number0{at}"] for at in ("", "X0", "X1", "X2"))
        said = formula["params"]["formula"]
        quoted = re.fullmatch(r"count\(lucene='((?:\\'|[^'])*)'\) / count\(\)", said)
        assert quoted
        assert quoted[1].replace(r"\'", "'") == part["filter"]["query"]
        assert "filter" not in whole
        tree = quotient["params"]["tinymathAst"]
        assert (tree["text"], tree["location"]) == (said, {"min": 0, "max": len(said)})
        assert tree["args"] == quotient["references"] == ["number0X0", "number0X1"]
        assert formula["references"] == ["number0X2"]


def grafanas(stack: Stack) -> Iterator[tuple[str, Drawn]]:
    """Grafana's panels over logs, each with the name of its dashboard's file."""
    for file in grafana(stack):
        if file.path.endswith(".json"):
            for panel in json.loads(file.text)["panels"]:
                if panel.get("datasource", {}).get("type") in PLUGINS.values():
                    yield Path(file.path).stem, panel


def charts(stack: Stack) -> dict[tuple[str, str], Drawn]:
    """What the dashboards show, by the title of the dashboard and that of the panel."""
    every = read(stack)
    by_id = {each["id"]: opened(each) for each in every}
    found = {}
    for board in of(every, "dashboard"):
        title = board["attributes"]["title"].rsplit(" / ")[-1]
        for panel, to in zip(board["attributes"]["panelsJSON"], board["references"], strict=True):
            if to["type"] != "search":
                found[title, panel.get("title") or panel["embeddableConfig"]["title"]] = by_id[to["id"]]
    return found


@pytest.mark.parametrize("every", [False, True])
def test_lens_shows_grafanas_numbers(catalogue: Catalogue, every: bool) -> None:
    stack = stack_of(catalogue, logs="elasticsearch")
    stack = with_every_number(stack) if every else stack
    drawn, titles = charts(stack), {i.id: i.component.title for i in stack.instances}
    compared = list(grafanas(stack))
    assert compared
    for name, panel in compared:
        chart = drawn[titles[name], panel["title"]]
        state, columns = chart["attributes"]["state"], columns_of(chart)
        *_, target = [each for each in panel["targets"] if "query" in each]
        assert state["query"] == {"language": "lucene", "query": target["query"]}
        buckets = {each["type"]: each for each in target["bucketAggs"]}
        assert (
            ("date_histogram" in buckets)
            == ("time" in columns)
            == (chart["attributes"]["visualizationType"] == "lnsXY")
        )
        assert ("terms" in buckets) == ("by0" in columns)
        if terms := buckets.get("terms"):
            assert columns["by0"]["sourceField"] == terms["field"]
            assert columns["by0"]["params"]["size"] == int(terms["settings"]["size"]) == MOST_VALUES
        (metric,), number = target["metrics"], columns["number0"]
        if len(panel["targets"]) == 3:
            part = panel["targets"][0]["query"]
            assert part == f"{target['query']} AND ({columns['number0X0']['filter']['query']})"
            continue
        assert number["operationType"] == OPERATIONS[metric["type"]]
        assert number["sourceField"] == metric.get("field", "___records___")
        if metric["type"] == "percentiles":
            assert [f"{number['params']['percentile']:g}"] == metric["settings"]["percents"]


@pytest.mark.parametrize("every", [False, True])
def test_classic_visualizations_show_grafanas_numbers(catalogue: Catalogue, every: bool) -> None:
    stack = stack_of(catalogue, logs="opensearch")
    stack = with_every_number(stack) if every else stack
    drawn, titles = charts(stack), {i.id: i.component.title for i in stack.instances}
    compared = list(grafanas(stack))
    assert compared
    for name, panel in compared:
        visual = drawn[titles[name], panel["title"]]
        state = visual["attributes"]["visState"]
        *_, target = [each for each in panel["targets"] if "query" in each]
        buckets = {each["type"]: each for each in target["bucketAggs"]}
        if len(panel["targets"]) == 3:
            (series,) = state["params"]["series"]
            (ratio,) = series["metrics"]
            query, part = state["params"]["filter"]["query"], ratio["numerator"]["query"]
            assert (query, f"{query} AND ({part})") == (target["query"], panel["targets"][0]["query"])
            assert series.get("terms_field") == buckets.get("terms", {}).get("field")
            assert visual["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"] == {}
            continue
        source = visual["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]
        assert source["query"] == {"language": "lucene", "query": target["query"]}
        aggregations = {each["type"]: each for each in state["aggs"]}
        (metric,) = target["metrics"]
        assert {*aggregations} == {metric["type"], *buckets}
        assert aggregations[metric["type"]]["params"].get("field") == metric.get("field")
        if terms := buckets.get("terms"):
            assert aggregations["terms"]["params"]["field"] == terms["field"]
            assert aggregations["terms"]["params"]["size"] == MOST_VALUES


def test_classic_visualizations_are_whole(catalogue: Catalogue) -> None:
    stack = stack_of(catalogue, logs="opensearch")
    schemas = {"table": {"metric", "bucket"}, "histogram": {"metric", "group", "segment"}}
    schemas["line"] = schemas["histogram"]
    for each in [*of(read(stack), "visualization"), *of(read(with_every_number(stack)), "visualization")]:
        state = each["attributes"]["visState"]
        assert state["title"] == each["attributes"]["title"]
        assert {*state} == {"title", "type", "params", "aggs"}
        if state["type"] == "metrics":
            assert not each["references"]
            assert state["params"]["index_pattern"] == "logs-orders.*-production"
            continue
        ids = [agg["id"] for agg in state["aggs"]]
        assert ids == [str(at) for at in range(1, len(ids) + 1)]
        assert {agg["schema"] for agg in state["aggs"]} <= schemas[state["type"]]
        for agg in state["aggs"]:
            if agg["type"] == "terms":
                assert agg["params"]["orderBy"].split(".")[0] in ids
        if state["type"] != "table":
            assert [series["data"]["id"] for series in state["params"]["seriesParams"]] == ["1"]
            assert state["aggs"][-1]["schema"] == "segment", "values are those of the whole range"


def test_a_percentile_that_lens_cannot_sort_by_is_sorted_by_the_count(catalogue: Catalogue) -> None:
    number = Number("p99.9", "percentile", "http.response.seconds", 99.9)
    chart = Chart("slowest", "Slowest", "Which?", "*", (number,), ("url.path",))
    fields = {name: each for f in catalogue.components["nginx"].logs.values() for name, each in f.fields.items()}
    layer = lens(chart, fields)["state"]["datasourceStates"]["formBased"]["layers"]["documents"]
    assert layer["columns"]["by0"]["params"]["orderBy"] == {"type": "custom"}
    aggs = classic(chart, "logs-*")["aggs"]
    assert [agg["params"].get("orderBy") for agg in aggs] == [None, "1['99.9']", None]


def test_same_stack_same_bytes_and_ids_that_stay(catalogue: Catalogue) -> None:
    for logs in STORES:
        stack = stack_of(catalogue, logs=logs)
        assert text(stack) == text(stack_of(catalogue, logs=logs))
        ids = {each["id"] for each in read(stack)}
        assert ids == {each["id"] for each in read(stack_of(catalogue, logs=logs, log_retention_days=3))}
        assert not ids & {each["id"] for each in read(stack_of(catalogue, logs=logs, environment="staging"))}


def test_without_logs_there_is_no_file(catalogue: Catalogue) -> None:
    assert not list(kibana(stack_of(catalogue)))
    nobody = replace(stack_of(catalogue, logs="elasticsearch"), instances=())
    assert not list(kibana(nobody))


def test_the_file_is_a_part_of_the_pack(stack: Stack) -> None:
    (file,) = [each for each in render(stack) if each.path.endswith("saved-objects.ndjson")]
    assert file.text == text(stack)
