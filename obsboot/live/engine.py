"""The container engine: found, refused plainly where it does not fit, and left without a trace."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsboot.model import Exit, ObsbootError

RUN_LABEL = "obsboot.run"
OWNER_LABEL = "obsboot.owner"
FOLDER_LABEL = "obsboot.folder"
_CALL_SECONDS = 60.0
_REMOVE_SECONDS = 60.0
_SETTLE_SECONDS = 0.3
_INSTALL = "install Docker Engine with its compose plugin and start it; everything else works without"


@dataclass(frozen=True, slots=True)
class Engine:
    """A local container engine. `client` is the SDK's, `host` the address that it and `docker compose` talk to."""

    client: Any
    host: str
    version: str
    processors: int
    memory: int

    def labelled(self, kind: str, label: str) -> list[Any]:
        """All containers, networks or volumes with a label (`name` or `name=value`), stopped containers included."""
        every = {"all": True, "ignore_removed": True} if kind == "containers" else {}
        found: list[Any] = getattr(self.client, kind).list(filters={"label": label}, **every)
        return found

    def ended(self, run: str) -> set[str]:
        """The names of the run's containers that do not run any more."""
        wanted = {"label": f"{RUN_LABEL}={run}", "status": "exited"}
        every = self.client.containers.list(filters=wanted, all=True, ignore_removed=True)
        return {str(each.name) for each in every}


def connect() -> Engine:
    """The engine of this machine.

    Raises ObsbootError: with code 6 where none answers, with 5 where it is on another machine or rootless.
    """
    if shutil.which("docker") is None:
        raise ObsbootError("no container engine: the docker client is not on PATH", fix=_INSTALL, code=_COULD_NOT)
    host = _host()
    if not host.startswith(("unix://", "npipe://")):
        raise ObsbootError(
            f"the container engine is on another machine ({host}): its containers cannot see this machine's files",
            fix="run obsboot on that machine, or choose a local engine: `docker context use default`, unset DOCKER_HOST",
            code=Exit.REFUSED,
        )
    _compose_is_there()
    return _answering(host)


_COULD_NOT = Exit.COULD_NOT_CHECK


def _host() -> str:
    """The engine's address as the docker client finds it: DOCKER_HOST, else the current context."""
    if given := os.environ.get("DOCKER_HOST"):
        return given
    asked = _docker("context", "inspect", "--format", "{{json .Endpoints.docker.Host}}")
    if asked.returncode and (named := os.environ.get("DOCKER_CONTEXT")):
        fix = "`docker context ls` shows those that there are; or unset DOCKER_CONTEXT"
        raise ObsbootError(f"DOCKER_CONTEXT={named}: {asked.stderr.strip()}", fix=fix, code=_COULD_NOT)
    try:
        return str(json.loads(asked.stdout)) or "unix:///var/run/docker.sock"
    except ValueError:
        return "unix:///var/run/docker.sock"


def _compose_is_there() -> None:
    asked = _docker("compose", "version", "--short")
    number = asked.stdout.strip().removeprefix("v").split(".")
    if asked.returncode or not number[0].isdigit() or int(number[0]) < 2:
        raise ObsbootError(
            "docker compose version 2 is missing", fix="install the compose plugin of Docker", code=_COULD_NOT
        )


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, timeout=_CALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        said = f"`docker {' '.join(arguments)}` did not answer within {_CALL_SECONDS:g} s"
        raise ObsbootError(said, code=_COULD_NOT) from None


def _answering(host: str) -> Engine:
    import docker  # noqa: PLC0415 - heavy, and only a proving run needs it

    try:
        client = docker.DockerClient(base_url=host, timeout=120)
        info = client.info()
    except (docker.errors.DockerException, OSError) as error:
        why = _innermost(error)
        denied = "permission" in why.lower()
        fix = "let your user use the engine (group docker), or run as root" if denied else _INSTALL
        raise ObsbootError(f"no container engine answers at {host}: {why}", fix=fix, code=_COULD_NOT) from None
    if any("rootless" in option for option in info.get("SecurityOptions") or ()):
        raise ObsbootError(
            "the container engine is rootless: limits and unprivileged users mean something else there",
            fix="prove the pack on an engine that runs as root; `obsboot check --replay` works here",
            code=Exit.REFUSED,
        )
    return Engine(client, host, str(info["ServerVersion"]), int(info["NCPU"]), int(info["MemTotal"]))


def _innermost(error: BaseException) -> str:
    """What the system itself said, below what the libraries made of it."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, OSError) and at.strerror:
            return at.strerror
        at = at.__cause__ or at.__context__
    return str(error)


def owner() -> str:
    """Who owns a run: this host, this process and when it started, since a process id alone may come back."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def is_dead(owned_by: str) -> bool:
    """Whether the run's process is known to have ended; a run of another host is not known."""
    parts = owned_by.split()
    if len(parts) != 3 or parts[0] != socket.gethostname() or not parts[1].isdigit():
        return False
    pid = int(parts[1])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    started = _started(pid)
    return bool(started and parts[2] != "-" and started != parts[2])


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "-"


def remove(engine: Engine, run: str) -> int:
    """Remove everything that carries the run's label; how many things that were.

    It looks until it has found nothing twice: what the engine was just making when the run ended comes late.
    Raises ObsbootError where something stays.
    """
    removed: set[tuple[str, str]] = set()
    looked, end = 0, time.monotonic() + _REMOVE_SECONDS
    while looked < 2:
        found = list(_belongings(engine, f"{RUN_LABEL}={run}"))
        if found and time.monotonic() > end:
            left = ", ".join(sorted(thing.name for thing in found))
            raise ObsbootError(f"the engine does not remove {left}", fix="run `obsboot clean` later", code=_COULD_NOT)
        for thing in found:
            _remove(thing)
        removed |= {(type(thing).__name__, thing.name) for thing in found}
        looked = 0 if found else looked + 1
        time.sleep(_SETTLE_SECONDS)
    return len(removed)


def _belongings(engine: Engine, label: str) -> Iterator[Any]:
    for kind in ("containers", "networks", "volumes"):
        yield from engine.labelled(kind, label)


def _remove(thing: Any) -> None:
    import docker  # noqa: PLC0415 - as above

    options = {"Container": {"force": True, "v": True}, "Volume": {"force": True}}.get(type(thing).__name__, {})
    try:
        thing.remove(**options)
    except docker.errors.APIError as error:
        if error.status_code not in (403, 404, 409):  # gone by itself, or still held by what goes in the next round
            raise


def dead_runs(engine: Engine) -> dict[str, str]:
    """The runs whose owner has ended: run -> the folder of its copy."""
    found: dict[str, str] = {}
    for thing in _belongings(engine, RUN_LABEL):
        labels = thing.attrs.get("Labels") or thing.attrs.get("Config", {}).get("Labels") or {}
        if is_dead(labels.get(OWNER_LABEL, "")):
            found[labels[RUN_LABEL]] = labels.get(FOLDER_LABEL, "")
    return found
