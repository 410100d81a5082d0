"""Index templates that hold for their streams."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logfiles import fits
from obsboot.sources.logstash.events import flows, streams, targets
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, Store, overlap, store

_BUILT_IN: dict[str, int] = KNOWN["built_in"]

Fault = tuple[Stored, tuple[str | int, ...], str, Severity]


class Template(Check):
    id = "elasticsearch/template"
    title = "Index templates take the streams that are written, before any other template does"
    explanation = (
        "A stream whose name no template of the folder fits is made by the store's own template, with guessed fields; so is "
        "one whose template has a lower priority than the store's (100 for `logs-*-*`). Of two templates with one priority "
        "and overlapping patterns the second is refused."
    )
    fix = (
        "Let `index_patterns` fit the names that are written, say `data_stream: {}`, and a priority above 100, each its "
        "own."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        written = list(dict.fromkeys(_written(context)))
        for each, way, message, severity in (*_streams(found, written), *_priorities(found)):
            line = each.source.line(*way)
            yield self.finding(each.path, line, message, severity=severity, subject=f"index template {each.name}")


def _written(context: Context) -> Iterator[str]:
    """The data streams that Logstash writes to, as far as it can be told."""
    for flow in flows(logstash(context)):
        for target in targets(flow.pipeline):
            if target.kind == "stream":
                yield from (name for name, _, _, _ in streams(flow, target))


def _streams(found: Store, written: list[str]) -> Iterator[Fault]:
    """What is written against what is there: once for a template that misses all of it, or makes no streams."""
    taken = {name for each in found.templates.values() for name in written if _takes(each, name)}
    for each in found.templates.values():
        own = [name for name in written if _takes(each, name)]
        if own and "data_stream" not in each.data:
            message = f"data_stream is missing, so {own[0]}, a data stream to Logstash, becomes an index and is refused"
            yield each, ("index_patterns",), message, "error"
        near = [name for name in written if name not in taken]
        if written and not taken and near and "data_stream" in each.data:
            message = f"index_patterns fits none of the streams that are written: {', '.join(near[:3])}"
            yield each, ("index_patterns", 0), message, "error"


def _takes(each: Stored, name: str) -> bool:
    return any(fits(name, pattern) for pattern in each.patterns)


def _priority(each: Stored) -> int:
    value = each.data.get("priority", 0)
    return value if isinstance(value, int) else 0


def _priorities(found: Store) -> Iterator[Fault]:
    for each in found.templates.values():
        for pattern, priority in _BUILT_IN.items():
            shadowed = any(overlap(one, pattern) and _inside(one, pattern) for one in each.patterns)
            if (
                shadowed
                and _priority(each) <= priority
                and each.name not in ("logs", "metrics", "synthetics", "traces")
            ):
                way = ("priority",) if "priority" in each.data else ("index_patterns",)
                own = f"that of the store's own template for {pattern}"
                message = f"its priority {_priority(each)} is not above {priority}, {own}"
                yield each, way, message, "error"
    for one, other in combinations(found.templates.values(), 2):
        same = _priority(one) == _priority(other)
        if same and any(overlap(a, b) for a in one.patterns for b in other.patterns):
            message = (
                f"{one.name} has the priority {_priority(other)} too, and patterns that overlap: the second is refused"
            )
            yield other, ("priority",), message, "error"


def _inside(pattern: str, built_in: str) -> bool:
    """Whether the names of a pattern are among those that the store's own template is for."""
    return pattern.startswith(built_in.partition("*")[0])
