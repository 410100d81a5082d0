"""Which Grafana reads which files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from obsboot.sources import Context
from obsboot.sources.folder import read_folder
from obsboot.sources.grafanas import Grafana, grafanas, reader
from obsboot.sources.loading import asking_here, offers, shelves

COMPOSE = """\
services:
  grafana:
    image: grafana/grafana:12.2.0
    environment: {GF_PATHS_PROVISIONING: /setup}
    volumes:
      - ../grafana:/setup
      - type: bind
        source: ./boards
        target: /boards
      - boards:/kept
      - /srv/boards:/host
      - ${BOARDS}:/told
"""
PROVIDERS = "apiVersion: 1\nproviders:\n- {name: a, folder: F, options: {path: /boards}}\n"
SOURCES = "apiVersion: 1\ndatasources:\n- {name: A, uid: a, type: prometheus}\n"
BOARD = '{"uid": "%s", "title": "%s", "schemaVersion": 39, "panels": []}'


def context(root: Path, files: Mapping[str, str]) -> Context:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Context(read_folder(root))


def grafana(root: Path, compose: str = COMPOSE) -> Grafana:
    (found,) = grafanas(context(root, {"stack/compose.yaml": compose}))
    return found


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("/boards/x/../y", ("here", "stack/boards/y")),
        ("/boards", ("here", "stack/boards")),
        ("/setup/dashboards", ("here", "grafana/dashboards")),
        ("/kept/x", ("volume", "")),
        ("/host", ("unknown", "")),
        ("/told", ("unknown", "")),
        ("/boardsmore", ("nowhere", "")),
    ],
)
def test_where_a_path_is(tmp_path: Path, inside: str, found: tuple[str, str]) -> None:
    assert grafana(tmp_path).find(inside) == found


@pytest.mark.parametrize("image", ["example/grafana:1", "grafana/grafana:1\n    build: ."])
def test_an_image_of_ones_own_may_hold_anything(tmp_path: Path, image: str) -> None:
    found = grafana(tmp_path, f"services:\n  g:\n    image: {image}\n    volumes: ['./a:/etc/grafana/provisioning']\n")
    assert found.find("/elsewhere") == ("unknown", "")


def test_files_are_read_from_below_the_provisioning(tmp_path: Path) -> None:
    found = grafana(tmp_path)
    assert found.reads("grafana/datasources/a.yaml")
    assert not found.reads("stack/boards/a.yaml")
    assert not found.reads("grafana2/a.yaml")


def test_one_file_that_two_read_has_no_reader(tmp_path: Path) -> None:
    twice = COMPOSE + COMPOSE.partition("\n")[2].replace("grafana:\n", "other:\n", 1)
    made = context(tmp_path, {"stack/compose.yaml": twice, "grafana/datasources/a.yaml": SOURCES})
    assert len(grafanas(made)) == 2
    assert reader(made, "grafana/datasources/a.yaml") is None


def test_an_override_adds_to_the_service(tmp_path: Path) -> None:
    more = "services:\n  grafana:\n    volumes: ['./more:/more']\n"
    files = {"stack/compose.yaml": COMPOSE, "stack/compose.override.yaml": more + "  x: {image: a}\n"}
    (found,) = grafanas(context(tmp_path, files))
    assert found.find("/more") == ("here", "stack/more")
    assert found.setting("GF_PATHS_PROVISIONING") == "/setup"


def test_dashboards_know_what_they_can_ask(tmp_path: Path) -> None:
    made = context(tmp_path, {
        "stack/compose.yaml": COMPOSE, "grafana/dashboards/a.yaml": PROVIDERS, "grafana/datasources/a.yaml": SOURCES,
        "stack/boards/deep/a.json": BOARD % ("a", "A"), "elsewhere/b.json": BOARD % ("b", "B"),
    })  # fmt: skip
    (shelf,) = shelves(made)
    assert (shelf.path, shelf.provider.name) == ("stack/boards", "a")
    found = {board.uid: offer for board, offer in offers(made)}
    assert (found["a"].certain, found["a"].severity) == (True, "error")
    assert found["a"].named == {"a": "prometheus", "A": "prometheus"}
    assert (found["b"].certain, found["b"].severity) == (False, "info")


@pytest.mark.parametrize(
    ("hosts", "here"),
    [(["prometheus"], {"stack/boards/a.json"}), (["prometheus", "other.example"], set()), ([], set())],
)
def test_whose_metrics_are_all_scraped_here(tmp_path: Path, hosts: list[str], here: set[str]) -> None:
    sources = "".join(f"- {{name: {host}, type: prometheus, url: 'http://{host}:9090'}}\n" for host in hosts)
    mounted = "./prometheus.yml:/etc/prometheus/prometheus.yml"
    server = f"  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: [{mounted!r}]\n"
    made = context(tmp_path, {
        "stack/compose.yaml": COMPOSE + server, "stack/prometheus.yml": "scrape_configs: []\n",
        "grafana/dashboards/a.yaml": PROVIDERS, "grafana/datasources/a.yaml": f"apiVersion: 1\ndatasources:\n{sources}",
        "stack/boards/a.json": BOARD % ("a", "A"), "elsewhere/b.json": BOARD % ("b", "B"),
    })  # fmt: skip
    assert asking_here(made) == here
