"""What the command line makes of a proving run; the run itself is proven in tests/live."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_catalogue import lay_out

from obsboot import live
from obsboot.model import Exit, Pack, Report, Result


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the run was told; it says `outcomes` without starting anything."""
    told: dict[str, Any] = {"outcomes": {"live/target": "passed", "live/alert": "skipped"}}

    def validate(pack: Pack, options: live.Options, listener: Any) -> Report:
        told.update(pack=pack, options=options)
        listener.phase("start", 1.0)
        return Report("run", tuple(Result(check, "s", said) for check, said in told["outcomes"].items()))

    monkeypatch.setattr(live, "validate", validate)
    monkeypatch.setattr(live, "prediction", lambda *_: SimpleNamespace(seconds=90.0))
    return told


def test_the_run_gets_what_was_said(obsboot, shop: Path, told: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    lay_out(shop, {"images.yaml": "images: {redis:8: mirror/redis:8}\nregistries: {quay.io/: mirror/quay/}\n"})
    done = obsboot(
        "validate",
        "--quick",
        "--keep",
        "--speed",
        "7",
        "--images",
        "images.yaml",
        "--report",
        "r.html",
        "--report",
        "r.json",
    )
    assert done.returncode == 0, done.stderr
    assert "this will take about" in done.stdout
    options = told["options"]
    assert (options.quick, options.keep, options.speed) == (True, True, 7.0)
    assert (options.images, options.registries) == ({"redis:8": "mirror/redis:8"}, {"quay.io/": "mirror/quay/"})
    assert told["pack"].stack.service == "shop-api"
    assert json.loads((shop / "r.json").read_text())["results"]
    assert (shop / "r.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("outcomes", "arguments", "code"),
    [
        ({"live/target": "passed"}, [], Exit.DONE),
        ({"live/target": "passed", "live/alert": "skipped"}, ["--require", "live"], Exit.COULD_NOT_CHECK),
        ({"live/target": "failed"}, [], Exit.FAILED),
        ({}, [], Exit.COULD_NOT_CHECK),
    ],
)
def test_the_code_is_that_of_the_report(  # type: ignore[no-untyped-def]
    obsboot, told: dict[str, Any], outcomes: dict[str, str], arguments: list[str], code: Exit
) -> None:
    assert obsboot("init", "--yes").returncode == 0
    told["outcomes"] = outcomes
    assert obsboot("validate", *arguments).returncode == code


def test_with_json_only_the_report_is_on_standard_output(obsboot, told: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    done = obsboot("validate", "--json")
    assert json.loads(done.stdout)["results"]
    assert "this will take about" in done.stderr


def test_a_report_that_cannot_be_written_is_told_before_the_run(obsboot, told: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    assert obsboot("validate", "--report", "none/r.html").returncode == Exit.REFUSED
    assert "options" not in told


CONTRADICTIONS = [
    (["--attach", ""], "--attach: '' is no URL of a server"),
    (["--attach", "localhost:9090"], "--attach: 'localhost:9090' is no URL of a server"),
    (["--attach", "http://me:secret@metrics:9090"], "--attach: a URL with a password would stand in every report"),
    (["--attach", "http://metrics:9090", "--quick"], "--quick does not go with --attach"),
    (["--attach", "http://metrics:9090", "--keep"], "--keep does not go with --attach"),
    (["--attach", "http://metrics:9090", "--speed", "3"], "--speed does not go with --attach"),
    (["--attach", "http://metrics:9090", "--images", "i.yaml"], "--images does not go with --attach"),
    (["--attach", "http://metrics:9090", "--service-image", "i"], "--service-image does not go with --attach"),
    (["--attach", "http://metrics:9090", "--service-url", "http://a:1"], "--service-url does not go with --attach"),
    (["--attach-grafana", "http://grafana:3000"], "--attach-grafana: --attach is missing"),
    (["--attach-alertmanager", "http://alertmanager:9093"], "--attach-alertmanager: --attach is missing"),
    (["--service-url", "http://a:1", "--service-image", "i"], "--service-image does not go with --service-url"),
    (["--service-url", "http://a:1", "--keep"], "--keep does not go with --service-url"),
    (["--service-url", "a:1"], "--service-url: 'a:1' is no URL of a server"),
    (["--service-image", ""], "--service-image: the name of an image is missing"),
]


@pytest.mark.parametrize(("arguments", "message"), CONTRADICTIONS)
def test_what_contradicts_itself_is_told_before_anything_is_looked_at(  # type: ignore[no-untyped-def]
    obsboot, told: dict[str, Any], arguments: list[str], message: str
) -> None:
    done = obsboot("validate", *arguments)
    assert done.returncode == Exit.USAGE
    assert done.stderr.startswith(f"obsboot: {message}")
    assert "options" not in told


def test_reading_from_a_stack_that_runs_predicts_nothing(obsboot, told: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    done = obsboot("validate", "--attach", "http://metrics:9090", "--attach-grafana", "http://grafana:3000")
    assert done.returncode == 0, done.stderr
    assert "this will take about" not in done.stdout + done.stderr
    assert (told["options"].attach, told["options"].attach_grafana) == ("http://metrics:9090", "http://grafana:3000")


def test_clean_says_what_it_removed(obsboot, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(live, "clean", lambda: ["run-1: 3 containers, networks and volumes"])
    assert obsboot("clean").stdout == "removed run-1: 3 containers, networks and volumes\n"
    monkeypatch.setattr(live, "clean", list)
    assert obsboot("clean").stdout == "nothing was left behind\n"
