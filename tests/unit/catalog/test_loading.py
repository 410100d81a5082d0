"""Reading a catalogue: what becomes of the files, and which root's file counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import CatalogueError, load, locate, recipe, scan
from obsboot.model import ObsbootError, Panel, Point


def test_a_component_is_what_its_three_files_say(sample: Any) -> None:
    kettle = load([sample.root])["kettle"]
    assert (kettle.id, kettle.title, kettle.kind, kettle.versions) == ("kettle", "Kettle", "server", ("1.0",))
    assert kettle.home == sample.root / "templates/components/kettle"
    assert kettle.exporter is not None
    assert kettle.exporter.image == "example/kettle_exporter:v2.1.0"
    assert kettle.questions["floor"].default == 0.5
    assert kettle.questions["leaves"].roles == ("tea",)
    assert list(kettle.signals) == ["available", "level"]
    assert kettle.signals["level"].record is not None
    assert kettle.signals["level"].record.windows == ("5m", "1h")


def test_places_are_those_of_the_file(sample: Any) -> None:
    kettle = load([sample.root])["kettle"]
    lines = sample.path("component").read_text().splitlines()
    place = kettle.signals["level"].place
    assert place.path == sample.path("component")
    assert lines[place.line - 2] == "  level:"
    assert str(kettle.questions["floor"].place) == f"{sample.path('component')}:7"


def test_keys_that_differ_from_fields(sample: Any) -> None:
    kettle = load([sample.root])["kettle"]
    low = kettle.alerts["KettleLow"]
    assert (low.name, low.hold, low.keep, low.below) == ("KettleLow", "10m", "5m", "floor")
    assert kettle.dashboard is not None
    stat, plain = kettle.dashboard.rows[0].panels
    assert (stat.signals, stat.shape, stat.width) == (("available",), "stat", 4)
    assert plain == Panel(signals=("level",), place=plain.place)


def test_numbers_are_numbers_and_text_is_as_it_is_written(sample: Any) -> None:
    down = load([sample.root])["kettle"].alerts["KettleDown"]
    assert isinstance(down.below, float)
    assert down.replay is not None
    assert down.replay.bad == {"kettle_up": "_", "up": "0"}


def test_an_unquoted_version_keeps_its_zero(sample: Any) -> None:
    kettle = load([sample.change("component", '["1.0"]', "[1.10, 2]")])["kettle"]
    assert kettle.versions == ("1.10", "2")


def test_the_pack_has_questions_a_checklist_and_an_overview(sample: Any) -> None:
    catalogue = load([sample.root])
    assert list(catalogue.questions) == ["service", "replicas", "mode"]
    assert catalogue.questions["service"].prompt
    assert catalogue.checklist == (
        Point("tea-time", "Drinks", "Tea on time", "Look at the clock."),
        Point("coffee", "Drinks", "Coffee", "Smell.", runtime=False),
    )
    assert catalogue.overview.rows[0].panels[0].shape == "gauge"


def test_a_catalogue_is_a_mapping_of_its_components(sample: Any) -> None:
    catalogue = load([sample.root])
    assert list(catalogue) == ["kettle"]
    assert len(catalogue) == 1
    assert "pan" not in catalogue
    assert hash(catalogue) == hash(load([sample.root]))
    assert catalogue == load([sample.root])


def test_a_recipe_keeps_its_templates(sample: Any) -> None:
    read = recipe(load([sample.root])["kettle"])
    assert read.containers["server"].image == "kettle:<< instance.version >>"
    assert read.workloads["boil"].parameters == {"litres": 2}
    assert read.faults["cold"].place.path == sample.path("recipe")
    assert read.setup[0].on == "server"


def test_without_a_recipe_there_is_an_empty_one(sample: Any) -> None:
    sample.path("recipe").unlink()
    for name, old in (("component", "truth: {workload: boil, value: 1, tolerance: 0}"), ("alerts", "fault: cold")):
        sample.change(name, old, "no_fault: none" if name == "alerts" else "no_truth: none")
    assert recipe(load([sample.root])["kettle"]).workloads == {}


def test_a_later_root_replaces_alerts_alone(sample: Any) -> None:
    own, company = sample.written("own"), sample.root / "company"
    alerts = sample.path("alerts", own).read_text().replace("below: floor", "below: 0.7")
    catalogue = load([own, sample.written("company", {"alerts": alerts})])
    assert catalogue["kettle"].alerts["KettleLow"].below == 0.7
    assert catalogue["kettle"].alerts["KettleLow"].place.path == sample.path("alerts", company)
    assert catalogue["kettle"].home == own / "templates/components/kettle"
    assert catalogue.roots == (own, company)


def test_a_later_root_replaces_a_dashboard_a_component_and_single_files(sample: Any) -> None:
    own = sample.written("own")
    component = sample.path("component", own).read_text().replace("title: Kettle\n", "title: Samovar\n")
    grant = "templates/components/kettle/grants/grant.sh"
    dashboard = "title: Ours\nrows: [{title: All, panels: [available, level]}]\n"
    kettle = load([own, sample.written("company", {"component": component, grant: "ours\n", "dashboard": dashboard})])[
        "kettle"
    ]
    assert kettle.title == "Samovar"
    assert kettle.dashboard is not None
    assert kettle.dashboard.title == "Ours"
    assert locate(kettle, "grants/grant.sh").read_text() == "ours\n"
    assert locate(kettle, "live/recipe.yaml") == sample.path("recipe", own)
    assert set(recipe(kettle).workloads) == {"boil"}


def test_a_later_root_adds_a_component_and_a_pack_question(sample: Any) -> None:
    own = sample.written("own")
    company = sample.written(
        "company",
        {
            "templates/components/pan/component.yaml": "title: Pan\nkind: server\n",
            "templates/pack/questions.yaml": "replicas: {ask: How many?, type: integer, default: 4}\n",
        },
    )
    catalogue = load([own, company])
    assert list(catalogue) == ["kettle", "pan"]
    assert catalogue.questions["replicas"].default == 4
    assert catalogue.questions["service"].prompt
    assert catalogue["pan"].dashboard is None
    assert catalogue["pan"].alerts == {}


def test_all_problems_of_all_files_come_at_once(sample: Any) -> None:
    sample.change("component", "unit: bool_on_off", "unti: bool_on_off")
    sample.change("alerts", "severity: critical", "severity: criticl")
    sample.path("dashboard").write_text("title: [1]\nrows: no\n")
    with pytest.raises(CatalogueError) as caught:
        load([sample.root])
    problems = caught.value.problems
    assert [p.path.parent.name for p in problems] == ["alerts", "dashboards", "dashboards", "kettle", "kettle"]
    assert all(problem.line and problem.column for problem in problems)
    assert "5 problems" in caught.value.message
    assert all(str(problem) in caught.value.message for problem in problems)


def test_a_folder_that_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match="is no catalogue: it holds none of templates/, dashboards/, alerts/"):
        load([tmp_path])


def test_a_folder_without_a_component_is_left_out(sample: Any) -> None:
    catalogue = load([sample.written("other", {"templates/components/kettle/live/x.sh": ""})])
    assert list(catalogue) == []
    assert catalogue.overview.rows == ()


def test_the_installed_package_brings_its_own(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sample.written("site-packages/obsboot/_data")
    monkeypatch.setattr(scan, "__file__", str(data.parent / "catalog" / "scan.py"))
    assert scan.own_root() == data
    assert list(load()) == ["kettle"]
    assert scan.data_file("alerts/kettle.yaml").is_file()


def test_a_package_without_data_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates" / "components").mkdir(parents=True)  # somebody else's, for there is no pyproject.toml
    monkeypatch.setattr(scan, "__file__", str(tmp_path / "obsboot" / "catalog" / "scan.py"))
    with pytest.raises(ObsbootError, match="own catalogue is missing"):
        scan.own_root()
