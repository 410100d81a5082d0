"""What a component needs to be proven in running containers: the recipe in its `live/` folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from obsboot.model.values import Place, Value


@dataclass(frozen=True, slots=True)
class Container:
    """One container beside the pack's own; `build` is a folder under `live/` instead of an image."""

    name: str
    image: str = ""
    build: str = ""
    command: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    """Appended to `command` for each server setting the pack asks for: `[-c, "{name}={value}"]`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    ready: tuple[str, ...] = ()
    port: int = 0
    memory: str = "256m"
    options: Mapping[str, object] = field(default_factory=dict)
    reference: bool = False
    """The reference service, which `--service-image` replaces; a workload `on` it asks pages that only it has."""


@dataclass(frozen=True, slots=True)
class Step:
    """One preparation: an argv in container `on`, with a pack file or a script of `live/` on standard input."""

    on: str
    run: tuple[str, ...]
    pack_file: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """Something that keeps a component busy and counts what it did.

    `run` is an argv executed in container `on`, a script of `live/` fed to a shell, or an HTTP load that obsboot
    drives itself. Each prints (or yields) a JSON object of counts once a second; their sums are the tally.
    """

    name: str
    on: str
    run: tuple[str, ...] = ()
    script: str = ""
    http: Mapping[str, Value] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    healthy: bool = False
    """Part of the healthy load that runs during truth and soak."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break a running component on purpose, and to undo it.

    `touches` are paths such as `cache/clients`: two faults conflict when one path begins with the other.
    `also` names other alerts that may fire with it; any other one that fires is a finding.
    """

    name: str
    kind: Literal["workload", "exec", "stop", "pause", "disconnect", "file", "absent"]
    place: Place
    on: str = ""
    workload: str = ""
    instead_of: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    do: tuple[tuple[str, ...], ...] = ()
    undo: tuple[tuple[str, ...], ...] = ()
    script: str = ""
    file: str = ""
    replaces: str = ""
    """For `file`: a regular expression whose first match gives way to `content` (`\\1` is its first group)."""
    content: str = ""
    touches: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    settle: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything `live/recipe.yaml` says."""

    containers: Mapping[str, Container] = field(default_factory=dict)
    workloads: Mapping[str, Workload] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    setup: tuple[Step, ...] = ()
    urls: Mapping[str, str] = field(default_factory=dict)
    """How a client of some kind reaches the run's server: `python` -> a URL with user and password of the run."""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """What is scraped in place of a target on another machine: a pattern of it -> the target (`\\1` is a group)."""
