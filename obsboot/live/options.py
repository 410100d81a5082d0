"""What a proving run may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from obsboot.model import Exit, ObsbootError

DEFAULT_SPEED = 18.0
"""How many times faster than the pack's own durations a proving run goes."""


@dataclass(frozen=True, slots=True)
class Options:
    """`images` maps an official reference to what runs in its place, or to None where it cannot be had.

    `registries` maps the beginning of a reference to another (`quay.io/` to `mirror.example/quay/`). `attach` is the
    URL of a Prometheus that exists, and `attach_grafana` and `attach_alertmanager` those of its neighbours; nothing
    is started then, and nothing is written.
    """

    speed: float = DEFAULT_SPEED
    images: Mapping[str, str | None] = field(default_factory=dict)
    registries: Mapping[str, str] = field(default_factory=dict)
    quick: bool = False
    keep: bool = False
    replay: bool = True
    service_url: str = ""
    service_image: str = ""
    attach: str = ""
    attach_grafana: str = ""
    attach_alertmanager: str = ""
    real_machine: bool = False
    """Whether the host's exporter reads this machine as it is, not a copy of /proc in which faults can change things."""


def checked_url(option: str, url: str) -> str:
    """`url` where it is that of a server. Raises ObsbootError where it is not, or holds a password."""
    shape = f"{option} http://HOST:PORT"
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(char.isspace() for char in url):
        raise ObsbootError(f"{option}: {url!r} is no URL of a server", fix=shape)
    if parts.username is not None or parts.password is not None:
        fix = "let a proxy on this machine log in, and name that: " + shape
        raise ObsbootError(f"{option}: a URL with a password would stand in every report", fix=fix)
    if parts.query or parts.fragment:
        raise ObsbootError(f"{option}: {url!r} has more than a path after the server", fix=shape)
    return url


def read_images(path: Path | None) -> tuple[dict[str, str | None], dict[str, str]]:
    """The `images` and `registries` of an images file; nothing without one. Raises ObsbootError for anything else."""
    if path is None:
        return {}, {}
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ObsbootError(f"{path}: the images file cannot be read: {error}", code=Exit.USAGE) from None
    if not isinstance(data, dict) or not data.keys() <= {"images", "registries"}:
        raise ObsbootError(f"{path}: an images file holds `images:` and `registries:` and nothing else", fix=_SHAPE)
    images, registries = (_texts(path, data.get(key) or {}, key) for key in ("images", "registries"))
    return images, {name: to for name, to in registries.items() if to is not None}


_SHAPE = "images:\n  prom/prometheus:v3.5.3: mirror.example/prometheus:v3.5.3"


def _texts(path: Path, data: Any, key: str) -> dict[str, str | None]:
    if not isinstance(data, dict) or not all(isinstance(k, str) and isinstance(v, str | None) for k, v in data.items()):
        raise ObsbootError(f"{path}: `{key}` maps one image reference to another, or to null", fix=_SHAPE)
    return dict(data)
