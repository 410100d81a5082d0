"""Dashboards: a panel is the same one wherever it lies, and no two come to lie on each other."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merge.document.grafana_export import exported, panels, text_of

from obsboot.merge.document import Document, merge_document

Board = dict[str, Any]


def panel(number: int, title: str, place: tuple[int, int, int, int], **more: Any) -> Board:
    x, y, w, h = place
    target = {"refId": "A", "expr": f"rate({title.lower().replace(' ', '_')}[5m])"}
    return {
        "id": number, "type": "timeseries", "title": title, "gridPos": {"h": h, "w": w, "x": x, "y": y},
        "targets": [target], "fieldConfig": {"defaults": {"unit": "s"}, "overrides": []}, **more,
    }  # fmt: skip


def row(number: int, title: str, y: int, held: list[Board] | None = None) -> Board:
    place = {"h": 1, "w": 24, "x": 0, "y": y}
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": held is not None,
        "gridPos": place,
        "panels": held or [],
    }


def board() -> Board:
    """Two rows of two panels each."""
    return {
        "title": "Shop", "version": 1, "schemaVersion": 38,
        "panels": [
            row(100, "Traffic", 0), panel(1, "Requests", (0, 1, 12, 8)), panel(2, "Errors", (12, 1, 12, 8)),
            row(200, "Cache", 9), panel(3, "Hit rate", (0, 10, 12, 8)), panel(4, "Memory", (12, 10, 12, 8)),
        ],
        "templating": {"list": [{"name": "job", "type": "query", "query": "up", "label": "Job"}]},
    }  # fmt: skip


def bottom(panel: Board) -> int:
    return int(panel["gridPos"]["y"] + panel["gridPos"]["h"])


def with_panel(base: Board, after: int, new: Board) -> Board:
    """The board with a panel on a line of its own below the one called `after`, as a template would add it."""
    base = copy.deepcopy(base)
    index = next(i for i, each in enumerate(base["panels"]) if each["id"] == after) + 1
    line = max(map(bottom, base["panels"][:index]))
    while cut := [each for each in base["panels"] if each["gridPos"]["y"] < line < bottom(each)]:
        line = max(map(bottom, cut))
    while index < len(base["panels"]) and base["panels"][index]["gridPos"]["y"] < line:
        index += 1
    new["gridPos"]["y"] = line
    for each in base["panels"][index:]:
        each["gridPos"]["y"] += new["gridPos"]["h"]
    base["panels"].insert(index, new)
    return base


def merged(base: Board, yours: Board, template: Board, **form: Any) -> tuple[Board, Document]:
    document = merge_document(
        json.dumps(base, indent=2), json.dumps(yours, **(form or {"indent": 4})), json.dumps(template, indent=2)
    )
    return json.loads(document.text), document


def find(held: Board, number: int) -> Board:
    return next(each for each in panels(held) if each["id"] == number)


def place(held: Board, number: int) -> tuple[int, int, int, int]:
    where = find(held, number)["gridPos"]
    return where["x"], where["y"], where["w"], where["h"]


def meetings(held: Board) -> Iterator[tuple[str, str]]:
    """Which panels lie on each other, among those that are shown together."""
    for shown in (held["panels"], *(each.get("panels", []) for each in held["panels"])):
        for one, other in itertools.combinations(shown, 2):
            a, b = one["gridPos"], other["gridPos"]
            beside = a["x"] >= b["x"] + b["w"] or b["x"] >= a["x"] + a["w"]
            if not beside and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
                yield one["title"], other["title"]


def test_a_panel_that_the_template_adds_goes_below_the_one_before_it_and_pushes_down_the_rest() -> None:
    base = board()
    template = with_panel(base, 2, panel(9, "Latency", (0, 0, 24, 6)))
    yours = copy.deepcopy(base)
    yours["panels"][1]["gridPos"], yours["panels"][2]["gridPos"] = (yours["panels"][i]["gridPos"] for i in (2, 1))
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert place(result, 9) == (0, 9, 24, 6)
    assert [place(result, number)[:2] for number in (1, 2, 200, 3, 4)] == [(12, 1), (0, 1), (0, 15), (0, 16), (12, 16)]
    assert [each["id"] for each in result["panels"]] == [100, 1, 2, 9, 200, 3, 4]


def test_it_stays_in_its_row_wherever_you_put_that() -> None:
    base = board()
    template = with_panel(base, 2, panel(9, "Latency", (0, 0, 12, 6)))
    yours = copy.deepcopy(base)
    first, second = yours["panels"][:3], yours["panels"][3:]
    for each in first:
        each["gridPos"]["y"] += 9
    for each in second:
        each["gridPos"]["y"] -= 9
    yours["panels"] = second + first
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert place(result, 9) == (0, 18, 12, 6)
    assert [place(result, number) for number in (1, 2, 3, 4)] == [place(yours, number) for number in (1, 2, 3, 4)]


def test_there_is_room_beside_the_panel_before_it() -> None:
    base = board()
    base["panels"][2]["gridPos"]["w"] = 6
    template = copy.deepcopy(base)
    template["panels"].insert(3, panel(9, "Latency", (18, 1, 6, 8)))
    yours = copy.deepcopy(base)
    yours["panels"].insert(0, panel(50, "Mine", (0, 0, 24, 4)))
    for each in yours["panels"][1:]:
        each["gridPos"]["y"] += 4
    result, _ = merged(base, yours, template)
    assert place(result, 9) == (18, 5, 6, 8)
    assert [place(result, each["id"]) for each in panels(yours)] == [place(yours, each["id"]) for each in panels(yours)]


def test_your_panel_makes_room_for_the_layout_of_the_template() -> None:
    base = board()
    yours = copy.deepcopy(base)
    yours["panels"].append(panel(50, "Mine", (0, 18, 24, 5)))
    template = with_panel(with_panel(base, 4, panel(8, "Keys", (0, 0, 8, 7))), 2, panel(9, "Latency", (0, 0, 24, 6)))
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert list(meetings(result)) == []
    assert place(result, 50) == (0, 24, 24, 5)
    assert [place(result, number) for number in (1, 2, 9, 200, 3, 4)] == [
        place(template, number) for number in (1, 2, 9, 200, 3, 4)
    ]
    assert place(result, 8) == (0, 29, 8, 7)


def test_a_new_row_does_not_part_the_one_before_it() -> None:
    base = board()
    template = copy.deepcopy(base)
    for each in template["panels"][3:]:
        each["gridPos"]["y"] += 9
    template["panels"][3:3] = [row(300, "Queue", 9), panel(9, "Depth", (0, 10, 24, 8))]
    yours = with_panel(base, 1, panel(50, "Mine", (0, 0, 24, 4)))
    yours["panels"][4]["gridPos"]["y"], yours["panels"][1]["title"] = 13, "All requests"
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["id"] for each in result["panels"]] == [100, 1, 2, 50, 300, 9, 200, 3, 4]
    assert list(meetings(result)) == []


@pytest.mark.parametrize("folds", ["yours", "template"])
def test_a_panel_in_a_folded_row_is_the_same_panel(folds: str) -> None:
    base = board()
    folded, edited = copy.deepcopy(base), copy.deepcopy(base)
    held = folded["panels"][1:3]
    folded["panels"] = [row(100, "Traffic", 0, held), *folded["panels"][3:]]
    for each in folded["panels"][1:]:
        each["gridPos"]["y"] -= 8
    edited["panels"][1]["title"] = "All requests"
    edited["panels"][2]["fieldConfig"]["defaults"]["unit"] = "ops"
    result, document = merged(base, *((folded, edited) if folds == "yours" else (edited, folded)))
    assert document.conflicts == ()
    assert [each["id"] for each in result["panels"]] == [100, 200, 3, 4]
    assert [each["title"] for each in result["panels"][0]["panels"]] == ["All requests", "Errors"]
    assert find(result, 2)["fieldConfig"]["defaults"]["unit"] == "ops"
    assert [place(result, number) for number in (200, 3, 4)] == [place(folded, number) for number in (200, 3, 4)]
    assert document.text == json.dumps(result, indent=4)


def test_what_the_template_adds_to_a_row_that_you_folded_goes_into_it() -> None:
    base = board()
    yours = copy.deepcopy(base)
    yours["panels"] = [row(100, "Traffic", 0, yours["panels"][1:3]), *yours["panels"][3:]]
    template = with_panel(base, 2, panel(9, "Latency", (0, 0, 24, 6)))
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["id"] for each in result["panels"]] == [100, 200, 3, 4]
    assert [each["id"] for each in result["panels"][0]["panels"]] == [1, 2, 9]
    assert document.text == json.dumps(result, indent=4)


def folded() -> Board:
    """The board with its first row folded."""
    held = board()
    first, *rest = held["panels"][1:]
    return held | {"panels": [row(100, "Traffic", 0, [first, rest[0]]), *rest[1:]]}


def test_a_row_that_the_template_unfolds_is_unfolded_with_what_you_have_in_it() -> None:
    base, template = folded(), board()
    yours = copy.deepcopy(base)
    yours["panels"][0]["panels"][0]["title"] = "All requests"
    yours["panels"][0]["panels"].append(panel(50, "Mine", (0, 9, 24, 4)))
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["title"] for each in result["panels"]] == [
        "Traffic",
        "All requests",
        "Errors",
        "Mine",
        "Cache",
        "Hit rate",
        "Memory",
    ]
    assert result["panels"][0]["panels"] == []
    assert list(meetings(result)) == []


def test_a_row_that_the_template_folds_is_folded_with_what_you_added_to_it() -> None:
    base, template = board(), folded()
    yours = with_panel(base, 2, panel(50, "Mine", (0, 0, 24, 4)))
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["title"] for each in result["panels"]] == ["Traffic", "Cache", "Hit rate", "Memory"]
    assert [each["title"] for each in result["panels"][0]["panels"]] == ["Requests", "Errors", "Mine"]
    assert document.text == json.dumps(result, indent=4)


def test_your_panel_outlives_the_row_that_the_template_removes() -> None:
    base = folded()
    yours, template = copy.deepcopy(base), copy.deepcopy(base)
    yours["panels"][0]["panels"][0]["title"] = "All requests"
    del template["panels"][0]
    result, document = merged(base, yours, template)
    assert [each["title"] for each in result["panels"]] == ["All requests", "Cache", "Hit rate", "Memory"]
    assert [clash.path for clash in document.conflicts] == ['panels[id=1 "All requests"]']
    assert list(meetings(result)) == []
    assert document.text == json.dumps(result, indent=4)


def test_what_holds_panels_keeps_them_whatever_it_is() -> None:
    base = folded()
    base["panels"][0]["type"] = "group"
    yours, template = copy.deepcopy(base), copy.deepcopy(base)
    yours["panels"][0]["panels"].append(panel(50, "Mine", (0, 9, 24, 4)))
    template["panels"][0]["panels"][0]["title"] = "All requests"
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["title"] for each in result["panels"][0]["panels"]] == ["All requests", "Errors", "Mine"]


def test_panels_that_were_numbered_anew_are_known_by_their_titles() -> None:
    base, yours = board(), board()
    for number, each in enumerate(reversed(list(panels(yours))), 1):
        each["id"] = number
    yours["panels"][1]["fieldConfig"]["defaults"]["unit"] = "ms"
    template = with_panel(base, 2, panel(5, "Latency", (0, 0, 24, 6)))
    template["panels"][1]["description"] = "How many?"
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [(each["id"], each["title"]) for each in result["panels"]] == [
        (6, "Traffic"), (5, "Requests"), (4, "Errors"), (7, "Latency"), (3, "Cache"), (2, "Hit rate"), (1, "Memory"),
    ]  # fmt: skip
    assert result["panels"][1]["fieldConfig"]["defaults"]["unit"] == "ms"
    assert result["panels"][1]["description"] == "How many?"


def test_a_panel_that_got_another_title_and_id_keeps_your_edits() -> None:
    base, yours, template = board(), board(), board()
    template["panels"][4] |= {"id": 77, "title": "Share of hits"}
    yours["panels"][4]["fieldConfig"]["defaults"]["unit"] = "percent"
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert (find(result, 77)["title"], find(result, 77)["fieldConfig"]["defaults"]["unit"]) == (
        "Share of hits",
        "percent",
    )
    assert len(result["panels"]) == 6


@pytest.mark.parametrize("missing", [True, False])
def test_panels_without_ids_of_their_own_are_known_by_their_titles(missing: bool) -> None:
    base, yours, template = board(), board(), board()
    for side in (base, yours, template):
        for each in panels(side):
            each.pop("id") if missing else each.update(id=1)
    yours["panels"][5]["description"] = "mine"
    template["panels"][4]["description"] = "theirs"
    del template["panels"][1]
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert [each["title"] for each in result["panels"]] == ["Traffic", "Errors", "Cache", "Hit rate", "Memory"]
    assert [each.get("description") for each in result["panels"]] == [None, None, None, "theirs", "mine"]


def test_clashes_name_the_panel_and_the_line() -> None:
    base, yours, template = board(), board(), board()
    for number, (side, color) in enumerate([(base, "red"), (yours, "blue"), (template, "green")]):
        steps = [
            {"color": "green", "value": None},
            {"color": color, "value": number},
        ]
        find(side, 3)["fieldConfig"]["defaults"]["thresholds"] = {"mode": "absolute", "steps": steps}
    find(yours, 3)["targets"][0]["expr"] = "mine"
    find(template, 3)["targets"][0]["expr"] = "theirs"
    yours["templating"]["list"][0]["label"] = "Work"
    template["templating"]["list"][0]["label"] = "Jobs"
    result, document = merged(base, yours, template)
    assert result == yours
    hit = 'panels[id=3 "Hit rate"]'
    assert {clash.path for clash in document.conflicts} == {
        f"{hit}.fieldConfig.defaults.thresholds.steps[1].color", f"{hit}.fieldConfig.defaults.thresholds.steps[1].value",
        f'{hit}.targets[refId="A"].expr', 'templating.list[name="job"].label',
    }  # fmt: skip
    for clash in document.conflicts:
        assert f": {clash.yours}" in document.text.splitlines()[clash.line - 1]


def test_a_panel_that_one_side_removed_and_the_other_changed_is_told_of() -> None:
    base, yours, template = board(), board(), board()
    yours["panels"][1]["title"] = "All requests"
    del template["panels"][1]
    del yours["panels"][4]
    template["panels"][3]["title"] = "Hits"
    del yours["panels"][4]
    result, document = merged(base, yours, template)
    assert [each["title"] for each in result["panels"]] == ["Traffic", "All requests", "Errors", "Cache"]
    assert [(clash.path, clash.what) for clash in document.conflicts] == [
        ('panels[id=3 "Hits"]', "you removed it, the template changed it"),
        ('panels[id=1 "All requests"]', "you changed it, the template removed it"),
    ]


def test_that_a_panel_moved_is_no_reason_to_keep_it() -> None:
    base, template = board(), board()
    yours = with_panel(base, 2, panel(50, "Mine", (0, 0, 24, 3)))
    del template["panels"][5]
    result, document = merged(base, yours, template)
    assert [each["id"] for each in result["panels"]] == [100, 1, 2, 50, 200, 3]
    assert document.conflicts == ()


def test_two_sizes_of_one_panel_clash() -> None:
    base, yours, template = board(), board(), board()
    yours["panels"][5]["gridPos"]["h"] = 10
    template["panels"][5]["gridPos"]["h"] = 12
    result, document = merged(base, yours, template)
    assert result == yours
    assert [clash.path for clash in document.conflicts] == ['panels[id=4 "Memory"].gridPos']
    assert '"gridPos"' in document.text.splitlines()[document.conflicts[0].line - 1]


def test_what_grafana_counts_is_no_clash() -> None:
    base, yours, template = board(), board(), board()
    yours |= {"version": 9, "schemaVersion": 41}
    template |= {"version": 2, "schemaVersion": 39}
    result, document = merged(base, yours, template)
    assert result == yours
    assert document.conflicts == ()


def test_threshold_steps_of_both_sides_stay_in_order() -> None:
    base, yours, template = board(), board(), board()
    for side, values in ((base, [0, 80]), (yours, [0, 80, 90]), (template, [0, 95])):
        steps = [{"color": f"color {index}", "value": value or None} for index, value in enumerate(values)]
        find(side, 3)["fieldConfig"]["defaults"]["thresholds"] = {"steps": steps}
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    steps = find(result, 3)["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["color"], step["value"]) for step in steps] == [("color 0", None), ("color 2", 90), ("color 1", 95)]


def test_queries_are_known_by_their_refid() -> None:
    base, yours, template = board(), board(), board()
    second = {"refId": "B", "expr": "b"}
    find(base, 1)["targets"].append(second)
    find(yours, 1)["targets"].append(second | {"legendFormat": "mine"})
    third = {"refId": "C", "expr": "c"}
    find(template, 1)["targets"] = [second | {"expr": "theirs"}, third]
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert find(result, 1)["targets"] == [{"refId": "B", "expr": "theirs", "legendFormat": "mine"}, third]


def test_a_place_that_is_none_is_no_layout() -> None:
    base, yours, template = board(), board(), board()
    find(template, 3)["gridPos"]["w"] = "wide"
    find(template, 4)["gridPos"]["static"] = True
    find(yours, 4)["title"] = "All memory"
    result, document = merged(base, yours, template)
    assert document.conflicts == ()
    assert find(result, 3) == find(template, 3)
    assert find(result, 4) == find(template, 4) | {"title": "All memory"}


def test_an_export_of_yours_takes_what_the_template_adds_in_its_own_format() -> None:
    base = board()
    yours = exported(base)
    find(yours, 3)["title"] = "Share of hits"
    template = with_panel(base, 2, panel(9, "Latency", (0, 0, 24, 6)))
    find(template, 4)["fieldConfig"]["defaults"]["unit"] = "bytes"
    document = merge_document(json.dumps(base, indent=2), text_of(yours), json.dumps(template, indent=2))
    result = json.loads(document.text)
    assert document.conflicts == ()
    assert document.text == text_of(result)
    expected = copy.deepcopy(yours)
    find(expected, 4)["fieldConfig"]["defaults"]["unit"] = "bytes"
    for number in (200, 3, 4):
        find(expected, number)["gridPos"]["y"] += 6
    expected["panels"].insert(3, find(template, 9))
    assert result == expected


WIDTHS = st.sampled_from([[24], [12, 12], [8, 8, 8], [6, 6, 6, 6], [16, 8], [6, 12], [4]])


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Rows of lines of panels, some rows folded."""
    held: list[Board] = []
    numbers = itertools.count(1)
    line = 0
    for number in range(draw(st.integers(0, 3))):
        folded = number > 0 and draw(st.booleans())
        inside: list[Board] = []
        if number or draw(st.booleans()):
            held.append(row(next(numbers), f"Row {number}", line))
            line += 1
        start = line
        for widths in draw(st.lists(WIDTHS, max_size=3)):
            height, left = draw(st.integers(3, 9)), 0
            for width in widths:
                each = next(numbers)
                inside.append(panel(each, f"Panel {each}", (left, line, width, draw(st.integers(2, height)))))
                left += width
            line += height
        if folded:
            held[-1] |= {"collapsed": True, "panels": inside}
            line = start
        else:
            held += inside
    return {"title": "Random", "panels": held}


