"""`obsboot catalog`: what it prints, where it writes, how it ends."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from obsboot import cli, live
from obsboot.catalog import parse
from obsboot.commands import catalog as command
from obsboot.model import Exit

EXPOSITION = "# TYPE kettle_up gauge\nkettle_up 1\n"


@pytest.fixture
def run(sample: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `obsboot catalog ...` on the sample as obsboot's own catalogue; returns exit code, output and errors."""
    monkeypatch.setattr("obsboot.catalog.own_root", lambda: sample.root)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["catalog", *arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def engine(monkeypatch: pytest.MonkeyPatch, exposition: str) -> None:
    """Puts a live engine in place that records `exposition`."""
    monkeypatch.setattr(live, "record", lambda component, catalogue, options: exposition)


def test_list_has_a_line_for_each_component(run: Any) -> None:
    code, out, _ = run("list")
    assert code == Exit.DONE
    (line,) = [line.split() for line in out.splitlines() if "kettle" in line]
    assert line == ["kettle", "Kettle", "server", "1.0", "2", "2", "3", "live,", "1", "replayed"]


def test_list_as_data(run: Any) -> None:
    code, out, _ = run("list", "--json")
    assert code == Exit.DONE
    assert json.loads(out) == [
        {
            "id": "kettle",
            "title": "Kettle",
            "kind": "server",
            "versions": ["1.0"],
            "signals": 2,
            "alerts": 2,
            "proofs": {"live": 3, "replayed": 1},
        }
    ]


def test_show_says_everything(run: Any) -> None:
    code, out, _ = run("show", "kettle")
    assert code == Exit.DONE
    for piece in (
        "kettle, server", "example/kettle_exporter:v2.1.0, port 9900", "2 metrics", "How full is full enough?",
        'rate(kettle_litres_total{kind="$word"}[5m])', "only as tea", "available below 1 for 1m",
        "level below floor for 10m", "no fault: It cannot be stopped.", "Is it up?: available, level",
        "grants/kettle.sh: owned", "It does not whistle.",
    ):  # fmt: skip
        assert piece in out, piece


def test_show_as_data(run: Any, sample: Any) -> None:
    _, out, _ = run("show", "kettle", "--json")
    shown = json.loads(out)
    assert shown["signals"]["level"]["record"]["windows"] == ["5m", "1h"]
    assert shown["recipe"]["faults"]["cold"]["workload"] == "boil"
    assert shown["metrics"]["kettle_litres_total"]["labels"] == ["kind"]
    assert shown["home"] == str(sample.path("component").parent)


def test_show_of_what_is_not_there(run: Any) -> None:
    code, out, err = run("show", "ketle")
    assert (code, out) == (Exit.USAGE, "")
    assert err == "obsboot: the catalogue has no component 'ketle'\n  did you mean 'kettle'?\n"


def test_check_of_a_good_catalogue(run: Any) -> None:
    code, out, _ = run("check")
    assert code == Exit.DONE
    assert out.startswith("0 findings in 1 component, ")


def test_check_of_some_components(run: Any, sample: Any) -> None:
    sample.written(files={"templates/components/pan/component.yaml": "title: Pan\nkind: server\n"})
    assert run("check", "kettle")[0] == Exit.DONE
    assert run("check", "pan")[0] == Exit.FAILED
    assert run("check")[0] == Exit.FAILED
    assert run("check", "pot")[0] == Exit.USAGE


def test_check_lists_findings_and_ends_with_4(run: Any, sample: Any) -> None:
    sample.change("component", "unit: bool_on_off", "unit: bool_on_of")
    code, out, _ = run("check")
    assert code == Exit.FAILED
    assert "component.yaml:21: Grafana has no unit 'bool_on_of' [catalogue/units]" in out
    assert "did you mean 'bool_on_off'?" in out
    assert out.splitlines()[-1].startswith("1 finding in ")


def test_check_of_what_cannot_be_read(run: Any, sample: Any) -> None:
    sample.change("component", "unit: bool_on_off", "unti: bool_on_off")
    code, out, _ = run("check", "--json")
    assert code == Exit.FAILED
    findings = json.loads(out)
    assert [finding["check"] for finding in findings] == ["catalogue/readable"] * 2
    assert findings[0]["line"] > 1


def test_a_catalogue_of_ones_own_comes_on_top(run: Any, sample: Any) -> None:
    company = sample.written("company", {"alerts": sample.path("alerts").read_text().replace("floor", "0.7")})
    _, out, _ = run("show", "kettle", "--catalog", str(company))
    assert "level below 0.7 for 10m" in out


def test_a_catalogue_that_is_none(run: Any, tmp_path: Any) -> None:
    (tmp_path / "empty").mkdir()
    code, _, err = run("list", "--catalog", str(tmp_path / "empty"))
    assert code == Exit.USAGE
    assert "is no catalogue" in err
    assert run("list", "--catalog", str(tmp_path / "nowhere"))[0] == Exit.USAGE


def test_record_writes_into_the_first_catalogue_given(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    company = sample.written("company", {"alerts/.keep": ""})
    engine(monkeypatch, EXPOSITION)
    code, out, _ = run("record", "kettle", "--catalog", str(company))
    path = company / "templates/components/kettle/metrics/2.1.0.prom"
    assert (code, path.read_text()) == (Exit.DONE, EXPOSITION)
    assert [each.name for each in path.parent.iterdir()] == ["2.1.0.prom"]
    assert out == f"{path}: 1 metric\n"


def test_record_under_another_version(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, EXPOSITION + "kettle_more 1\n")
    _, out, _ = run("record", "kettle", "--version", "3.0")
    assert (sample.path("component").parent / "metrics" / "3.0.prom").is_file()
    assert out.endswith(": 2 metrics\n")


@pytest.mark.parametrize("version", ["../../../escape", "a/b", "", ".hidden"])
def test_record_refuses_a_version_that_is_a_path(run: Any, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    engine(monkeypatch, EXPOSITION)
    code, _, err = run("record", "kettle", "--version", version)
    assert code == Exit.USAGE
    assert "cannot be a file's name" in err


def test_record_says_what_is_no_longer_there(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    company = sample.written("company", {"templates/components/kettle/metrics/2.1.0.prom": EXPOSITION})
    engine(monkeypatch, "kettle_more 1\n")
    _, out, _ = run("record", "kettle", "--catalog", str(company))
    lost = next(iter(parse(EXPOSITION).families))
    assert f"no longer there, so look before you commit: {lost}\n" in out


def test_record_needs_a_version(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.change("component", "image: example/kettle_exporter:v2.1.0", "image: registry:5000/exporter")
    engine(monkeypatch, EXPOSITION)
    code, _, err = run("record", "kettle")
    assert (code, "give it: --version V" in err) == (Exit.USAGE, True)


def test_record_of_a_silent_server_keeps_what_was_there(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, "# nothing\n")
    before = (sample.path("component").parent / "metrics" / "2.1.0.prom").read_text()
    code, _, err = run("record", "kettle")
    assert code == Exit.COULD_NOT_CHECK
    assert "exposed no metric" in err
    assert (sample.path("component").parent / "metrics" / "2.1.0.prom").read_text() == before


def test_an_installed_package_is_not_changed(run: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sample.written("_data")
    monkeypatch.setattr("obsboot.catalog.own_root", lambda: data)
    engine(monkeypatch, EXPOSITION)
    code, _, err = run("record", "kettle")
    assert (code, "--catalog DIR" in err) == (Exit.REFUSED, True)


def test_the_tag_of_an_image_is_its_version() -> None:
    images = {"a/b:v1.2": "1.2", "host:5000/b:3": "3", "b:1.2@sha256:aa": "1.2"}
    for image, version in images.items():
        component = SimpleNamespace(id="x", exporter=SimpleNamespace(image=image))
        assert command._version(component) == version
