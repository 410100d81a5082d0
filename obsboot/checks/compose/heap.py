"""Java's heap fits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context, mapped
from obsboot.sources.topology import Service, composed, filled

_OPTIONS = re.compile(r"(?:.*_)?JAVA_OPTS|.*_JAVA_OPTS|JAVA_TOOL_OPTIONS|.*_HEAP_OPTS|JVM_OPTS")
_MOST, _LEAST = (re.compile(rf"-Xm{letter}(\d+)([kKmMgG]?)\b") for letter in "xs")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kKmMgG]?)[iI]?[bB]?")
_FACTORS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_ROOM = 0.85
"""The part of the limit that the heap may take: Java needs memory beside it."""


class Heap(Check):
    id = "compose/heap"
    title = "Java's heap fits into the container's memory"
    explanation = (
        "Java needs memory beside its heap. Where the heap alone reaches the container's limit, the kernel kills it under "
        "load, without a word in its log."
    )
    fix = "Raise mem_limit to about twice the heap (-Xmx), or lower -Xmx."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in composed(context):
            for service in each.services.values():
                for name, (value, line) in service.environment.items():
                    why = _fault(filled(value), service) if _OPTIONS.fullmatch(name) else None
                    if why:
                        message = f"{service.name}: {why[1]}"
                        subject = f"service {service.name}"
                        yield self.finding(each.path, line, message, severity=why[0], subject=subject)


def _fault(options: str, service: Service) -> tuple[Severity, str] | None:
    most, least = _last(_MOST, options), _last(_LEAST, options)
    if most and least and least > most:
        return "error", "Java does not start with -Xms above -Xmx"
    limit = _limit(service)
    if not most or not limit:
        return None
    if most >= limit:
        return "error", f"a heap of {_spelt(most)} does not fit into a limit of {_spelt(limit)}"
    if most > _ROOM * limit:
        return "warning", f"a heap of {_spelt(most)} leaves too little of {_spelt(limit)} for what Java needs beside it"
    return None


def _last(pattern: re.Pattern[str], options: str) -> float:
    """The bytes that the last of the options says; 0 where none does."""
    found = pattern.findall(options)
    return int(found[-1][0]) * _FACTORS[found[-1][1].lower()] if found else 0


def _limit(service: Service) -> float:
    """Bytes that the container may use; 0 where nothing is said."""
    limits = mapped(mapped(mapped(service.data.get("deploy")).get("resources")).get("limits"))
    found = _SIZE.fullmatch(filled(service.data.get("mem_limit") or limits.get("memory") or "").strip())
    return float(found[1]) * _FACTORS[found[2].lower()] if found else 0


def _spelt(size: float) -> str:
    return f"{size / 1024**3:g} GiB" if size >= 1024**3 else f"{size / 1024**2:g} MiB"