@st.composite
def edited(draw: st.DrawFn, base: Board, first_id: int) -> Board:
    """What somebody may make of a dashboard in its editor: nothing lies on anything else."""
    side = copy.deepcopy(base)
    for number in range(first_id, first_id + draw(st.integers(0, 3))):
        match draw(st.sampled_from(["add", "add", "remove", "move", "title", "resize"])):
            case "add":
                where = (draw(st.sampled_from([0, 6, 12])), 0, draw(st.sampled_from([6, 12])), draw(st.integers(1, 6)))
                after = draw(st.sampled_from([None, *(each["id"] for each in side["panels"])]))
                new = panel(number, f"Panel {number}", where)
                if after is None:
                    new["gridPos"]["y"] = max(map(bottom, side["panels"]), default=0)
                    side["panels"].append(new)
                else:
                    side = with_panel(side, after, new)
            case "remove" if side["panels"]:
                side["panels"].remove(draw(st.sampled_from(list(side["panels"]))))
            case "move" if side["panels"]:
                each = draw(st.sampled_from(side["panels"]))
                each["gridPos"]["y"] = max(map(bottom, side["panels"]))
                side["panels"].sort(key=lambda other: (other["gridPos"]["y"], other["gridPos"]["x"]))
            case "resize" if side["panels"]:
                each = draw(st.sampled_from(side["panels"]))
                each["gridPos"]["h"] = max(1, each["gridPos"]["h"] - 1)
            case "title" if side["panels"]:
                draw(st.sampled_from(list(panels(side))))["description"] = f"edit {number}"
    return side


