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
from obsboot.sources.options import Option, misfits, options
from obsboot.sources.processing import misread
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, store

_PROCESSORS = frozenset(KNOWN["processors"].split())
_PIPELINE = options(KNOWN["pipeline"], KNOWN["taken_out"])
_OPTIONS: Mapping[str, Mapping[str, Option]] = {
    kind: options(text, KNOWN["any_processor"]) for kind, text in KNOWN["options"].items()
}
_ONE_OF: Mapping[str, tuple[str, ...]] = {kind: tuple(names.split()) for kind, names in KNOWN["one_of"].items()}
_APART = frozenset(KNOWN["apart"].split())

Fault = tuple[Way, str, Severity]


class Pipeline(Check):
    id = "elasticsearch/pipeline"
    title = "Ingest pipelines are of processors that there are, with options that they know"
    explanation = (
        "A pipeline is refused as a whole where a processor is unknown, lacks what it needs, has an option that it does not "
        "know, or one with a value that it cannot read: an unknown grok pattern, a `{{` that nothing ends."
    )
    fix = "Write the processor's name and options as the reference has them."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in store(context).pipelines.values():
            for way, message, severity in _faults(each):
                line = each.source.line(*way)
                yield self.finding(each.path, line, message, severity=severity, subject=f"pipeline {each.name}")


def _faults(each: Stored) -> Iterator[Fault]:
    for way, message in misfits("a pipeline", each.data, _PIPELINE, ()):
        yield way, message, "error"
    if each.data.get("on_failure") == []:
        yield ("on_failure",), "on_failure is empty: it needs a processor, or must not be there", "error"
    for kind, body, way in processors(each.data):
        if kind not in _PROCESSORS:
            yield way, f"there is no processor {kind!r}: {nearest(kind, _PROCESSORS)[:120]}", _unsure(kind)
            continue
        for where, message in (*_body(kind, body, way), *misread(kind, body, way)):
            yield where, message, "error"


def _unsure(kind: str) -> Severity:
    """A plugin may bring a processor of its own; a name that is nearly that of a known one is a mistake."""
    return "error" if meant(kind, _PROCESSORS) else "warning"


def _body(kind: str, body: Mapping[str, Any], way: Way) -> Iterator[tuple[Way, str]]:
    if kind in _OPTIONS:
        yield from misfits(kind, body, _OPTIONS[kind], way)
    said = [name for name in _ONE_OF.get(kind, ()) if body.get(name) is not None]
    if kind in _ONE_OF and not said:
        yield way, f"{kind} lacks {_choice(_ONE_OF[kind])}"
    if kind in _APART and len(said) > 1:
        yield (*way, said[1]), f"{kind} takes {said[0]} or {said[1]}, and not both"
    if body.get("on_failure") == []:
        yield (*way, "on_failure"), f"{kind}: on_failure is empty: it needs a processor, or must not be there"


def _choice(names: tuple[str, ...]) -> str:
    """The usual one, or two of which nobody can say it."""
    return names[0] if names[0] in ("field", "source", "field_pattern") else " or ".join(names[:2])
