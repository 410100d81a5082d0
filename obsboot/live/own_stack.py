"""The pack's own containers in the run, brought up with `docker compose` from the copy."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from obsboot.live.containers import Box, Marks
from obsboot.live.engine import Engine
from obsboot.live.waiting import Stopped
from obsboot.model import Exit, ObsbootError

UP_SECONDS = 180.0
_LOOK_SECONDS = 0.5
_GIVE_UP_SECONDS = 10.0
_EXTRA = "obsboot-run.yaml"


@dataclass(frozen=True, slots=True)
class OwnStack:
    """The compose project of a run. `folder` is the copy's directory that holds compose.yaml."""

    engine: Engine
    marks: Marks
    folder: Path
    env_file: Path
    stopping: threading.Event = field(default_factory=threading.Event)

    def prepare(self, extra: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the run's own compose file: labels on everything, and `extra` keys of services."""
        data = self.config()
        labels = {"labels": self.marks.labels()}
        own: dict[str, Any] = {"services": {n: {**labels, **extra.get(n, {})} for n in data.get("services") or {}}}
        for kind in ("networks", "volumes"):
            parts = (data.get(kind) or {}).items()
            named = {name: labels for name, each in parts if not (each or {}).get("external")}
            if named:
                own[kind] = named
        (self.folder / _EXTRA).write_text(yaml.safe_dump(own))

    def config(self) -> dict[str, Any]:
        """The compose files of the pack, merged and filled in as compose reads them."""
        done = self._compose("config", "--no-path-resolution", files=self._files())
        return dict(yaml.safe_load(done))

    def up(self, services: Sequence[str]) -> dict[str, Box]:
        """Start these services and no other; by name. Whether they are ready is asked of themselves."""
        self._compose("up", "-d", "--no-deps", "--no-build", "--pull", "never", "--quiet-pull", *services)
        return {name: self.box(name) for name in services}

    def box(self, service: str) -> Box:
        label = f"com.docker.compose.project={self.marks.run}"
        for container in self.engine.labelled("containers", label):
            if container.labels.get("com.docker.compose.service") == service:
                ports = container.attrs["Config"].get("ExposedPorts") or {}
                bound = container.attrs["HostConfig"].get("PortBindings") or {}
                port = next(iter([*bound, *ports]), "0/tcp")
                return Box(self.engine, container, service, int(port.split("/")[0]))
        raise ObsbootError(f"compose started no container for {service}", code=Exit.COULD_NOT_CHECK)

    def _files(self) -> list[Path]:
        names = ("compose.yaml", "compose.override.yaml", _EXTRA)
        return [self.folder / name for name in names if (self.folder / name).is_file()]

    def _compose(self, *arguments: str, files: Sequence[Path] = ()) -> str:
        argv = ["docker", "compose", "-p", self.marks.run, "--project-directory", str(self.folder)]
        argv += ["--env-file", str(self.env_file)]
        for path in files or self._files():
            argv += ["-f", str(path)]
        return self._run([*argv, *arguments], arguments[0], {**os.environ, "DOCKER_HOST": self.engine.host})

    def _run(self, argv: Sequence[str], what: str, env: Mapping[str, str]) -> str:
        """The output. In a session of its own, so that Ctrl-C reaches obsboot alone."""
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            start_new_session=True,
        )
        try:
            said = self._ended(process)
        finally:
            _end(process)
        if said is None:
            raise ObsbootError(f"`{' '.join(argv)}` did not end within {UP_SECONDS:g} s", code=Exit.COULD_NOT_CHECK)
        out, errors = said
        if process.returncode:
            raise _complaint(what, errors.decode(errors="replace"))
        return out.decode(errors="replace")

    def _ended(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes] | None:
        """What it said; None where it takes too long. Raises Stopped when the run ends.

        Then it is given the time to finish: what it has only asked for would come when the others are gone.
        """
        end = time.monotonic() + UP_SECONDS
        while time.monotonic() < end:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=min(_LOOK_SECONDS, UP_SECONDS))
            if self.stopping.is_set():
                end = min(end, time.monotonic() + _GIVE_UP_SECONDS)
        if self.stopping.is_set():
            raise Stopped
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GIVE_UP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _complaint(what: str, said: str) -> ObsbootError:
    text = "\n".join(said.strip().splitlines()[-8:])
    full = "no space left" in text.lower()
    return ObsbootError(
        f"docker compose {what} failed:\n{text}",
        fix="free space on the engine's disk: `docker system df` shows what takes it" if full else "",
        code=Exit.COULD_NOT_CHECK,
    )