@st.composite
def histories(draw: st.DrawFn) -> tuple[Board, Board, Board]:
    base = draw(boards())
    return base, draw(edited(base, 1000)), draw(edited(base, 2000))


@given(histories())
def test_no_panel_is_lost_and_none_lies_on_another(history: tuple[Board, Board, Board]) -> None:
    base, yours, template = history
    assert [list(meetings(side)) for side in history] == [[], [], []]
    result, _ = merged(base, yours, template)
    assert list(meetings(result)) == []
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= 24 for each in panels(result))
    before, mine, theirs, kept = ({each["title"] for each in panels(side)} for side in (base, yours, template, result))
    assert kept >= (mine - before) | (theirs - before) | (mine & theirs)
    assert kept <= mine | theirs
    assert len(kept) == len(list(panels(result)))
    told = {each.get("description") for each in panels(result)}
    assert {each["description"] for each in panels(yours) if "description" in each} <= told


@given(histories())
def test_the_layout_that_you_changed_is_kept_but_for_being_pushed_down(history: tuple[Board, Board, Board]) -> None:
    base, yours, template = history
    result, _ = merged(base, yours, template)
    was, mine, now = ({each["id"]: place(side, each["id"]) for each in panels(side)} for side in (base, yours, result))
    moved = any(where != was.get(number, where) for number, where in mine.items())
    stays = [number for number in mine if number in now and moved]
    assert all(mine[number][0::2] == now[number][0::2] and mine[number][1] <= now[number][1] for number in stays)
    shown = [each["id"] for each in yours["panels"] if each["id"] in stays and each in result["panels"]]
    assert all(now[a][1] <= now[b][1] for a in shown for b in shown if mine[a][1] <= mine[b][1])


