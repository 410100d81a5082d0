"""What becomes of the answers: a stack of instances, and the files that make up its pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from obsboot.model.catalogue import Component
from obsboot.model.logs import LogField
from obsboot.model.signals import Alert, Overview, Point, Signal
from obsboot.model.values import Value, ordered

Owner = Literal["owned", "managed", "seed"]
"""owned: regenerated; managed: merged three ways; seed: written once, then the user's."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user said. `origin` tells of each key (`cache.version`) where it came from."""

    values: Mapping[str, Value]
    instances: Mapping[str, Mapping[str, Value]]
    origin: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Mapping[str, Value]]] = field(default_factory=dict)
    """What `overrides.yaml` says: instance -> alert or signal -> field -> value."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One use of a component in the service. `values` hold every answer of it, defaults included.

    Like its stack, it equals only itself: what follows from it is worked out once and kept.

    `job` is the value of the `job` label of all its series; a library shares the job of its service.
    `watched` is false where another pack owns the server: panels then, but no exporter and no alerts.
    """

    id: str
    component: Component
    job: str
    values: Mapping[str, Value]
    role: str = ""
    address: str = ""
    version: str = ""
    watched: bool = True
    around: frozenset[str] = frozenset()
    """What the stack provides, for signals that join the series of others."""

    def signals(self) -> tuple[Signal, ...]:
        """The component's signals that hold for this role and version, in these surroundings."""
        return _signals(self)

    def alerts(self) -> tuple[Alert, ...]:
        """The component's alerts whose signal holds here; none where another pack owns the server."""
        held = {signal.name for signal in self.signals()}
        alerts = self.component.alerts.values() if self.watched else ()
        return tuple(alert for alert in alerts if alert.signal in held and _fits(alert.roles, self.role))


@lru_cache(maxsize=256)
def _signals(instance: Instance) -> tuple[Signal, ...]:
    return tuple(
        signal
        for signal in instance.component.signals.values()
        if _fits(signal.roles, instance.role)
        and instance.around.issuperset(signal.needs)
        and _between(instance.version, signal.since, signal.until)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The answers resolved against the catalogue. `values` are the pack-wide answers, defaults included."""

    service: str
    team: str
    environment: str
    instances: tuple[Instance, ...]
    values: Mapping[str, Value]
    catalogue: Mapping[str, Component]
    overrides: Mapping[str, Mapping[str, Mapping[str, Value]]] = field(default_factory=dict)
    overview: Overview | None = None
    checklist: tuple[Point, ...] = ()
    log_fields: Mapping[str, LogField] = field(default_factory=dict)

    @property
    def directory(self) -> str:
        return str(self.values["directory"])

    @property
    def owns_stack(self) -> bool:
        """Whether the pack brings its own Prometheus, Alertmanager and Grafana."""
        return self.values["mode"] == "own-stack"

    def of(self, component: str) -> tuple[Instance, ...]:
        return tuple(i for i in self.instances if i.component.id == component)


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """One file of the pack; `path` is relative to the repository, `source` the identity of its template."""

    path: str
    text: str
    owner: Owner
    source: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it stands in a repository: `files` maps paths relative to `root` to their text."""

    root: Path
    stack: Stack
    files: Mapping[str, str]
    recorded: Mapping[str, str] = field(default_factory=dict)
    """The pristine rendering of each file that the state knows, to tell edits from originals."""
    owners: Mapping[str, Owner] = field(default_factory=dict)
    """Whose each file is that the state knows."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """The files that an update left in a state of their own: declined, orphan, or aside (with the template's beside it)."""


def _fits(roles: tuple[str, ...], role: str) -> bool:
    return not roles or role in roles


def _between(version: str, since: str, until: str) -> bool:
    if not version:
        return True
    number = ordered(version)
    return (not since or number >= ordered(since)) and (not until or number < ordered(until))
