"""How lines become entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.beats import shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.inputs import Input, nested
from obsboot.sources.patterns import unreadable

_BEGINNING = re.compile(r"\^\\?[\[({]?(?:\\d\{|\\d|\[0-9\]|\[\[:digit:\]\]|\d{2,4}|\[A-Z\]\[a-z\])")
"""An expression for lines that begin with a date: no line inside an entry does."""
_INSIDE = re.compile(r"\^(?:\[\[:space:\]\]|\\s|\[ ?\\t|\[\\t| |\(?\[\[:space:\]\])")
"""An expression for lines that are indented: no first line of an entry is."""
_KINDS = ("pattern", "count", "while_pattern")


class Multiline(Check):
    id = "filebeat/multiline"
    title = "Lines are joined into entries the right way round"
    explanation = (
        "With `negate` the wrong way round each entry is glued to the one before it, and the lines that belong to it stand "
        "alone. Filebeat is written in Go, whose expressions know neither looks around nor references back."
    )
    fix = (
        "Where the pattern finds the first line of an entry, say `negate: true` and `match: after`; where it finds lines "
        "inside one, `negate: false` and `match: after`."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            for each in shipper.inputs:
                for options, ended in _joins(each):
                    for line, message, severity in (*_faults(options), *_doubled(options, ended)):
                        yield self.finding(
                            shipper.path, line, f"{each.name}: {message}", severity=severity, subject=each.subject
                        )


def _joins(each: Input) -> Iterator[tuple[Mapped, bool]]:
    """The options of multiline, of a parser or of the older inputs, however they are nested, and whether the lines that it
    joins still have their ends: Docker wraps them with the line, and the parser `container` unwraps them."""
    if each.type == "filestream":
        ended = False
        for name, options, _ in each.parts("parsers"):
            if name == "multiline":
                yield options, ended
            ended |= name == "container" and options.get("format") in ("docker", "json-file")
    elif each.type in ("log", "container", "docker") and nested(each.data, "multiline") is not None:
        yield mapped(nested(each.data, "multiline")), False


def _doubled(options: Mapped, ended: bool) -> Iterator[tuple[int, str, Severity]]:
    if ended and options.get("skip_newline") is not True:
        why = "the parser container leaves each line its end, so entries get an empty line between any two"
        yield options.line, f"{why}: skip_newline: true", "info"


def _faults(options: Mapped) -> Iterator[tuple[int, str, Severity]]:
    kind, pattern = options.get("type") or "pattern", options.get("pattern")
    if kind not in _KINDS:
        yield options.value_at("type"), f"there is no type {kind!r} of multiline: {nearest(str(kind), _KINDS)}", "error"
    elif kind == "count":
        if not options.get("count_lines"):
            yield options.line, "multiline of the type count has no count_lines", "error"
    elif pattern is None:
        yield options.line, "multiline has no pattern", "error"
    elif pattern and (why := unreadable(str(pattern))):
        yield options.value_at("pattern"), f"Go does not read the pattern: {why}", "error"
    elif kind == "pattern":
        yield from _side(options, str(pattern))


def _side(options: Mapped, pattern: str) -> Iterator[tuple[int, str, Severity]]:
    negate, match = options.get("negate", False) is True, options.get("match")
    if match is None:
        yield options.line, "multiline has no match: after or before", "error"
    elif match not in ("after", "before"):
        yield options.value_at("match"), f"match is {match!r}: after or before", "error"
    elif match == "after" and not negate and _BEGINNING.match(pattern):
        line = options.at("negate") if "negate" in options else options.at("pattern")
        yield line, "lines that begin with a date are glued to those above: negate: true", "warning"
    elif match == "after" and negate and _INSIDE.match(pattern):
        yield options.at("negate"), "lines that are not indented are glued to those above: negate: false", "warning"
