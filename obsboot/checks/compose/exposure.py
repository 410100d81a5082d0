"""Loopback only."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped

_LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")


class Exposure(Check):
    id = "compose/exposure"
    title = "Ports are published on loopback only"
    explanation = (
        "Docker opens a published port past the host's firewall; Prometheus and exporters ask for no password."
    )
    fix = "Write 127.0.0.1:PORT:PORT; put a proxy with authentication in front for others."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path("compose.yaml")
        for name, service in context.services.items():
            data = mapped(service)
            ports = listed(data.get("ports"))
            for port, line in ports.placed:
                outside = (
                    port.get("host_ip") not in ("127.0.0.1", "::1")
                    if isinstance(port, Mapped)
                    else (not str(port).startswith(_LOOPBACK))
                )
                if outside:
                    text = port.get("published") if isinstance(port, Mapped) else port
                    yield self.finding(path, line, f"{name} publishes {text} to every network")
            if data.get("network_mode") == "host":
                yield self.finding(path, data.at("network_mode"), f"{name} shares the host's network")
