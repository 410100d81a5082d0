"""A container engine that a test makes up: containers that only change their state, and a docker client that runs here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obsboot.live.containers import Box
from obsboot.live.engine import Engine
from obsboot.live.run import Run

DOCKER = r"""#!/bin/sh
# A docker client whose containers are this machine, and whose compose takes its words from a file.
echo "$*" >> "$DOCKER_SAID/commands"
case "$1" in
exec)
  shift
  while [ "${1#-}" != "$1" ]; do
    case "$1" in -e | -u) shift ;; esac
    shift
  done
  shift
  exec "$@"
  ;;
compose)
  case "$*" in *" config"*) cat "$DOCKER_SAID/config" ;; esac
  if [ -f "$DOCKER_SAID/complaint" ]; then cat "$DOCKER_SAID/complaint" >&2; exit 1; fi
  if [ "$2" = version ]; then cat "$DOCKER_SAID/compose-version"; fi
  ;;
context) cat "$DOCKER_SAID/context" ;;
esac
"""


def docker_client(folder: Path) -> Path:
    """A docker client below `folder`, to be put on PATH; DOCKER_SAID has to name that folder as well."""
    path = folder / "docker"
    path.write_text(DOCKER)
    path.chmod(0o755)
    return folder


@dataclass
class Network:
    name: str
    joined: list[tuple[str, Any]] = field(default_factory=list)

    def connect(self, container: Container, aliases: list[str] | None = None) -> None:
        self.joined.append((container.name, aliases))

    def disconnect(self, container: Container) -> None:
        self.joined.append((container.name, "left"))

    def remove(self) -> None:
        self.joined.append(("", "removed"))


@dataclass
class Container:
    """`done` is what was done to it, in order. What it is asked to do, it does at once."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    status: str = "running"
    health: str = ""
    code: int = 0
    lines: bytes = b"its last words\n"
    ports: dict[str, Any] = field(default_factory=dict)
    networks: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    restarted: int = 0
    gone: bool = False
    short_id: str = "abc"

    @property
    def attrs(self) -> dict[str, Any]:
        state: dict[str, Any] = {"Status": self.status, "ExitCode": self.code}
        if self.health:
            state["Health"] = {"Status": self.health}
        config = {"Labels": self.labels, "ExposedPorts": self.ports}
        return {
            "State": state,
            "Config": config,
            "HostConfig": {},
            "RestartCount": self.restarted,
            "NetworkSettings": {"Networks": self.networks},
        }

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.options.get("labels", {}))

    def reload(self) -> None:
        if self.gone:
            import docker  # noqa: PLC0415 - heavy

            raise docker.errors.NotFound("gone")

    def logs(self, tail: int) -> bytes:
        return self.lines

    def start(self) -> None:
        self._do("start", "running")

    def stop(self, timeout: int = 0) -> None:
        self._do("stop", "exited")

    def pause(self) -> None:
        self._do("pause", "paused")

    def unpause(self) -> None:
        self._do("unpause", "running")

    def remove(self, **_: object) -> None:
        self._do("remove", "removing")
        self.gone = True

    def _do(self, what: str, status: str) -> None:
        self.done.append(what)
        self.status = status


class Client:
    """The part of the engine's SDK that obsboot uses. What is `absent` can be neither found nor pulled."""

    def __init__(self) -> None:
        self.made: list[Container] = []
        self.known: dict[str, Network] = {}
        self.absent: set[str] = set()
        self.pulled: list[str] = []
        self.built: dict[str, bytes] = {}
        self.local: set[str] = set()
        self.born: Callable[[Container], None] = lambda container: None
        self.containers = self.networks = self.volumes = self.images = self.api = self

    def create(self, what: str, command: Any = None, /, **options: Any) -> Any:
        """A container from an image and a command, or, without a name of its own, a network that is called so."""
        if "name" not in options:
            return self.known.setdefault(what, Network(what))
        made = Container(options.pop("name"), {"image": what, "command": command, **options}, "created")
        self.made.append(made)
        self.born(made)
        return made

    def create_endpoint_config(self, aliases: list[str]) -> object:
        return {"aliases": aliases}

    def list(self, filters: dict[str, str], **options: object) -> list[Container]:
        name, _, value = filters["label"].partition("=")
        here = [c for c in self.made if not c.gone and name in c.labels] if "all" in options else []
        return [container for container in here if value in ("", container.labels[name])]

    def get(self, name: str) -> Any:
        if "/" in name or ":" in name:
            if name not in self.local:
                import docker  # noqa: PLC0415 - heavy

                raise docker.errors.ImageNotFound("no such image")
            return name
        return self.known.setdefault(name, Network(name))

    def pull(self, name: str, tag: str | None) -> None:
        if name in self.absent:
            import docker  # noqa: PLC0415 - heavy

            raise docker.errors.APIError("500", explanation="no such host")
        self.pulled.append(f"{name}:{tag}" if tag else name)
        self.local.add(self.pulled[-1])

    def build(self, tag: str, fileobj: Any, **_: object) -> None:
        self.built[tag] = fileobj.read()
        self.local.add(tag)


def engine(client: Client | None = None) -> Engine:
    return Engine(client or Client(), "unix:///nowhere", "29.0", 2, 8_000_000_000)


def box(what: str = "cache: server", port: int = 0, **options: Any) -> Box:
    """A container of no engine."""
    return Box(engine(), Container(what.replace(": ", "-"), **options), what, port)


@dataclass
class Heard:
    """A listener that remembers."""

    phases: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def phase(self, name: str, predicted_seconds: float) -> None:
        self.phases.append(name)

    def event(self, text: str, outcome: str = "") -> None:
        self.events.append(text)


def until(come: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for what a thread or a process brings about."""
    end = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.005)


def said(run: Run, check: str) -> dict[str, tuple[str, str]]:
    """Subject -> outcome and reason of the run's results of one check."""
    return {r.subject: (r.outcome, r.reason) for r in run.results if r.check == f"live/{check}"}
