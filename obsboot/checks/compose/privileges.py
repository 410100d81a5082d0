"""Least privilege."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped

_HOST = ("pid", "ipc", "uts", "userns_mode", "cgroup")
_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock")


class Privileges(Check):
    id = "compose/privileges"
    title = "Containers have no more rights than they need"
    explanation = "Whoever takes over an exporter with the Docker socket or all capabilities has taken over the host."
    fix = "cap_drop: [ALL], security_opt: [no-new-privileges:true], read_only: true, no socket, no privileged."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path("compose.yaml")
        for name, service in context.services.items():
            data = mapped(service)
            for line, message in _faults(data, context.services.at(name)):
                yield self.finding(path, line, f"{name} {message}")


def _faults(service: Mapped, line: int) -> Iterator[tuple[int, str]]:
    volumes = listed(service.get("volumes"))
    for volume, at in volumes.placed:
        text = str(volume.get("source", "")) if isinstance(volume, Mapped) else str(volume)
        if any(socket in text for socket in _SOCKETS):
            yield at, "mounts the container engine's socket"
    if service.get("privileged"):
        yield service.at("privileged"), "is privileged"
    for key in _HOST:
        if service.get(key) == "host" and not (key == "pid" and service.get("read_only")):
            yield service.at(key), f"shares the host's {key}"
    if "ALL" not in listed(service.get("cap_drop")):
        yield service.at("cap_drop") if "cap_drop" in service else line, "keeps its capabilities: cap_drop lacks ALL"
    if not any("no-new-privileges" in str(option) for option in listed(service.get("security_opt"))):
        yield service.at("security_opt") if "security_opt" in service else line, "may gain privileges"
    if service.get("read_only") is not True:
        yield service.at("read_only") if "read_only" in service else line, "may write to its own image: no read_only"
    if str(service.get("user", "")).partition(":")[0] in ("0", "root") and not _only_reads(service):
        yield service.at("user"), "runs as root"


def _only_reads(service: Mapped) -> bool:
    """Whether its root can do nothing but read: what collects the logs of other containers has to."""
    confined = service.get("read_only") is True and "ALL" in listed(service.get("cap_drop"))
    return confined and list(listed(service.get("cap_add"))) == ["DAC_READ_SEARCH"]
