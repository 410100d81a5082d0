"""What services say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.likeness import meant
from obsboot.sources import shapes
from obsboot.sources.context import Context
from obsboot.sources.documents import listed
from obsboot.sources.topology import Service, composed, filled

_KEYS = frozenset(shapes.table("compose")["service"].split())
_CONFIGURED = re.compile(r"--config\.file[= ](?P<path>/\S+)")
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
                if context.foreign and not each.open and not any(other.open for other in every):
                    yield from self._hosts(service, known)

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

    def _hosts(self, service: Service, known: set[str]) -> Iterator[Finding]:
        """Only what is nearly the name of a container: others may be somewhere else."""
        for key, (value, line) in service.environment.items():
            found = _ADDRESS.fullmatch(filled(value))
            host = found["host"] if found else ""
            if host and host not in known and (advice := meant(host, known)):
                message = f"{service.name}: {key} asks {host!r}, which is no container: {advice}"
                yield self.finding(service.path, line, message, severity="warning", subject=f"service {service.name}")


def _place(service: Service, text: str) -> int:
    """Where a word of the command stands."""
    words = listed(service.data.get("command"))
    return next(
        (line for word, line in zip(words, words.lines, strict=True) if filled(word) == text),
        service.data.at("command"),
    )
