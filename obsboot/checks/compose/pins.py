"""Images are pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.topology import Service, required

_FLOATING = frozenset({"latest", "main", "master", "edge", "nightly", "stable", "lts"})


class Pins(Check):
    id = "compose/pins"
    title = "Every image is pinned to a version"
    explanation = "A metric's name may change with the exporter's version: an unpinned image breaks panels by itself."
    fix = "Name the exact version that the proofs ran on, e.g. prom/prometheus:v3.5.3."

    def run(self, context: Context) -> Iterator[Finding]:
        severity: Severity = "warning" if context.foreign else "error"
        for service in (service for each in required(context) for service in each.services.values()):
            subject = f"service {service.name}"
            if not context.foreign and not ({"image", "build"} & set(service.data)):
                yield self.finding(service.path, service.line, f"{service.name} has no image", subject=subject)
            elif _floats(service):
                message = f"{service.name}: {service.image} is not pinned to a version"
                line = service.data.at("image")
                yield self.finding(service.path, line, message, severity=severity, subject=subject)


def _floats(service: Service) -> bool:
    """Whether the tag may mean another image tomorrow; one that a variable makes may be pinned there."""
    if not service.image or "@" in service.image or "$" in service.image:
        return False
    if service.data.get("pull_policy") in ("never", "build"):
        return False  # made here
    return service.tag in _FLOATING or not re.search(r"\d", service.tag)
