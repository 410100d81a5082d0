"""Index templates that hold for their streams."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources.context import Context
from obsboot.sources.logfiles import fits
from obsboot.sources.logstash.events import flows, streams, targets
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.options import misfits, options
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, Store, overlap, store

_BUILT_IN: dict[str, int] = KNOWN["built_in"]
_TEMPLATE = options(KNOWN["index_template"], KNOWN["taken_out"])
_PART = options(KNOWN["component_template"], KNOWN["taken_out"])
_LEGACY = options(KNOWN["legacy_template"], KNOWN["taken_out"])
_BODY = options(KNOWN["template"])
_UNFIT = ' ,"\\<>|/?'
"""What no pattern of names may hold."""

Fault = tuple[Stored, tuple[str | int, ...], str, Severity]


class Template(Check):
    id = "elasticsearch/template"
    title = "Index templates take the streams that are written, before any other template does"
    explanation = (
        "A stream whose name no template of the folder fits is made by the store's own template, with guessed fields; so is "
        "one whose template has a lower priority than the store's (100 for `logs-*-*`). Of two templates with one priority "
        "and overlapping patterns the second is refused, and so is any template with a field that it does not have."
    )
    fix = (
        "Let `index_patterns` fit the names that are written, say `data_stream: {}`, and a priority above 100, each its "
        "own."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        written = list(dict.fromkeys(_written(context)))
        for each, way, message, severity in (*_shapes(found), *_streams(found, written), *_priorities(found)):
            line = each.source.line(*way)
            yield self.finding(each.path, line, message, severity=severity, subject=f"index template {each.name}")


def _shapes(found: Store) -> Iterator[Fault]:
    """What is no field of a template, and what is no pattern of names."""
    for each in (*found.parts.values(), *found.templates.values()):
        takes = _LEGACY if each.legacy else _TEMPLATE if "index_patterns" in each.data else _PART
        faults = list(misfits("a template", each.data, takes, ()))
        faults += [] if each.legacy else misfits("template", each.body, _BODY, each.way)
        for way, message in faults:
            moved = not each.legacy and len(way) == 1 and way[0] in _BODY
            # Other things have a template with settings as well: of them only a slip of the pen is one.
            if takes is not _PART or moved or meant(str(way[-1]), _PART if len(way) == 1 else _BODY):
                yield each, way, f"{way[-1]} has its place in `template`" if moved else message, "error"
    for each in found.templates.values():
        for number, pattern in enumerate(each.patterns):
            if unfit := next((sign for sign in _UNFIT if sign in pattern and "{" not in pattern), ""):
                yield (
                    each,
                    ("index_patterns", number),
                    f"the pattern {pattern!r} has a {unfit!r}, which no name has",
                    "error",
                )
        if not each.legacy and each.priority < 0:
            yield each, ("priority",), "the priority is below 0", "error"


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
            message = f"data_stream is missing, so {own[0]}, a data stream to Logstash, becomes an index, never rolled"
            yield each, ("index_patterns",), message, "error"
        near = [name for name in written if name not in taken]
        if written and not taken and near and "data_stream" in each.data:
            message = f"index_patterns fits none of the streams that are written: {', '.join(near[:3])}"
            yield each, ("index_patterns", 0), message, "error"


def _takes(each: Stored, name: str) -> bool:
    return any(fits(name, pattern) for pattern in each.patterns)


def _priorities(found: Store) -> Iterator[Fault]:
    composed = [each for each in found.templates.values() if not each.legacy]
    for each in () if found.of_opensearch else composed:
        for pattern, priority in _BUILT_IN.items():
            shadowed = any(overlap(one, pattern) and _inside(one, pattern) for one in each.patterns)
            if shadowed and each.priority <= priority and each.name not in ("logs", "metrics", "synthetics", "traces"):
                way = ("priority",) if "priority" in each.data else ("index_patterns",)
                own = f"that of the store's own template for {pattern}"
                message = f"its priority {each.priority} is not above {priority}, {own}"
                yield each, way, message, "error"
    for one, other in combinations(composed, 2):
        same = one.priority == other.priority
        if same and any(overlap(a, b) for a in one.patterns for b in other.patterns):
            message = (
                f"{one.name} has the priority {other.priority} too, and patterns that overlap: the second is refused"
            )
            yield other, ("priority",), message, "error"


def _inside(pattern: str, built_in: str) -> bool:
    """Whether the names of a pattern are among those that the store's own template is for."""
    return pattern.startswith(built_in.partition("*")[0])
