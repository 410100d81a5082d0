"""The containers of a run: what the recipes ask for, beside the pack's own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsboot.live.engine import FOLDER_LABEL, OWNER_LABEL, RUN_LABEL, Engine, owner
from obsboot.model import Exit, ObsbootError

_EXEC_SECONDS = 120.0
_LOG_LINES = 20
_URL_SECONDS = 2.0


class Died(ObsbootError):
    """A container that should run does not."""


@dataclass(slots=True)
class Box:
    """One running container. `what` names it for people (`cache: server`), `name` for the engine."""

    engine: Engine
    container: Any
    what: str
    port: int = 0
    stopped: bool = False
    """Whether a fault has stopped or paused it on purpose."""
    _url: str = ""
    _url_at: float = 0.0

    @property
    def name(self) -> str:
        return str(self.container.name)

    def url(self) -> str:
        """Where the container's port is published now; a restart moves it. Raises Died where it is not."""
        if self._url and time.monotonic() - self._url_at < _URL_SECONDS:
            return self._url
        self.container.reload()
        found = (self.container.ports.get(f"{self.port}/tcp") or [None])[0]
        if not found:
            raise Died(f"{self.what}: port {self.port} is not published: {self.state()}", code=Exit.COULD_NOT_CHECK)
        self._url, self._url_at = f"http://127.0.0.1:{found['HostPort']}", time.monotonic()
        return self._url

    def forget_url(self) -> None:
        """The container was restarted or moved: its port may be published elsewhere."""
        self._url = ""

    def is_well(self) -> bool:
        """Whether it runs, and is healthy where it says so at all."""
        return self.state() in ("running", "running, healthy")

    def state(self) -> str:
        """The engine's word for what the container does, and how it ended."""
        import docker  # noqa: PLC0415 - heavy, and only a proving run needs it

        try:
            self.container.reload()
        except docker.errors.NotFound:
            return "gone"
        state = self.container.attrs["State"]
        if state["Status"] in ("exited", "dead"):
            killed = ", killed for want of memory" if state.get("OOMKilled") else ""
            return f"{state['Status']} with code {state['ExitCode']}{killed}"
        health = state.get("Health", {}).get("Status")
        return f"{state['Status']}, {health}" if health else str(state["Status"])

    def restarts(self) -> int:
        return int(self.container.attrs.get("RestartCount", 0))

    def last_lines(self, count: int = _LOG_LINES) -> str:
        """The end of the container's log."""
        import docker  # noqa: PLC0415 - as above

        try:
            return bytes(self.container.logs(tail=count)).decode(errors="replace").strip()
        except docker.errors.APIError as error:
            return f"(no log: {error.explanation})"

    def address_in(self, network: str) -> str:
        """The container's address in one of its networks."""
        self.container.reload()
        return str(self.container.attrs["NetworkSettings"]["Networks"].get(network, {}).get("IPAddress", ""))

    def exec_argv(self, command: Sequence[str], names: Sequence[str] = (), user: str = "") -> list[str]:
        """The argv that runs a command inside, handing on the environment variables `names`."""
        handed = [part for name in names for part in ("-e", name)]
        return ["docker", "exec", "-i", *handed, *(["-u", user] if user else []), self.name, *command]

    def run(
        self,
        command: Sequence[str],
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        seconds: float = _EXEC_SECONDS,
    ) -> Done:
        """Run a command inside to its end. `code` 124 where it did not end in time."""
        given = environment or {}
        argv = self.exec_argv(command, tuple(given))
        try:
            done = subprocess.run(
                argv, input=stdin.encode(), capture_output=True, timeout=seconds, check=False, env=self.env(given)
            )
        except subprocess.TimeoutExpired:
            return Done(124, f"did not end within {seconds:g} s")
        return Done(done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip())

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for the docker client: the same engine that the SDK talks to."""
        return {**os.environ, "DOCKER_HOST": self.engine.host, **(more or {})}


@dataclass(frozen=True, slots=True)
class Done:
    """How a command inside a container ended."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What every container, network and volume of a run carries."""

    run: str
    folder: str
    by: str = field(default_factory=owner)

    def labels(self) -> dict[str, str]:
        return {RUN_LABEL: self.run, OWNER_LABEL: self.by, FOLDER_LABEL: self.folder}