@given(histories(), st.sampled_from([{"indent": 1, "sort_keys": True}, {"indent": "\t"}, {"separators": (",", ":")}]))
def test_of_a_dashboard_that_was_only_formatted_the_result_is_that_of_the_template(
    history: tuple[Board, Board, Board], form: dict[str, Any]
) -> None:
    base, _, template = history
    result, document = merged(base, base, template, **form)
    assert result == template
    assert document.conflicts == ()


@given(histories())
def test_of_a_template_that_was_only_formatted_nothing_is_taken(history: tuple[Board, Board, Board]) -> None:
    base, yours, _ = history
    text = json.dumps(yours, indent=2)
    assert merge_document(json.dumps(base), text, json.dumps(base, sort_keys=True, indent=3)).text == text


@given(histories())
def test_tried_again_what_is_at_odds_still_is_and_nothing_else_changes(history: tuple[Board, Board, Board]) -> None:
    base, yours, template = history
    _, first = merged(base, yours | {"title": "Yours"}, template | {"title": "The template's"})
    assert "title" in {clash.path for clash in first.conflicts}
    assert merge_document(json.dumps(base), first.text, json.dumps(template | {"title": "The template's"})) == first


def test_a_panel_that_was_taken_from_the_template_is_not_the_one_that_you_removed() -> None:
    """Tried again, the dashboard has the new panel, which is called as the removed one was."""
    rates = [{"id": number, "type": "timeseries", "title": "Rate"} for number in (1, 2, 3)]
    template = {"panels": [rates[2], rates[0], rates[1] | {"title": "Rate now"}]}
    result: Board = {"panels": rates[:1]}
    for _ in range(3):
        result, document = merged({"panels": rates[:2]}, result, template)
        assert [clash.what for clash in document.conflicts] == ["you removed it, the template changed it"]
