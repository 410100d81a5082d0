"""What services say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.likeness import meant
from obsboot.sources import shapes
from obsboot.sources.context import Context
from obsboot.sources.documents import listed
from obsboot.sources.reaching import web_port
from obsboot.sources.topology import Service, composed, filled

_KEYS = frozenset(shapes.table("compose")["service"].split())
_CONFIGURED = re.compile(r"--config\.file[= ](?P<path>/\S+)")
_SINGLE = re.compile(r"-(?P<name>[a-z][a-z0-9-]*\.[a-z0-9.-]+)(?:=.*)?")
_OURS = re.compile(r"^(?:(?:docker\.io/)?prom|quay\.io/prometheus)/")
_DASHES = {"prometheus": (2, 0), "alertmanager": (0, 13), "node-exporter": (0, 15)}
"""The version since which an option has two dashes, and what follows one is letters of their own."""
_VERSION = re.compile(r"v?(?P<major>\d+)\.(?P<minor>\d+)\b.*")
_WEB = re.compile(r"https?://(?:[^@/\s]*@)?(?P<host>[a-zA-Z][\w-]*):(?P<port>\d{2,5})(?:[/?].*)?")
_ADDRESS = re.compile(r"(?:\w+://)?(?:[^@/\s]*@)?(?P<host>[a-zA-Z][\w-]*):(?P<port>\d{2,5})(?:[/?].*)?")


class Services(Check):
    id = "compose/service"
    title = "Services say what compose knows, and ask hosts that there are"
    explanation = (
        "Compose refuses a file with an unknown key as a whole. A host in a variable is looked up among the containers: "
        "where none has the name, the program waits, or serves nothing."
    )
    fix = "Correct the key, or write the name of the service that is meant."

    def run(self, context: Context) -> Iterator[Finding]:
        every = composed(context)
        known = {name for each in every for service in each.services.values() for name in service.names}
        for each in every:
            for service in each.services.values():
                yield from self._keys(service)
                yield from self._files(context, service)
                yield from self._flags(service)
                if context.foreign and not each.open and not any(other.open for other in every):
                    yield from self._hosts(service, known)
                    yield from self._ports(context, service, each.services)

    def _keys(self, service: Service) -> Iterator[Finding]:
        for key in service.data:
            if key not in _KEYS and not key.startswith("x-"):
                message = f"a service has no {key!r}: {nearest(key, _KEYS)[:90]}"
                yield self.finding(service.path, service.data.at(key), message, subject=f"service {service.name}")

    def _files(self, context: Context, service: Service) -> Iterator[Finding]:
        """A file that the command names, in a folder of the repository that is mounted, and in which it is not."""
        for text in service.command:
            found = _CONFIGURED.search(text)
            path = service.outside(found["path"]) if found else None
            folder = posixpath.dirname(path) if path else ""
            if path and folder and context.exists(folder) and not context.exists(path):
                message = (
                    f"{service.name} is started with {found['path'] if found else ''}, and {folder} has no such file"
                )
                yield self.finding(service.path, _place(service, text), message, subject=f"service {service.name}")

    def _flags(self, service: Service) -> Iterator[Finding]:
        """Options as the first versions took them; one is enough to tell."""
        since = _DASHES.get(service.repository.rpartition("/")[2])
        if (
            since is None
            or _OURS.search(service.image) is None
            or "entrypoint" in service.data
            or _before(service, since)
        ):
            return
        for text in service.command:
            if found := _SINGLE.fullmatch(text):
                message = f"{service.name} does not start with -{found['name']}: options have two dashes"
                yield self.finding(service.path, _place(service, text), message, subject=f"service {service.name}")
                return

    def _hosts(self, service: Service, known: set[str]) -> Iterator[Finding]:
        """Only what is nearly the name of a container: others may be somewhere else."""
        for key, (value, line) in service.environment.items():
            found = _ADDRESS.fullmatch(filled(value))
            host = found["host"] if found else ""
            if host and host not in known and (advice := meant(host, known)):
                message = f"{service.name}: {key} asks {host!r}, which is no container: {advice}"
                yield self.finding(service.path, line, message, severity="warning", subject=f"service {service.name}")

    def _ports(self, context: Context, service: Service, beside: Mapping[str, Service]) -> Iterator[Finding]:
        """Addresses of the web at ports where the container that they name surely does not answer."""
        for key, (value, line) in service.environment.items():
            found = _WEB.fullmatch(filled(value))
            asked = beside.get(found["host"]) if found else None
            port = web_port(context, asked) if asked else ""
            if found and asked and port and port != found["port"] and not _may_answer(asked, found["port"]):
                message = f"{service.name}: {key} asks {asked.name} at {found['port']}, and it answers at {port}"
                yield self.finding(service.path, line, message, severity="warning", subject=f"service {service.name}")


def _may_answer(service: Service, port: str) -> bool:
    return port in service.ports or service.mentions(port)


def _before(service: Service, since: tuple[int, int]) -> bool:
    """Whether its version is an older one, or cannot be told."""
    found = _VERSION.fullmatch(service.tag)
    if found:
        return (int(found["major"]), int(found["minor"])) < since
    return service.tag not in ("", "latest", "main") or "$" in service.image or "@" in service.image


def _place(service: Service, text: str) -> int:
    """Where a word of the command stands."""
    words = listed(service.data.get("command"))
    return next(
        (line for word, line in words.placed if filled(word) == text),
        service.data.at("command"),
    )
