"""What the catalogue knows: components, their signals, and the views over the signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Value = str | int | float | bool
"""One answer. An answer is data and never becomes syntax."""

Formula = str | float
"""A number, or arithmetic over names that are known later (answers, a tally, a threshold)."""

Kind = Literal["server", "service", "library", "platform"]
"""server: has an exporter of its own; service: the user's application; library: speaks through
the service's endpoint; platform: part of the monitoring stack itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is said; `line` counts from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing only the user knows. `minimum` and `maximum` include their ends.

    A default of "" means that no answer is an answer. In a default, `<< name >>` is another answer of the pack.
    """

    name: str
    ask: str
    type: Literal[
        "text", "identifier", "integer", "number", "ratio", "seconds", "address", "yesno", "choice", "path", "url", "email"
    ]
    default: Value | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    roles: tuple[str, ...] = ()
    reason: str = ""
    prompt: bool = False
    """Whether a person is asked; otherwise the default holds until somebody sets it."""
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other answers and the values of which each must have one, else this is not asked and not needed."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Clue:
    """How a repository gives a component away: a regular expression over the lines of some files, or over images.

    `pattern` is searched in each line of `files` (globs: without a slash the name at any depth, else the path).
    `image` is searched in the image of each service of the compose files, which makes that service an instance: with
    its address and the version in its tag. Named groups are suggested answers (`version`, `address`, `pool_size` ...);
    the group `port` becomes the port of the address.
    """

    why: str
    files: tuple[str, ...] = ()
    pattern: str = ""
    image: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Traffic:
    """The floor under which a ratio means nothing: `expr` has to be above `above`."""

    expr: str
    above: Formula
    on: tuple[str, ...] = ("job", "instance")


@dataclass(frozen=True, slots=True)
class Record:
    """The recording rule of a signal. With `windows`, one rule each, the window as suffix."""

    name: str
    windows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """A number known beforehand. `value` is arithmetic over the workload's own tally.

    Exactly one of `tolerance` (absolute, in the signal's unit) and `relative` (a share) is set.
    """

    workload: str
    value: Formula
    tolerance: float | None = None
    relative: float | None = None
    match: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """A question answered by a number.

    `expr` is plain PromQL; views of it (panel, rule, proving run) are made through its syntax tree.
    `clock` says what may be compressed in a proof: `rate` windows and `state` may, `wall` ages may not.
    """

    name: str
    title: str
    question: str
    unit: str
    expr: str
    place: Place
    better: Literal["up", "down", "none"] = "none"
    clock: Literal["rate", "state", "wall"] = "state"
    legend: str = ""
    empty: str = ""
    empty_when_healthy: bool = False
    roles: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    flags: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    traffic: Traffic | None = None
    record: Record | None = None
    truth: Truth | None = None
    headline: str = ""
    checklist: tuple[str, ...] = ()
    reserve: str = ""
    unrecorded: str = ""
    no_truth: str = ""
    """Why neither a truth nor a fault can prove it; its proof says so."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A view over one signal, or over several of one unit."""

    signals: tuple[str, ...]
    place: Place
    title: str = ""
    shape: Literal["timeseries", "stat", "gauge", "table", "bargauge", "state-timeline"] = "timeseries"
    width: int = 8
    height: int = 8


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    title: str
    rows: tuple[Row, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Replay:
    """Series of an alert in simulated time; a value is a formula, `+` before it a step a minute, `_` no sample."""

    good: Mapping[str, str]
    bad: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition on a signal that somebody must hear of. `hold` and `keep` are Prometheus durations."""

    name: str
    signal: str
    severity: Literal["critical", "warning", "info", "none"]
    summary: str
    reason: str
    runbook: str
    place: Place
    above: Formula | None = None
    below: Formula | None = None
    equals: Formula | None = None
    hold: str = "0s"
    keep: str = ""
    roles: tuple[str, ...] = ()
    when: str = ""
    window: str = ""
    also_window: str = ""
    replay: Replay | None = None
    no_replay: str = ""
    fault: str = ""
    no_fault: str = ""
    live_threshold: float | None = None
    inhibited_by: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    always: bool = False
    """Fires on a healthy stack by design; its proof is that it arrives."""


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
    series: tuple[str, ...] = ()
    """Prefixes of the metric names that belong to it, so that a joined expression selects the right job."""
    counters: tuple[str, ...] = ()
    """Metrics that only grow, though the exporter calls them gauges: the checks allow rate() on them."""
    exporter: Exporter | None = None
    scrape: Scrape | None = None
    questions: Mapping[str, Question] = field(default_factory=dict)
    clues: tuple[Clue, ...] = ()
    files: tuple[PackFile, ...] = ()
    signals: Mapping[str, Signal] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    dashboard: Dashboard | None = None
    limits: tuple[str, ...] = ()
    """What this technology cannot tell at run time, in sentences for the pack's README."""
    homes: tuple[Path, ...] = ()
    """Its folders in all roots of the catalogue, the one that counts most first; `home` is where component.yaml is."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the performance checklist; `how_to_look` holds where no signal of the stack answers it.

    `runtime` is false where no number can answer it while the service runs.
    """

    id: str
    group: str
    title: str
    how_to_look: str
    runtime: bool = True


@dataclass(frozen=True, slots=True)
class Headline:
    """A panel of the service overview: the signals of all components that call themselves `headline`."""

    headline: str
    title: str
    question: str
    none: str
    """What the panel says where the stack has no such signal."""
    shape: Literal["timeseries", "stat", "gauge", "table", "bargauge", "state-timeline"] = "timeseries"
    width: int = 6
    height: int = 7


@dataclass(frozen=True, slots=True)
class OverviewRow:
    title: str
    panels: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The service dashboard, in headlines instead of signals."""

    title: str
    rows: tuple[OverviewRow, ...]
    place: Place
