"""One proving run: its identity, its containers, its clients, and what of it could not be had."""

from __future__ import annotations

import secrets as randomness
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from obsboot.live.alertmanager import Alertmanager, Sink
from obsboot.live.clock import Clock
from obsboot.live.containers import Box, Died, Marks
from obsboot.live.copy import Copy
from obsboot.live.engine import Engine, remove
from obsboot.live.history import History
from obsboot.live.images import Images
from obsboot.live.interrupts import Ending
from obsboot.live.logs.store import LogStore
from obsboot.live.options import Options
from obsboot.live.own_stack import OwnStack
from obsboot.live.prometheus import Prometheus
from obsboot.live.servers import Site, again
from obsboot.live.waiting import Stopped
from obsboot.model import Exit, Finding, Instance, ObsbootError, Outcome, Pack, Recipe, Result, Signal, Stack
from obsboot.render.scrape import container as service_of
from obsboot.report.listening import Listener


@dataclass(slots=True)
class Run:
    """Everything that the steps of a run share. `missing` tells what could not be started, and why."""

    pack: Pack
    options: Options
    listener: Listener
    engine: Engine
    marks: Marks
    folder: Path
    images: Images
    copy: Copy
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    boxes: dict[tuple[str, str], Box] = field(default_factory=dict)
    services: dict[str, Box] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    """The pack's containers without which their instances are proven all the same, and why they do not run."""
    idle: dict[str, str] = field(default_factory=dict)
    """The instances that nothing in the run makes use of, and why: what counts their use may be empty."""
    results: list[Result] = field(default_factory=list)
    answering: set[tuple[str, str]] = field(default_factory=set)
    """(instance, signal) of the panel queries that had data."""
    hollow: dict[tuple[str, str], str] = field(default_factory=dict)
    """(instance, signal) -> query of those that are rightly empty, until a fault fills them."""
    resolving: dict[str, bool] = field(default_factory=dict)
    """Receiver -> whether it is told when an alert ends."""
    dead: set[str] = field(default_factory=set)
    """The names of the containers that have ended by themselves, which is told once."""
    absent: set[str] = field(default_factory=set)
    """The jobs whose targets a fault has removed."""
    stopping: threading.Event = field(default_factory=threading.Event)
    after: ExitStack = field(default_factory=ExitStack)
    """What this process has opened for the run, and closes with it."""
    began: float = field(default_factory=time.time)
    history: History = field(init=False)
    site: Site = field(init=False)
    prometheus: Prometheus = field(init=False)
    alertmanager: Alertmanager = field(init=False)
    sink: Sink = field(init=False)
    sink_box: Box = field(init=False)
    store: LogStore = field(init=False)
    """Only where the run has a log store of its own."""

    @property
    def stack(self) -> Stack:
        return self.pack.stack

    @property
    def clock(self) -> Clock:
        return self.copy.clock

    @property
    def directory(self) -> Path:
        """The copy's folder that stands for the pack's directory."""
        return self.folder / "pack" / self.stack.directory

    @property
    def own_stack(self) -> OwnStack:
        return OwnStack(self.engine, self.marks, self.directory, self.folder / "run.env", self.stopping)

    def now(self) -> float:
        """Seconds since the run began."""
        return time.time() - self.began

    def since_start(self, at: float | None) -> float | None:
        """A moment of the epoch in seconds since the run began."""
        return None if at is None else round(at - self.began, 2)

    def pause(self, seconds: float) -> None:
        """Let time pass. Raises Stopped when the run ends."""
        if self.stopping.wait(seconds):
            raise Stopped

    def instances(self) -> Iterator[Instance]:
        """The instances whose containers run."""
        return (i for i in self.stack.instances if i.watched and i.id not in self.missing)

    def box(self, instance: Instance, on: str) -> Box:
        """The container that `on` of the instance's recipe means. Raises ObsbootError."""
        if on == "exporter":
            return self.services[service_of(instance)]
        if on in instance.component.containers and on in self.services:
            return self.services[on]
        for owner, name in self._places(instance, on):
            if (owner, name) in self.boxes:
                return self.boxes[owner, name]
        raise ObsbootError(f"{instance.id}: its recipe names the container {on!r}, which does not run")

    def _places(self, instance: Instance, on: str) -> Iterator[tuple[str, str]]:
        yield instance.id, on
        for other in self.stack.instances:
            if on in (other.id, other.component.id, other.component.kind):
                yield other.id, "server"
                yield other.id, "service"

    def prepare_again(self, box: Box) -> None:
        """Bring a restarted container of a recipe to where it was; the pack's own need nothing."""
        for (owner, name), own in self.boxes.items():
            if own is box:
                served = next(i for i in self.stack.instances if i.id == owner)
                boxes = {each: b for (o, each), b in self.boxes.items() if o == owner}
                again(self.site, served, self.recipes[owner], name, boxes)

    def answered(self, instance: Instance | None, signal: Signal | None) -> None:
        """The panel query of this signal has data."""
        if instance and signal:
            self.answering.add((instance.id, signal.name))
            self.hollow.pop((instance.id, signal.name), None)

    def check_alive(self) -> None:
        """Raise Died where a container without which nothing can be seen has ended by itself."""
        for box in (*map(self.services.get, ("prometheus", "alertmanager")), getattr(self, "sink_box", None)):
            if box is None or box.stopped or not (state := box.state()).startswith(("exited", "dead", "gone")):
                continue
            if not box.stopped:  # nor did a fault stop it while it was looked at
                raise Died(f"{box.what} {state}, its last lines:\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK)

    @property
    def ending(self) -> Ending:
        """How what the run does ends early; with `keep` the containers stay all the same."""
        take_away = (lambda: None) if self.options.keep else (lambda: remove(self.engine, self.marks.run))
        return Ending(self.stopping, take_away, self.look)

    def look(self) -> None:
        """Raise Died where nothing can be seen any more; tell each other container that has ended by itself, once."""
        self.check_alive()
        ended = self.engine.ended(self.marks.run) - self.dead
        for subject, box in [*self.services.items(), *((f"{i}/{name}", b) for (i, name), b in self.boxes.items())]:
            if box.name in ended and not box.stopped and (state := box.state()).startswith(("exited", "dead")):
                self.dead.add(box.name)
                reason = f"{state} by itself, its last lines:\n{box.last_lines()}"
                self.say("live/container", subject, "failed" if subject in self.services else "error", reason)

    def add(self, result: Result) -> Result:
        """Keep a result and tell the listener."""
        self.results.append(result)
        text = f"{result.check.removeprefix('live/')} {result.subject}"
        self.listener.event(f"{text}: {result.reason}" if result.reason else text, result.outcome)
        return result

    def say(self, check: str, subject: str, outcome: Outcome, reason: str = "", **detail: object) -> Result:
        """A result without findings, or with one that says the reason where it failed."""
        findings = (Finding(check, "error", subject, 0, reason),) if outcome == "failed" else ()
        return self.add(Result(check, subject, outcome, reason, findings, detail=detail))


def new_identity() -> str:
    """A run's name: also that of its compose project, and the beginning of its containers' names."""
    return f"obsboot-{randomness.token_hex(4)}"


def new_secrets(names: tuple[str, ...]) -> dict[str, str]:
    """Secrets for the run alone; the user's own are never read."""
    return {name: randomness.token_hex(16) for name in names}
