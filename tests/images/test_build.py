"""The builder's own decisions, without an engine."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import Any

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
    named = {image.name for image in images}
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
    for folder in ("redis", "shared"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    monkeypatch.setattr(build, "HERE", tmp_path)
    image = build.Image("redis", "redis:8", "sid")
    first = build.digest(image)
    assert build.digest(image) == first
    assert build.digest(build.Image("redis", "redis:7.0", "bookworm")) != first
    (tmp_path / "shared" / "Dockerfile").write_text("FROM scratch\nUSER 1\n", encoding="utf-8")
    assert build.digest(image) != first


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
