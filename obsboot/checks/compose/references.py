"""What compose names exists."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed
from obsboot.sources.documents import Mapped
from obsboot.sources.topology import Composed, Mount, Service, composed, required

_KINDS = ("networks", "volumes", "secrets", "configs")
_FILE = re.compile(r"\.(?:ya?ml|json|ndjson|conf|cfg|ini|toml|xml|properties|rules|tmpl|sh|sql|env|prom)$")
_SETTINGS = re.compile(r"/etc/[\w.-]+")
_KEYS = re.compile(r"certs?\b|certificates?|ssl|tls|keys?\b|secrets?|pki|acme|letsencrypt|passw|auth", re.IGNORECASE)
_SAMPLES = (".example", ".sample", ".dist", ".template", ".tmpl", ".tpl", ".j2")
"""What a file is called that somebody copies and fills in first."""


class References(Check):
    id = "compose/references"
    title = "Every file, network, volume and service that compose.yaml names exists"
    explanation = "Compose refuses an unknown network; a missing file becomes an empty folder, owned by root."
    fix = "Define it, or correct the name; paths are relative to compose.yaml."

    def run(self, context: Context) -> Iterator[Finding]:
        every = required(context)
        for each in every:
            beside = [other for other in every if other.folder == each.folder]
            for service in each.services.values():
                if not any(other.open for other in beside):
                    yield from self._names(service, beside)
                yield from self._mounts(context, service)
                yield from self._hidden(service)

    def _hidden(self, service: Service) -> Iterator[Finding]:
        """Of two things at one path compose mounts the last, and says nothing."""
        last = {mount.target.rstrip("/"): mount for mount in service.mounts}
        for mount in service.mounts:
            above = last[mount.target.rstrip("/")]
            if mount is not above and "$" not in mount.target:
                message = f"{service.name} gets {above.source} at {mount.target}, so {mount.source} is not mounted"
                yield self.finding(
                    service.path, mount.line, message, severity="warning", subject=f"service {service.name}"
                )

    def _names(self, service: Service, beside: list[Composed]) -> Iterator[Finding]:
        subject = f"service {service.name}"
        defined = {key: {"default", *(name for each in beside for name in each.defined(key))} for key in _KINDS}
        for key, used, line in _named(service.data):
            if used not in defined[key] and "$" not in used:
                message = f"{service.name} uses the {key[:-1]} {used!r}, which is not defined"
                yield self.finding(service.path, line, message, subject=subject)
        for mount in service.mounts:
            if not mount.bound and mount.source not in defined["volumes"] and "$" not in mount.source:
                message = f"{service.name} uses the volume {mount.source!r}, which is not defined"
                yield self.finding(service.path, mount.line, message, subject=subject)
        services = {name for each in beside for name in each.services}
        for other, line in _waits(service.data):
            if other not in services:
                message = f"{service.name} waits for {other!r}, which is no service: {nearest(other, services)}"
                yield self.finding(service.path, line, message, subject=subject)

    def _mounts(self, context: Context, service: Service) -> Iterator[Finding]:
        for mount in service.mounts:
            path = service.host_path(mount)
            if path is None or _there(context, path):
                continue
            subject, missing = f"service {service.name}", f"{service.name} mounts {mount.source}"
            if not context.foreign:
                yield self.finding(
                    service.path, mount.line, f"{missing}, which the pack does not have", subject=subject
                )
            elif _is_text(mount) and not any(context.exists(f"{path}{tail}") for tail in _SAMPLES):
                message = f"{missing}, which is not there: the container gets an empty folder in its place"
                yield self.finding(service.path, mount.line, message, severity="warning", subject=subject)
            elif _is_settings(mount) and _others(context, service, mount):
                message = f"{missing}, which is not there: {mount.target} is empty, and the service has no settings"
                yield self.finding(service.path, mount.line, message, severity="warning", subject=subject)


def _named(service: Mapped) -> Iterator[tuple[str, str, int]]:
    for key in ("networks", "secrets", "configs"):
        found = service.get(key)
        if isinstance(found, Mapped):
            yield from ((key, name, found.at(name)) for name in found)
        for each, line in listed(found).placed:
            yield key, str(each.get("source", "") if isinstance(each, Mapped) else each), line


def _waits(service: Mapped) -> Iterator[tuple[str, int]]:
    found = service.get("depends_on")
    if isinstance(found, Mapped):
        required = (
            name for name, how in found.items() if not isinstance(how, Mapped) or how.get("required") is not False
        )
        yield from ((name, found.at(name)) for name in required)
    yield from listed(found).texts


def _is_text(mount: Mount) -> bool:
    """Whether what is mounted is a file that somebody has written, not data that comes into being."""
    return (
        bool(_FILE.search(mount.source)) and posixpath.splitext(mount.source)[1] == posixpath.splitext(mount.target)[1]
    )


def _is_settings(mount: Mount) -> bool:
    """Whether what is mounted is a folder of settings: nothing can be written there, and no key or certificate is kept."""
    return mount.fixed and bool(_SETTINGS.match(mount.target)) and not _KEYS.search(f"{mount.source} {mount.target}")


def _others(context: Context, service: Service, mount: Mount) -> bool:
    """Whether the folder has all else that its compose file mounts to be read only, and no sample of this."""
    every = (each for found in composed(context) if found.path == service.path for each in found.services.values())
    paths = {(each.source, each.target): s.host_path(each) for s in every for each in s.mounts if each.fixed}
    beside = [path for (source, _), path in paths.items() if path and source != mount.source]
    sample = any(context.exists(f"{service.host_path(mount)}{tail}") for tail in _SAMPLES)
    return bool(beside) and not sample and all(context.exists(path) for path in beside)


def _there(context: Context, path: str) -> bool:
    """Whether the file or folder is there; a pack's secrets are made by `obsboot init`, outside its files."""
    if context.foreign:
        return context.exists(path)
    made = context.path("secrets")
    return path == made or path.startswith((f"{made}/", context.path(".env"))) or context.exists(path)
