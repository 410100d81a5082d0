"""Signals, and the views over them: panels, alerts, checklist points, the overview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from obsboot.model.values import Formula, Place, Value

Shape = Literal["timeseries", "stat", "gauge", "table", "bargauge", "state-timeline"]


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
    needs: tuple[str, ...] = ()
    """What others in the stack have to provide (`database`), for an expression that joins their series."""
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
    """A view over one signal, or over several of one unit; or over one of the component's log signals."""

    place: Place
    signals: tuple[str, ...] = ()
    log: str = ""
    title: str = ""
    shape: Shape = "timeseries"
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
    shape: Shape = "timeseries"
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
