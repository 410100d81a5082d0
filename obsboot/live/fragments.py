"""An own stack around a pack that has none, so that its fragments are loaded as those that exist would load them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from obsboot.model import Exit, ObsbootError, Stack
from obsboot.render.compose import compose
from obsboot.render.scrape import scrape
from obsboot.render.yaml import dump
from obsboot.stack import platform

_SERVERS = ("prometheus", "alertmanager")
_OTHERS = "alerts-of-others"
"""Where an alert goes that none of the pack's routes takes."""

_HEADER = "Made by `obsboot validate` around the pack's own fragments."


def surroundings(stack: Stack, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that an own stack has besides the pack's `files`; nothing for a pack that brings its own stack.

    Raises ObsbootError where a fragment is missing, or cannot be read as one.
    """
    if stack.owns_stack:
        return {}
    servers = tuple(platform(stack.catalogue[name], stack.service) for name in _SERVERS)
    around = replace(stack, values={**stack.values, "mode": "own-stack"}, instances=(*stack.instances, *servers))
    top = stack.directory
    jobs = _fragment(files, f"{top}/prometheus/scrape.yaml", "scrape_configs")
    routes = _fragment(files, f"{top}/alertmanager/routes.yaml", "routes")
    found = {
        **{file.path: file.text for file in compose(around)},
        f"{top}/prometheus/prometheus.yml": _prometheus(around, jobs),
        f"{top}/alertmanager/alertmanager.yml": _alertmanager(routes),
    }
    return {path: text.encode() for path, text in found.items()}


def _fragment(files: Mapping[str, bytes], path: str, key: str) -> dict[str, Any]:
    if path not in files:
        raise ObsbootError(f"{path} is missing: nothing can be proven without it", fix="put the file back")
    try:
        fragment = yaml.safe_load(files[path])
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path}: cannot be read: {error}"
        raise ObsbootError(message, fix="run `obsboot check`", code=Exit.FAILED) from None
    if not isinstance(fragment, dict) or not isinstance(fragment.get(key), list):
        raise ObsbootError(f"{path}: it has no list `{key}`", fix="run `obsboot check`", code=Exit.FAILED)
    return fragment


def _prometheus(around: Stack, fragment: Mapping[str, Any]) -> str:
    """The configuration of an own stack with the fragment's jobs and no others."""
    (file,) = scrape(around)
    return dump({**yaml.safe_load(file.text), "scrape_configs": fragment["scrape_configs"]}, _HEADER)


def _alertmanager(fragment: Mapping[str, Any]) -> str:
    """The fragment's routes below a root that has another receiver."""
    config = {
        "global": {"resolve_timeout": "5m"},
        "route": {"receiver": _OTHERS, "routes": fragment["routes"]},
        "receivers": [*(fragment.get("receivers") or ()), {"name": _OTHERS}],
        "inhibit_rules": fragment.get("inhibit_rules") or [],
    }
    return dump(config, _HEADER)
