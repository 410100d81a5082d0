"""Files that cannot be read at all, names, and what a problem looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import CatalogueError, Problem, load
from obsboot.catalog.problems import listed, nearest, shown
from obsboot.catalog.reading import position


def problems_of(root: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load([root])
    return [f"{problem.path.relative_to(root)}: {problem.message}" for problem in caught.value.problems]


def test_an_empty_file(sample: Any) -> None:
    sample.path("alerts").write_text("# nothing yet\n")
    assert problems_of(sample.root) == ["alerts/kettle.yaml: the file is empty"]


def test_a_file_that_is_no_text(sample: Any) -> None:
    sample.path("overview").write_bytes(b"title: \xff\n")
    assert problems_of(sample.root) == ["dashboards/overview.yaml: the file is not UTF-8"]


def test_a_control_character(sample: Any) -> None:
    sample.path("alerts").write_bytes(b"a: \x00\n")
    (message,) = problems_of(sample.root)
    assert message.startswith("alerts/kettle.yaml: this is not YAML: ")


def test_a_file_that_nobody_may_read(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden, read = sample.path("alerts"), Path.read_text

    def refusing(path: Path, *args: Any, **kwargs: Any) -> str:
        if path == forbidden:
            raise PermissionError(13, "Permission denied")
        return read(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", refusing)
    assert problems_of(sample.root) == ["alerts/kettle.yaml: the file cannot be read: Permission denied"]


def test_a_view_without_a_component(sample: Any) -> None:
    sample.path("alerts").rename(sample.root / "alerts" / "ketle.yaml")
    assert problems_of(sample.root) == ["alerts/ketle.yaml: there is no component 'ketle'"]


def test_a_folder_whose_name_is_no_id(sample: Any) -> None:
    home = sample.path("component").parent
    home.rename(home.parent / "Kettle")
    found = problems_of(sample.root)
    assert "templates/components/Kettle: 'Kettle' cannot be an id" in found


def test_alert_names_are_unique_in_the_whole_catalogue(sample: Any) -> None:
    component = sample.path("component").read_text()
    sample.written(files={"templates/components/pot/component.yaml": component})
    sample.written(files={"alerts/pot.yaml": sample.path("alerts").read_text()})
    assert problems_of(sample.root) == [
        "alerts/pot.yaml: alert KettleDown is already one of 'kettle'",
        "alerts/pot.yaml: alert KettleLow is already one of 'kettle'",
    ]


def test_anchors_stand_for_what_they_name(sample: Any) -> None:
    sample.change("component", "roles: [tea, soup]", "roles: &r [tea, soup]")
    sample.change("component", "    unit: percentunit\n    roles: [tea]", "    unit: percentunit\n    roles: *r")
    assert load([sample.root])["kettle"].signals["level"].roles == ("tea", "soup")


def test_options_are_taken_as_they_are(sample: Any) -> None:
    options = "port: 9900\n  options: {cap_add: [A], ulimits: {nofile: 5, x: 1.5}, on: true, none: , date: 2020-01-01}"
    sample.change("component", "port: 9900", options)
    exporter = load([sample.root])["kettle"].exporter
    assert exporter is not None
    assert exporter.options == {
        "cap_add": ["A"],
        "ulimits": {"nofile": 5, "x": 1.5},
        "on": True,
        "none": None,
        "date": "2020-01-01",
    }


def test_the_position_is_that_of_the_deepest_key_there_is(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a:\n  b:\n    - c\n    - {d: 1}\n")
    assert position(path, ("a", "b", 1, "d")) == (4, 8)
    assert position(path, ("a", "b", 7)) == (2, 3)
    assert position(path, ("a", "nothing", "x")) == (1, 1)
    assert position(path, ()) == (1, 1)
    assert position(tmp_path / "none.yaml", ("a",)) == (0, 0)


def test_a_problem_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(Problem(tmp_path / "a" / "b.yaml", 3, 5, "is wrong", "mend it")) == "a/b.yaml:3:5: is wrong (mend it)"
    assert str(Problem(tmp_path / "a", 0, 0, "is wrong")) == "a: is wrong"
    assert shown(Path("/elsewhere/x.yaml")) == "/elsewhere/x.yaml"


def test_one_problem_and_several_are_announced_in_the_right_number(tmp_path: Path) -> None:
    one, two = Problem(tmp_path, 2, 1, "b"), Problem(tmp_path, 1, 1, "a")
    assert CatalogueError([one]).message.startswith("the catalogue has a problem:\n")
    assert CatalogueError([one, two]).problems == (two, one)
    assert CatalogueError([one, two]).message.startswith("the catalogue has 2 problems:\n")


def test_advice() -> None:
    assert nearest("hit_rat", ["hit_rate", "misses"]) == "did you mean 'hit_rate'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert nearest("zzz", []) == "there is none"
    assert nearest("zzz", [f"a{number:02}" for number in range(70)]).endswith("a58, a59 and 10 more")
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
