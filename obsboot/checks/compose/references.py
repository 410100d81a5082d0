"""What compose names exists."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped


class References(Check):
    id = "compose/references"
    title = "Every file, network, volume and service that compose.yaml names exists"
    explanation = "Compose refuses an unknown network; a missing file becomes an empty folder, owned by root."
    fix = "Define it, or correct the name; paths are relative to compose.yaml."

    def run(self, context: Context) -> Iterator[Finding]:
        services = context.services
        path, data = context.path("compose.yaml"), context.mapping("compose.yaml")
        defined = {
            key: set(mapped(data.get(key))) | {"default"} for key in ("networks", "volumes", "secrets", "configs")
        }
        for name, service in services.items():
            each = mapped(service)
            for key, used, line in _named(each):
                if used not in defined[key]:
                    yield self.finding(path, line, f"{name} uses the {key[:-1]} {used!r}, which is not defined")
            for source, line in _mounts(each):
                if source.startswith("./") and not _exists(context, source):
                    yield self.finding(path, line, f"{name} mounts {source}, which the pack does not have")
                elif source[:1] not in "./~$" and source not in defined["volumes"]:
                    yield self.finding(path, line, f"{name} uses the volume {source!r}, which is not defined")
            for other in each.get("depends_on") or ():
                if other not in services:
                    yield self.finding(path, each.at("depends_on"), f"{name} waits for {other!r}, which is no service")


def _named(service: Mapped) -> Iterator[tuple[str, str, int]]:
    for key in ("networks", "secrets", "configs"):
        found = service.get(key)
        if isinstance(found, Mapped):
            yield from ((key, name, found.at(name)) for name in found)
        for each, line in zip(listed(found), listed(found).lines, strict=True):
            yield key, str(each.get("source", "") if isinstance(each, Mapped) else each), line


def _mounts(service: Mapped) -> Iterator[tuple[str, int]]:
    found = listed(service.get("volumes"))
    for volume, line in zip(found, found.lines, strict=True):
        if not isinstance(volume, Mapped):
            yield str(volume).partition(":")[0], line
        elif volume.get("type") in ("bind", "volume"):
            yield str(volume.get("source", "")), line


def _exists(context: Context, source: str) -> bool:
    """Whether the pack has the file or folder; secrets are made by `obsboot init`, outside the pack's files."""
    path = context.path(source)
    if path == context.path("secrets") or path.startswith((f"{context.path('secrets')}/", context.path(".env"))):
        return True
    return any(each == path or each.startswith(f"{path}/") for each in context.files.texts)
