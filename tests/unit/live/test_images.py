"""Which image runs in place of an official one, and what is said where it cannot be had."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from live_doubles import Client, engine

from obsboot.live.images import Images, Unavailable, read_context
from obsboot.live.options import Options, read_images
from obsboot.model import ObsbootError

OPTIONS = Options(
    images={"prom/prometheus:v3": "mirror.example/prometheus:v3", "grafana/grafana:12": None},
    registries={"quay.io/": "mirror.example/quay/"},
)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def images(client: Client) -> Images:
    return Images(engine(client), OPTIONS)


def test_one_by_one_stands_above_the_registry_and_the_rest_stays(images: Images) -> None:
    assert images.reference("prom/prometheus:v3") == "mirror.example/prometheus:v3"
    assert images.reference("quay.io/some/exporter:v1") == "mirror.example/quay/some/exporter:v1"
    assert images.reference("redis:8") == "redis:8"
    assert images.reference("grafana/grafana:12") == "grafana/grafana:12"


def test_what_is_not_there_is_pulled_once(images: Images, client: Client) -> None:
    client.local = {"redis:8"}
    assert images.fetch("redis:8") == "redis:8"
    assert images.fetch("prom/prometheus:v3") == "mirror.example/prometheus:v3"
    images.fetch("prom/prometheus:v3")
    assert client.pulled == ["mirror.example/prometheus:v3"]
    assert images.used == {"redis:8": "redis:8", "prom/prometheus:v3": "mirror.example/prometheus:v3"}


@pytest.mark.parametrize(
    ("reference", "asked"),
    [("a/b@sha256:00", "a/b@sha256:00"), ("host:5000/a", "host:5000/a:latest"), ("host:5000/a:1", "host:5000/a:1")],
)
def test_a_pull_names_one_tag(images: Images, client: Client, reference: str, asked: str) -> None:
    """Without a tag the engine would pull every one there is."""
    images.fetch(reference)
    assert client.pulled == [asked]


def test_what_cannot_be_had_is_unavailable_with_the_reason(images: Images, client: Client) -> None:
    with pytest.raises(Unavailable, match="image grafana/grafana:12 not available"):
        images.fetch("grafana/grafana:12")
    client.absent = {"redis"}
    with pytest.raises(Unavailable, match="image redis:8 not available: no such host"):
        images.fetch("redis:8")
    assert not images.used


def test_a_build_takes_its_bases_through_the_map_and_happens_once(images: Images, client: Client) -> None:
    context = {"Dockerfile": b"FROM quay.io/base:1 AS made\nFROM scratch\nCOPY a /a\n", "a": b"text"}
    tag = images.build("thing", context)
    assert images.build("thing", dict(reversed(context.items()))) == tag
    assert images.build("thing", {**context, "a": b"other"}) != tag
    assert tag.startswith("obsboot-live/thing:")
    assert images.used["build of thing"] != tag
    assert client.pulled == ["mirror.example/quay/base:1"]
    with tarfile.open(fileobj=io.BytesIO(client.built[tag])) as archive:
        dockerfile = archive.extractfile("Dockerfile")
        assert dockerfile
        assert dockerfile.read() == b"FROM mirror.example/quay/base:1 AS made\nFROM scratch\nCOPY a /a\n"
        assert archive.getmember("a").mode == 0o644


def test_a_build_that_fails_shows_its_last_lines(
    images: Images, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import docker  # noqa: PLC0415 - heavy

    def fail(**_: object) -> None:
        raise docker.errors.BuildError("step 2 failed", [{"stream": "pip install\n"}, {"stream": "no network\n"}])

    monkeypatch.setattr(client, "build", fail)
    with pytest.raises(Unavailable, match=r"cannot be built: step 2 failed; pip install \| no network"):
        images.build("thing", {"Dockerfile": b"FROM scratch\n"})

    def refuse(**_: object) -> None:
        raise docker.errors.APIError("500", explanation="disk full")

    monkeypatch.setattr(client, "build", refuse)
    with pytest.raises(Unavailable, match="cannot be built: disk full"):
        images.build("thing", {"Dockerfile": b"FROM scratch\n"})


def test_the_context_of_a_build_is_its_folder(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("pass")
    (tmp_path / "Dockerfile").write_text("FROM scratch")
    assert read_context(tmp_path) == {"Dockerfile": b"FROM scratch", "app/main.py": b"pass"}


# The images file


def test_an_images_file_maps_references_and_registries(tmp_path: Path) -> None:
    path = tmp_path / "images.yaml"
    path.write_text("images: {a: b, c: null}\nregistries: {quay.io/: mirror/, other/: null}\n")
    assert read_images(path) == ({"a": "b", "c": None}, {"quay.io/": "mirror/"})
    path.write_text("images:\n")
    assert read_images(path) == ({}, {})


@pytest.mark.parametrize("text", ["image: {a: b}", "[]", "images: [a]", "images: {a: 1}", "registries: {1: a}", "a: ["])
def test_an_images_file_holds_nothing_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "images.yaml"
    path.write_text(text)
    with pytest.raises(ObsbootError, match=r"images\.yaml"):
        read_images(path)


def test_an_images_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match="cannot be read"):
        read_images(tmp_path / "none.yaml")
