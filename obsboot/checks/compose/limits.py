"""Memory limits."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, mapped


class Limits(Check):
    id = "compose/limits"
    title = "Every container has a memory limit"
    explanation = "The monitoring must not be what takes the memory from the service it watches."
    fix = "Set mem_limit."

    def run(self, context: Context) -> Iterator[Finding]:
        for name, service in context.services.items():
            data = mapped(service)
            limits = mapped(mapped(mapped(data.get("deploy")).get("resources")).get("limits"))
            if not (data.get("mem_limit") or limits.get("memory")):
                line = context.services.at(name)
                yield self.finding(context.path("compose.yaml"), line, f"{name} has no memory limit")
