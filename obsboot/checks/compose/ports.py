"""One port of the host, one service."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.topology import Composed, Published, Service, composed


class Ports(Check):
    id = "compose/ports"
    title = "No two services publish one port of the host"
    explanation = "The second one does not start: the port is taken."
    fix = "Publish one of them on another port of the host; containers reach each other without any."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in composed(context):
            for service, port, other in _clashes(each):
                message = f"{service.name} publishes port {port.outside} of the host, and so does {other.name}"
                yield self.finding(each.path, port.line, message, subject=f"service {service.name}")


def _clashes(each: Composed) -> Iterator[tuple[Service, Published, Service]]:
    """The ports that are taken; services of which a profile starts only some are left out."""
    taken: dict[str, list[tuple[Published, Service]]] = {}
    for service in each.services.values():
        for port in service.published if "profiles" not in service.data else ():
            if port.outside and port.outside != "0":
                before = taken.setdefault(port.outside, [])
                other = next((owner for known, owner in before if known.clashes(port)), None)
                if other:
                    yield service, port, other
                before.append((port, service))
