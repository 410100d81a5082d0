"""How lines become entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.beats import shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.inputs import Input
from obsboot.sources.shipping import foreign

_BEGINNING = re.compile(r"\^\\?[\[({]?(?:\\d\{|\\d|\[0-9\]|\[\[:digit:\]\]|\d{2,4}|\[A-Z\]\[a-z\])")
"""An expression for lines that begin with a date: no line inside an entry does."""
_INSIDE = re.compile(r"\^(?:\[\[:space:\]\]|\\s|\[ ?\\t|\[\\t| |\(?\[\[:space:\]\])")
"""An expression for lines that are indented: no first line of an entry is."""


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
                for options in _joins(each):
                    for line, message, severity in _faults(options):
                        yield self.finding(
                            shipper.path, line, f"{each.name}: {message}", severity=severity, subject=each.subject
                        )


def _joins(each: Input) -> Iterator[Mapped]:
    """The options of multiline, of a parser or of the older inputs, whose names are dotted there or nested."""
    yield from (options for name, options, _ in each.parts("parsers") if name == "multiline")
    if each.type != "filestream":
        yield mapped(each.data.get("multiline"))


def _faults(options: Mapped) -> Iterator[tuple[int, str, Severity]]:
    pattern = str(options.get("pattern") or "")
    if not pattern:
        if options and options.get("type", "pattern") == "pattern":
            yield options.line, "multiline has no pattern", "error"
        return
    if part := foreign(pattern):
        yield options.value_at("pattern"), f"Go has no {part} in its expressions", "error"
        return
    try:
        re.compile(re.sub(r"\[\[:\w+:\]\]", r"[a-z]", pattern))
    except re.error as error:
        yield options.value_at("pattern"), f"the pattern does not compile: {error}", "error"
        return
    negate, match = options.get("negate", False) is True, str(options.get("match") or "after")
    if match not in ("after", "before"):
        yield options.value_at("match"), f"match is {match!r}: after or before", "error"
    elif match == "after" and not negate and _BEGINNING.match(pattern):
        line = options.at("negate") if "negate" in options else options.at("pattern")
        yield line, "lines that begin with a date are glued to those above: negate: true", "warning"
    elif match == "after" and negate and _INSIDE.match(pattern):
        yield options.at("negate"), "lines that are not indented are glued to those above: negate: false", "warning"
