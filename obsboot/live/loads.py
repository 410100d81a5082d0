"""The workloads of a run: which are running, with which parameters, and their tallies."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.live.filled import live_text
from obsboot.live.load import HttpLoad, Shape
from obsboot.live.run import Run
from obsboot.live.workload import ExecLoad, Load
from obsboot.model import Exit, Instance, ObsbootError, Value, Workload

Parameters = Mapping[str, Value]
_FIXED = ("path", "per_second", "concurrency", "method", "body", "headers", "keep_alive")


@dataclass(slots=True)
class Loads:
    """Running loads by (instance, workload)."""

    run: Run
    running: dict[tuple[str, str], Load] = field(default_factory=dict)
    parameters: dict[tuple[str, str], Parameters] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def healthy(self) -> Iterator[tuple[Instance, Workload]]:
        """The workloads that make up the healthy load."""
        for instance in self.run.instances():
            for workload in self.run.recipes[instance.id].workloads.values():
                if workload.healthy:
                    yield instance, workload

    def start(self, instance: Instance, workload: Workload, given: Parameters | None = None) -> Load:
        """Start a workload (in place of itself if it runs) with its own parameters, or with `given` ones over them."""
        with self._lock:
            self.stop(instance, workload.name)
            merged = {**workload.parameters, **(given or {})}
            load = self._made(instance, workload, merged)
            load.start()
            self.running[instance.id, workload.name] = load
            self.parameters[instance.id, workload.name] = merged
            return load

    def stop(self, instance: Instance, name: str) -> None:
        with self._lock:
            load = self.running.pop((instance.id, name), None)
            self.parameters.pop((instance.id, name), None)
        if load:
            load.stop()

    def stop_all(self) -> None:
        """Stop every load, so that nobody asks any server for anything any more."""
        for owner, name in list(self.running):
            self.stop(next(i for i in self.run.stack.instances if i.id == owner), name)

    def abandon_all(self) -> None:
        """Let go of every load at once, since its container goes."""
        for load in list(self.running.values()):
            load.abandon()
        self.running.clear()

    def restore(self) -> list[str]:
        """Start each healthy workload that does not run; what could not be started."""
        complaints = []
        for instance, workload in self.healthy():
            load = self.running.get((instance.id, workload.name))
            if load is None or not load.alive():
                try:
                    self.start(instance, workload)
                except ObsbootError as error:
                    complaints.append(f"{instance.id}/{workload.name}: {error.message}")
        return complaints

    def _made(self, instance: Instance, workload: Workload, parameters: Parameters) -> Load:
        if workload.http:
            box = self.run.box(instance, workload.on)
            return HttpLoad(box.url, shape(workload, parameters))
        box = self.run.box(instance, workload.on)
        values = tuple(str(value) for value in parameters.values())
        if workload.script:
            script = live_text(instance, workload.script)
            return ExecLoad(box, ("sh", "-s", "--", *values), script, self.run.secrets)
        return ExecLoad(box, (*workload.run, *values), "", self.run.secrets)


def shape(workload: Workload, parameters: Parameters) -> Shape:
    """The HTTP load that a recipe describes; a parameter called like one of its keys stands in for it."""
    said = {**workload.http, **{key: value for key, value in parameters.items() if key in _FIXED}}
    try:
        return Shape(
            paths=tuple(_paths(str(said.get("path", "/")), parameters)),
            per_second=float(said.get("per_second", 20)),
            concurrency=int(said.get("concurrency", 4)),
            method=str(said.get("method", "GET")),
            body=str(said.get("body", "")),
            headers=tuple(_headers(str(said.get("headers", "")))),
            keep_alive=str(said.get("keep_alive", True)).lower() not in ("false", "no", "0"),
        )
    except ValueError as error:
        raise ObsbootError(f"workload {workload.name}: {error}", code=Exit.TOOL_ERROR) from None


def _paths(text: str, parameters: Parameters) -> Iterator[str]:
    """The paths, one a word; `{name}` in one is a parameter."""
    for path in text.split():
        for name, value in parameters.items():
            path = path.replace(f"{{{name}}}", str(value))  # noqa: PLW2901
        yield path


def _headers(text: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, text.splitlines()):
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()
