"""Ingest pipelines that the store takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.ingesting import processors
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, store

_PROCESSORS = frozenset(KNOWN["processors"].split())
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "append": ("field", "value"),
    "bytes": ("field",),
    "convert": ("field", "type"),
    "csv": ("field", "target_fields"),
    "date": ("field", "formats"),
    "dissect": ("field", "pattern"),
    "foreach": ("field", "processor"),
    "grok": ("field", "patterns"),
    "gsub": ("field", "pattern", "replacement"),
    "join": ("field", "separator"),
    "json": ("field",),
    "kv": ("field", "field_split", "value_split"),
    "lowercase": ("field",),
    "pipeline": ("name",),
    "rename": ("field", "target_field"),
    "set": ("field",),
    "split": ("field", "separator"),
    "trim": ("field",),
    "uppercase": ("field",),
    "urldecode": ("field",),
    "user_agent": ("field",),
}
"""Options without which a processor is refused."""
_TYPES = ("integer", "long", "float", "double", "boolean", "ip", "string", "auto")

Fault = tuple[Way, str, Severity]


class Pipeline(Check):
    id = "elasticsearch/pipeline"
    title = "Ingest pipelines are of processors that there are"
    explanation = "A pipeline with an unknown processor, or one that lacks what it needs, is refused as a whole."
    fix = "Write the processor's name and options as the reference has them."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in store(context).pipelines.values():
            for way, message, severity in _faults(each):
                line = each.source.line(*way)
                yield self.finding(each.path, line, message, severity=severity, subject=f"pipeline {each.name}")


def _faults(each: Stored) -> Iterator[Fault]:
    for kind, body, way in processors(each.data):
        if kind not in _PROCESSORS:
            yield way, f"there is no processor {kind!r}: {nearest(kind, _PROCESSORS)[:120]}", _unsure(kind)
            continue
        for need in _NEEDS.get(kind, ()):
            if need not in body:
                yield way, f"{kind} lacks {need}", "error"
        yield from _values(kind, body, way)


def _unsure(kind: str) -> Severity:
    """A plugin may bring a processor of its own; a name that is nearly that of a known one is a mistake."""
    return "error" if meant(kind, _PROCESSORS) else "warning"


def _values(kind: str, body: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    if kind == "convert" and body.get("type") not in (*_TYPES, None):
        yield (*way, "type"), f"convert knows no type {body['type']!r}: {', '.join(_TYPES)}", "error"
    if kind == "set" and "value" not in body and "copy_from" not in body:
        yield way, "set lacks value or copy_from", "error"
    if kind == "script" and not {"source", "id"} & set(body):
        yield way, "script lacks source", "error"
    if kind == "remove" and not {"field", "keep"} & set(body):
        yield way, "remove lacks field", "error"
