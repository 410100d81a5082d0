"""Indices that outputs write to, and the templates that make them."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import closest
from obsboot.sources.context import Context
from obsboot.sources.logfiles import fits
from obsboot.sources.logstash.indices import Index, indices, stems, taking
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.pipelines import setting, texts
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, overlap
from obsboot.sources.topology import services

_STREAMS: dict[str, int] = {name: level for name, level in KNOWN["built_in"].items() if name.endswith("-*-*")}
_WITH_STREAMS = 8
"""The major version since which the store surely brings templates that make data streams."""
_LIKE = 0.85
"""How alike two names are of which one is probably meant to be the other."""


class Indices(Check):
    id = "logstash/index"
    severity = "warning"
    title = "Outputs write to indices that the folder's templates are for, and to no data stream as if it were one"
    explanation = (
        "An index that no template takes is mapped by guess. One whose name belongs to a data stream takes no entry but "
        "with the action create: all others are refused, and lost."
    )
    fix = "Write index and index_patterns alike; write to data streams with `data_stream => true` and no index."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        templates = [Stored(each) for each in context.sources("index-template")]
        written, whole = indices(found)
        owners = [(each, taking(each, templates)) for each in written]
        version = max(found.version, _of_store(found))
        for index, own in owners:
            for message, severity in _streams(version, index, own):
                used = index.target.used
                yield self.finding(used.path, place(index.node), message, severity=severity, subject=called(used))
        yield from self._uncovered(owners)
        if whole:
            yield from self._unused(written, templates, owners)

    def _uncovered(self, owners: list[tuple[Index, Stored | None]]) -> Iterator[Finding]:
        """Indices that no template takes, and whose name is nearly that of others that one takes."""
        known = dict(stems(own for _, own in owners if own is not None))
        for index, own in owners:
            used = index.target.used
            alone = own is None and index.stem not in known and setting(used.plugin, "template") is None
            if likely := closest(index.stem, known, cutoff=_LIKE) if alone else []:
                message = f"no template takes the index {index.text!r}: {known[likely[0]].name} takes {likely[0]}-*"
                yield self.finding(used.path, place(index.node), message, severity="warning", subject=called(used))

    def _unused(
        self, written: list[Index], templates: list[Stored], owners: list[tuple[Index, Stored | None]]
    ) -> Iterator[Finding]:
        """Templates that take nothing of what is written, and nearly take what no other takes."""
        free = {index.stem: index for index, own in owners if own is None}
        named = {index.pattern for index in written}
        taken = {id(own) for _, own in owners}
        for each in templates:
            if id(each) in taken or any(overlap(name, pattern) for pattern in each.patterns for name in named):
                continue
            said = [text for text, _ in stems([each]) if text not in free]
            if likely := next((name for text in said for name in closest(text, free, cutoff=_LIKE)), ""):
                message = f"index_patterns fits no index that is written: did you mean that of {free[likely].text!r}?"
                line = each.source.line("index_patterns")
                yield self.finding(each.path, line, message, severity="warning", subject=f"index template {each.name}")


def _streams(version: int, index: Index, own: Stored | None) -> Iterator[tuple[str, Severity]]:
    """Whether what an output takes for an index is a data stream; `version` is the major one of what runs."""
    plugin = index.target.used.plugin
    action = "".join(texts(setting(plugin, "action"))) or "index"
    if action == "create" or "{" in action:
        return
    if own is not None and "data_stream" in own.data:
        yield f"{own.name} makes {index.text!r} a data stream, which takes the action create alone", "error"
    elif plugin.name == "elasticsearch" and version >= _WITH_STREAMS:
        level = -1 if own is None or "template" not in own.data else own.priority
        for pattern, its in _STREAMS.items():
            if its > level and fits(index.example, pattern):
                message = f"the store's own template for {pattern} makes {index.text!r} a data stream"
                yield f"{message}, which takes the action create alone", "warning"


def _of_store(found: Logstash) -> int:
    """The highest major version of a store that compose files run; 0 where they do not tell."""
    tags = (each.tag.partition(".")[0] for each in services(found.context) if each.runs("elasticsearch"))
    return max((int(tag) for tag in tags if tag.isdigit()), default=0)
