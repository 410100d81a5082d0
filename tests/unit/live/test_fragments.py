"""A pack without a stack of its own gets one around its fragments, and every file of it is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.catalog import Catalogue
from obsboot.live.changes import KINDS, undo
from obsboot.live.copy import Copy, copy
from obsboot.live.edits.compose import Surroundings
from obsboot.live.facts import changes, proven_on
from obsboot.live.fragments import surroundings
from obsboot.live.run import Run
from obsboot.live.watched import watched
from obsboot.model import ObsbootError, Pack, Stack
from obsboot.render import render
from tests.stacks import stack_of

TOP = "observability"
SCRAPE, ROUTES = f"{TOP}/prometheus/scrape.yaml", f"{TOP}/alertmanager/routes.yaml"
ADDED = {f"{TOP}/compose.yaml", f"{TOP}/prometheus/prometheus.yml", f"{TOP}/alertmanager/alertmanager.yml"}


@pytest.fixture(scope="module")
def stack(catalogue: Catalogue) -> Stack:
    return stack_of(catalogue, "redis", "fastapi", receiver="webhook", mode="files-only")


@pytest.fixture(scope="module")
def files(stack: Stack) -> dict[str, bytes]:
    return {file.path: file.text.encode() for file in render(stack)}


@pytest.fixture
def made(stack: Stack, files: dict[str, bytes], tmp_path: Path) -> Copy:
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return copy(Pack(tmp_path, stack, {}), 15, lambda clock: Surroundings("run", clock, lambda image: image))


def loaded(texts: Any, path: str) -> Any:
    return yaml.safe_load(texts[f"{TOP}/{path}"])


def test_a_pack_with_a_stack_needs_nothing(catalogue: Catalogue) -> None:
    assert surroundings(stack_of(catalogue, "redis"), {}) == {}


def test_the_jobs_are_those_of_the_fragment_and_no_others(stack: Stack, files: dict[str, bytes]) -> None:
    own = loaded(surroundings(stack, files), "prometheus/prometheus.yml")
    assert own["scrape_configs"] == yaml.safe_load(files[SCRAPE])["scrape_configs"]
    assert own["rule_files"] == ["rules/*.yaml", "rules/local/*.yaml"]
    assert own["global"]["scrape_interval"] == "15s"


def test_the_routes_are_those_of_the_fragment_below_a_root_of_others(stack: Stack, files: dict[str, bytes]) -> None:
    fragment = yaml.safe_load(files[ROUTES])
    config = loaded(surroundings(stack, files), "alertmanager/alertmanager.yml")
    assert config["route"] == {"receiver": "alerts-of-others", "routes": fragment["routes"]}
    assert config["receivers"] == [*fragment["receivers"], {"name": "alerts-of-others"}]
    assert config["inhibit_rules"] == fragment["inhibit_rules"]


def test_only_what_the_fragments_need_runs(stack: Stack, files: dict[str, bytes]) -> None:
    services = loaded(surroundings(stack, files), "compose.yaml")["services"]
    assert set(services) == {"redis-exporter", "blackbox", "prometheus", "alertmanager"}


def test_every_alert_has_its_receiver_and_the_packs_files_can_be_had_back(
    stack: Stack, made: Copy, files: dict[str, bytes]
) -> None:
    found = watched(stack, made, {})
    assert found
    assert {route.receiver for each in found for route in each.routes} <= {
        "critical-webhook",
        "warning-webhook",
        "info-none",
    }
    assert set(made.added) == ADDED
    for path, text in made.texts.items():
        if path in files:
            assert undo(text, [c for c in made.changes if c.path == path]).encode() == files[path], path


def test_what_was_added_is_said(run: Run, stack: Stack, made: Copy) -> None:
    run.pack, run.copy = dataclasses.replace(run.pack, stack=stack), made
    listed = changes(run)
    assert {change["file"] for change in listed if change["kind"] == "surroundings"} == ADDED
    assert listed[0]["kind"] == next(iter(KINDS)) == "surroundings"
    assert proven_on(run).endswith("a stack of the run's own around the pack's fragments")


@pytest.mark.parametrize("path", [SCRAPE, ROUTES])
@pytest.mark.parametrize("text", [None, b"[", b"other: 1", b"scrape_configs: {}\nroutes: x", b"\xff"])
def test_a_fragment_that_is_none_is_told_with_its_path(
    stack: Stack, files: dict[str, bytes], path: str, text: bytes | None
) -> None:
    broken = {**files, **({path: text} if text is not None else {})}
    if text is None:
        del broken[path]
    with pytest.raises(ObsbootError, match=path.rpartition("/")[2]):
        surroundings(stack, broken)
