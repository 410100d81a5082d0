"""Components: one technology as the catalogue knows it, how it is asked for, found, run and scraped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from obsboot.model.logs import LogAlert, LogField, LogFormat, LogSignal
from obsboot.model.signals import Alert, Dashboard, Signal
from obsboot.model.values import Place, Value

Kind = Literal["server", "service", "library", "platform"]
"""server: has an exporter of its own; service: the user's application; library: speaks through
the service's endpoint; platform: part of the monitoring stack itself."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing only the user knows. `minimum` and `maximum` include their ends.

    A default of "" means that no answer is an answer. In a default, `<< name >>` is another answer of the pack.
    """

    name: str
    ask: str
    type: Literal[
        "text",
        "identifier",
        "integer",
        "number",
        "ratio",
        "seconds",
        "address",
        "yesno",
        "choice",
        "path",
        "url",
        "email",
        "timezone",
    ]
    default: Value | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    roles: tuple[str, ...] = ()
    reason: str = ""
    may_be_empty: bool = False
    """Whether no text is an answer, though the default is another; with a default of "" it is one anyway."""
    prompt: bool = False
    """Whether a person is asked; otherwise the default holds until somebody sets it."""
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other answers and the values of which each must have one, else this is not asked and not needed."""
    needed_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other answers and values: where any of them has one, an empty answer is none."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Clue:
    """How a repository gives a component away: a regular expression over the lines of some files, or over images.

    `pattern` is searched in each line of `files` (globs: without a slash the name at any depth, else the path).
    `image` is searched in the image of each service of the compose files, which makes that service an instance: with
    its address and the version in its tag. Named groups are suggested answers (`version`, `address`, `pool_size` ...);
    the group `port` becomes the port of the address. `says` are answers that the clue gives by itself.
    """

    why: str
    files: tuple[str, ...] = ()
    pattern: str = ""
    image: str = ""
    sure: bool = True
    says: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackFile:
    """A text that a component adds to the pack; `template` is relative to the component's home."""

    template: str
    path: str
    owner: Literal["owned", "managed", "seed"] = "owned"
    when: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """Further names for the template, each an expression over those it has anyway."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """The container that turns a server's state into metrics, or the native container itself."""

    image: str
    port: int
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    user: str = ""
    joins_service: bool = True
    """Whether the container needs the network in which the service's own containers talk."""
    health: tuple[str, ...] = ()
    memory: str = "64m"
    options: Mapping[str, object] = field(default_factory=dict)
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers of the pack, and the values of which each must have one for the container to be there."""
    needed: bool = True
    """Whether nothing of its component can be proven without this container."""
    published: str = ""
    """The question whose answer is the loopback port; for a platform's own container `<instance>_port`, if asked."""


@dataclass(frozen=True, slots=True)
class Scrape:
    """How Prometheus reaches the metrics of an instance; empty `targets` means the exporter or the address."""

    path: str = "/metrics"
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    relabel: tuple[Mapping[str, object], ...] = ()
    interval: str = ""
    timeout: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One technology as the catalogue knows it; `home` is its folder under templates/components."""

    id: str
    title: str
    kind: Kind
    home: Path
    place: Place
    port: int = 0
    roles: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    always: bool = False
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers of the pack, and the values of which each must have one for it to come by itself."""
    series: tuple[str, ...] = ()
    """Prefixes of the metric names that belong to it, so that a joined expression selects the right job."""
    counters: tuple[str, ...] = ()
    """Metrics that only grow, though the exporter calls them gauges or says nothing of their type."""
    exporter: Exporter | None = None
    containers: Mapping[str, Exporter] = field(default_factory=dict)
    """Further containers that the pack brings with it, by their names."""
    scrape: Scrape | None = None
    questions: Mapping[str, Question] = field(default_factory=dict)
    clues: tuple[Clue, ...] = ()
    files: tuple[PackFile, ...] = ()
    signals: Mapping[str, Signal] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    dashboard: Dashboard | None = None
    logs: Mapping[str, LogFormat] = field(default_factory=dict)
    """How each kind of line in its log is read, by the name of the format."""
    log_signals: Mapping[str, LogSignal] = field(default_factory=dict)
    log_alerts: Mapping[str, LogAlert] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    """What this technology cannot tell at run time, in sentences for the pack's README."""
    homes: tuple[Path, ...] = ()
    """Its folders in all roots of the catalogue, the one that counts most first; `home` is where component.yaml is."""

    def log_fields(self) -> dict[str, LogField]:
        """The fields that its log formats fill, all together, by name."""
        return {name: each for format_ in self.logs.values() for name, each in format_.fields.items()}
