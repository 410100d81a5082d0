"""What comes back from Grafana, with its order and its defaults, is the source with the one change that somebody made."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from merge.document.grafana_export import Board, exported, panels, text_of

from obsboot.merge.document import merge_document, real_changes

GOLDEN = Path(__file__).parents[3] / "golden"
BOARDS = sorted({path.name: path for path in GOLDEN.glob("*/expected/grafana/dashboards/*.json")}.values())
MODES: list[dict[str, Any]] = [{}, {"renumbered": True}, {"shared": True, "named": True}]

Change = Callable[[Board], object]


def dumped(board: Board) -> str:
    """As obsboot writes a dashboard."""
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"


def shown(board: Board) -> list[Board]:
    return [panel for panel in panels(board) if panel["type"] != "row"]


def changed(board: Board, change: Change) -> Board:
    board = copy.deepcopy(board)
    change(board)
    return board


def lower(board: Board) -> None:
    for panel in shown(board):
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]:
            step["value"] = 0.123
            return


def fold(board: Board) -> None:
    rows = [index for index, panel in enumerate(board["panels"]) if panel["type"] == "row"]
    end = rows[1] if len(rows) > 1 else len(board["panels"])
    row, held = board["panels"][rows[0]], board["panels"][rows[0] + 1 : end]
    row |= {"collapsed": True, "panels": held}
    board["panels"][rows[0] + 1 : end] = []
    for panel in board["panels"][rows[0] + 1 :]:
        panel["gridPos"]["y"] -= max(each["gridPos"]["y"] + each["gridPos"]["h"] for each in held) - 1


CHANGES: dict[str, Change] = {
    "nothing": lambda board: None,
    "the title of the dashboard": lambda board: board.update(title="Mine"),
    "the title of a panel": lambda board: shown(board)[-1].update(title="Mine"),
    "a query": lambda board: shown(board)[0]["targets"][0].update(expr='up{job="x"}'),
    "a unit": lambda board: shown(board)[1]["fieldConfig"]["defaults"].update(unit="ms"),
    "a threshold": lower,
    "what a panel shows": lambda board: shown(board)[0].update(type="barchart"),
    "the label of a variable": lambda board: board["templating"]["list"][0].update(label="Mine"),
    "a tag": lambda board: board["tags"].append("mine"),
    "the refresh": lambda board: board.update(refresh="1m"),
    "without a panel": lambda board: board["panels"].pop(),
    "without a variable": lambda board: board["templating"]["list"].pop(),
    "without a link": lambda board: board.update(links=[]),
    "the height of the last panel": lambda board: board["panels"][-1]["gridPos"].update(h=12),
    "a folded row": fold,
}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
@pytest.mark.parametrize("mode", MODES, ids=["saved", "renumbered", "shared"])
def test_of_an_export_without_a_change_nothing_comes_back(path: Path, mode: dict[str, Any]) -> None:
    source = path.read_text()
    export = text_of(exported(json.loads(source), **mode))
    assert export != source
    assert real_changes(source, export) == source
    assert real_changes(source, source) == source


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("mode", MODES, ids=["saved", "renumbered", "shared"])
@pytest.mark.parametrize("name", ["overview", "service"])
def test_one_change_comes_back_alone(name: str, change: Change, mode: dict[str, Any]) -> None:
    source = (GOLDEN / f"shop-api/expected/grafana/dashboards/{name}.json").read_text()
    board = json.loads(source)
    assert dumped(board) == source
    assert real_changes(source, text_of(exported(changed(board, change), **mode))) == dumped(changed(board, change))


@pytest.mark.parametrize("mode", MODES, ids=["saved", "renumbered", "shared"])
def test_a_panel_that_was_added_comes_back_without_the_defaults(mode: dict[str, Any]) -> None:
    source = (GOLDEN / "shop-api/expected/grafana/dashboards/overview.json").read_text()
    board = json.loads(source)
    new = {
        "id": max(panel["id"] for panel in panels(board)) + 1, "type": "timeseries", "title": "Mine",
        "datasource": {"type": "prometheus", "uid": "x"}, "gridPos": {"h": 8, "w": 12, "x": 0, "y": 1000},
        "targets": [{"refId": "A", "expr": "up"}],
        "fieldConfig": {"defaults": {"custom": {"lineWidth": 2, "stacking": {"mode": "normal"}}}},
    }  # fmt: skip
    result = real_changes(source, text_of(exported(changed(board, lambda each: each["panels"].append(new)), **mode)))
    kept = json.loads(result)["panels"]
    assert kept[:-1] == board["panels"]
    assert kept[-1] | {"id": new["id"]} == new
    assert kept[-1]["id"] not in {panel["id"] for panel in panels(board)}
    diff = list(difflib.ndiff(source.splitlines(), result.splitlines()))
    assert not [line for line in diff if line.startswith("- ")]


def named(board: Board) -> Board:
    """The board with its data source by name, as older ones have it."""
    board = copy.deepcopy(board)
    for panel in shown(board):
        panel["datasource"] = "Prometheus"
        for target in panel["targets"]:
            target.pop("datasource", None)
    return board


@pytest.mark.parametrize("shared", [True, False])
def test_a_data_source_that_became_an_object_is_the_same_and_another_one_is_another(shared: bool) -> None:
    board = named(json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/overview.json").read_text()))
    export = exported(board, shared=shared, named=True)
    assert real_changes(dumped(board), text_of(export)) == dumped(board)
    other = {"type": "loki", "uid": "L"}
    for asking in (shown(export)[1], *shown(export)[1]["targets"]):
        asking["datasource"] = other
    expected = copy.deepcopy(board)
    shown(expected)[1]["datasource"] = other
    assert json.loads(real_changes(dumped(board), text_of(export))) == expected
    asked = {"type": "prometheus", "uid": "another"}
    shown(export)[1]["targets"][0]["datasource"] = shown(expected)[1]["targets"][0]["datasource"] = asked
    assert json.loads(real_changes(dumped(board), text_of(export))) == expected


def test_what_nobody_knows_is_kept() -> None:
    board = json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/redis.json").read_text())
    export = exported(board)
    note = {"name": "Deploys", "enable": True, "iconColor": "red", "expr": "changes(x[1m])"}
    custom = {"axisPlacement": "hidden"}
    expected = copy.deepcopy(board)
    for side in (export, expected):
        side["novelty"] = {"a": 1}
        stat = next(panel for panel in shown(side) if panel["type"] == "stat")
        stat["options"]["novelty"] = "x"
        stat["fieldConfig"]["defaults"]["custom"] = custom
        side["annotations"]["list"].append(note)
    assert json.loads(real_changes(dumped(board), text_of(export))) == expected


def test_a_default_that_differs_from_the_source_is_a_change() -> None:
    board = json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/redis.json").read_text())
    drawn = next(panel for panel in shown(board) if panel["type"] == "timeseries")
    assert drawn["fieldConfig"]["defaults"]["custom"]["showPoints"] == "never"
    source = dumped(board)
    drawn["fieldConfig"]["defaults"]["custom"]["showPoints"] = "auto"
    assert real_changes(source, text_of(exported(board))) == dumped(board)


def test_a_number_that_javascript_cannot_hold_is_not_changed_by_being_rounded() -> None:
    board = json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/redis.json").read_text())
    shown(board)[0]["fieldConfig"]["defaults"]["max"] = 12345678901234567890
    export = text_of(exported(board)).replace("12345678901234567890", "12345678901234567000")
    assert real_changes(dumped(board), export) == dumped(board)


def test_a_step_that_was_added_leaves_the_first_as_it_is() -> None:
    board = json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/redis.json").read_text())
    source = dumped(board)
    shown(board)[0]["fieldConfig"]["defaults"]["thresholds"]["steps"].append({"color": "blue", "value": 9})
    assert real_changes(source, text_of(exported(board))) == dumped(board)


@pytest.mark.parametrize("form", [{"indent": 1}, {"indent": "\t", "sort_keys": True}, {"separators": (",", ":")}])
def test_the_format_of_the_source_stays(form: dict[str, Any]) -> None:
    board = json.loads((GOLDEN / "shop-api/expected/grafana/dashboards/overview.json").read_text())
    source = json.dumps(board, **form).replace("\n", "\r\n")
    shown(board)[0]["title"] = "Mine"
    assert real_changes(source, text_of(exported(board))) == json.dumps(board, **form).replace("\n", "\r\n")


@pytest.mark.parametrize("around", ["dashboard", "spec"])
def test_what_the_api_puts_around_a_dashboard_is_taken_off(around: str) -> None:
    source = (GOLDEN / "shop-api/expected/grafana/dashboards/overview.json").read_text()
    export = exported(changed(json.loads(source), lambda board: board.update(title="Mine")))
    answer = json.dumps({"meta": {"slug": "x"}, around: export})
    assert real_changes(source, answer) == source.replace(json.loads(source)["title"], "Mine", 1)


@pytest.mark.parametrize("export", ["[]", "{}", '{"panels": 1}', '{"spec": {"elements": {}, "layout": {}}}', "{"])
def test_what_is_no_dashboard_is_refused(export: str) -> None:
    source = (GOLDEN / "shop-api/expected/grafana/dashboards/overview.json").read_text()
    with pytest.raises(ValueError):
        real_changes(source, export)
    with pytest.raises(ValueError):
        real_changes(export, source)


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_template_still_merges_into_an_export(path: Path) -> None:
    base = path.read_text()
    board = json.loads(base)
    yours, template = exported(board, renumbered=True), copy.deepcopy(board)
    shown(yours)[-1]["title"] = "Mine"
    new = {"id": 7, "type": "text", "title": "Theirs", "gridPos": {"h": 3, "w": 24, "x": 0, "y": 0}}
    for panel in template["panels"]:
        panel["gridPos"]["y"] += 3
    template["panels"].insert(0, new)
    shown(template)[1]["description"] = "theirs"
    document = merge_document(base, text_of(yours), dumped(template))
    result = json.loads(document.text)
    assert document.conflicts == ()
    assert document.text == text_of(result)
    assert shown(result)[0] == new | {"id": shown(result)[0]["id"]}
    assert shown(result)[1]["description"] == "theirs"
    assert shown(result)[-1]["title"] == "Mine"
    assert [panel["gridPos"]["y"] - 3 for panel in shown(result)[1:]] == [
        panel["gridPos"]["y"] for panel in shown(board)
    ]
    assert len({panel["id"] for panel in panels(result)}) == len(list(panels(board))) + 1
