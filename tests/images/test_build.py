"""The builder's own decisions, without an engine."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def build() -> Any:
    """The script as a module; it has no suffix, because it is called by hand."""
    loader = importlib.machinery.SourceFileLoader("obsboot_images_build", str(HERE / "build"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = writes
    return module


@pytest.mark.parametrize(
    ("package", "upstream"),
    [
        ("18.6-3", "18.6"),
        ("5:8.0.6-3", "8.0.6"),
        ("5:7.0.15-1~deb12u7", "7.0.15"),
        ("3.5.3+ds1-6", "3.5.3"),
        ("2.42.0+ds-5+deb12u1", "2.42.0"),
        ("0.19.1-1+b1", "0.19.1"),
        ("1.0~rc1-2", "1.0"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_the_tag_is_the_upstream_version(build: Any, package: str, upstream: str) -> None:
    assert build.upstream_version(package) == upstream


def test_every_image_has_its_folder_and_every_folder_its_image(build: Any) -> None:
    images, unavailable = build.inventory()
    named = {image.name for image in (*images, *build.known_engines())}
    assert named == {path.parent.name for path in HERE.glob("*/Dockerfile")}
    assert not named & {image.name for image in unavailable}
    assert all(image.reason for image in unavailable)
    assert len({image.official for image in images}) == len(images)


def test_names_and_old_ones_are_chosen(build: Any) -> None:
    images, _ = build.inventory()
    assert [image.official for image in build.choose(images, ["postgres"], old=False)] == ["postgres:18"]
    assert [image.official for image in build.choose(images, ["postgres"], old=True)] == ["postgres:18", "postgres:15"]
    assert not any(image.old for image in build.choose(images, [], old=False))
    with pytest.raises(build.BuildError, match="no image is called mysql; there are: prometheus") as caught:
        build.choose(images, ["mysql"], old=False)
    assert caught.value.code == 2


def test_the_images_file_is_what_a_private_registry_would_need(build: Any) -> None:
    text = build.images_file({"redis:8": "obsboot-testbed/redis:8.0.6", "grafana/grafana:12.2.0": None})
    assert yaml.safe_load(text) == {
        "images": {"redis:8": "obsboot-testbed/redis:8.0.6", "grafana/grafana:12.2.0": None}
    }


def test_engines_are_built_when_asked_for(build: Any) -> None:
    everything = [*build.inventory()[0], *build.known_engines()]
    chosen = build.choose(everything, [], old=False)
    assert not any(isinstance(image, build.Engine) for image in chosen)
    assert build.choose(everything, [], old=False, engines=True) == [*chosen, *build.known_engines()]
    assert [image.version for image in build.choose(everything, ["elasticsearch"], old=False)] == ["7.10.2"]


def test_an_engine_is_the_version_that_its_pom_or_go_mod_asks_for(build: Any) -> None:
    for engine in build.known_engines():
        assert asked_for(engine) == engine.version
        assert engine.why


def asked_for(engine: Any) -> str:
    if engine.libraries == "go":
        module = re.search(r"^require \S+ v(\S+)$", (HERE / engine.name / "go.mod").read_text(), re.MULTILINE)
        assert module
        return module[1]
    space = {"": "http://maven.apache.org/POM/4.0.0"}
    pom = ElementTree.parse(HERE / engine.name / "pom.xml")
    asked = pom.findtext("dependencies/dependency/version", namespaces=space)
    assert asked is not None
    # The libraries count their own releases of one version behind it.
    assert asked.rpartition(".")[0] == pom.findtext("version", namespaces=space)
    return asked.rpartition(".")[0]


def test_engines_are_told_in_a_file_of_their_own(build: Any) -> None:
    text = build.engines_file({"opensearch": "obsboot-testbed/opensearch:2.17.1"})
    assert yaml.safe_load(text) == {"engines": {"opensearch": "obsboot-testbed/opensearch:2.17.1"}}


def test_what_maven_goes_through_is_given_where_it_is(
    build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "TRUST_STORE", tmp_path / "ca.crt")
    monkeypatch.setattr(build, "MAVEN_SETTINGS", tmp_path / "settings.xml")
    assert build.secrets() == []
    (tmp_path / "settings.xml").write_text("<settings/>", encoding="utf-8")
    assert build.secrets() == ["--secret", f"id=maven,src={tmp_path}/settings.xml"]


class Answers:
    """Registries that have these images."""

    def __init__(self, *official: str) -> None:
        self.official = official

    def pull(self, image: Any) -> bool:
        return image.official in self.official


def test_an_engine_is_built_on_the_public_base_where_it_can_be_had(build: Any) -> None:
    assert build.public_base("bookworm", Answers("debian:bookworm-slim")) == "debian:bookworm-slim"
    assert build.public_base("bookworm", Answers()) == ""


@pytest.mark.parametrize(
    ("official", "registry"),
    [
        ("redis:8", "default"),
        ("prom/prometheus:v3", "default"),
        ("quay.io/a/b:1", "quay.io"),
        ("host:5000/a:1", "host:5000"),
    ],
)
def test_each_registry_is_asked_on_its_own(build: Any, official: str, registry: str) -> None:
    assert build.Image("x", official).registry == registry


def test_a_changed_file_changes_the_digest(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("redis", "shared", "shared-java"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    monkeypatch.setattr(build, "HERE", tmp_path)
    image = build.Image("redis", "redis:8", "sid")
    first = build.digest(image)
    assert build.digest(image) == first
    assert build.digest(build.Image("redis", "redis:7.0", "bookworm")) != first
    (tmp_path / "shared" / "Dockerfile").write_text("FROM scratch\nUSER 1\n", encoding="utf-8")
    assert build.digest(image) != first
    engine, first = build.Engine("redis", suite="sid", libraries="maven"), build.digest(image)
    of_engine = build.digest(engine)
    (tmp_path / "shared-java" / "Dockerfile").write_text("FROM scratch\nUSER 1\n", encoding="utf-8")
    assert build.digest(engine) != of_engine
    assert build.digest(image) == first


def test_an_image_built_on_a_stand_in_is_not_taken_for_one(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = '{"obsboot-testbed.name": "python", "obsboot-testbed.suite": "trixie", "obsboot-testbed.digest": "d"}'
    described = [
        f'{{"Id": "sha256:1", "RepoTags": ["obsboot-testbed/python:3.13.5"], "Config": {{"Labels": {labels}}}}}',
        f'{{"Id": "sha256:2", "RepoTags": ["my-service:latest"], "Config": {{"Labels": {labels}}}}}',
        f'{{"Id": "sha256:3", "RepoTags": null, "Config": {{"Labels": {labels}}}}}',
    ]
    monkeypatch.setattr(
        build, "must", lambda command, _: f"[{','.join(described)}]" if "inspect" in command else "a b c"
    )
    assert build.local_images() == {
        ("python", "trixie"): [build.Local("obsboot-testbed/python:3.13.5", "sha256:1", "d")]
    }
