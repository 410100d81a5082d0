"""Queries look back no further than Prometheus keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import seconds_of, selectors, spell
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped, mapped
from obsboot.sources.queries import Query

_TIME = re.compile(r"--storage\.tsdb\.retention(?:\.time)?[= ](\S+)")
_USUAL = 15 * 86400.0
"""What Prometheus keeps unless it is told otherwise."""


class Retention(Check):
    id = "promql/retention"
    severity = "warning"
    title = "No expression looks further back than samples are kept"
    explanation = "What Prometheus has deleted is not there: the expression is empty, or compares with a part only."
    fix = "Keep samples for longer (`--storage.tsdb.retention.time`), or look back less far."

    def run(self, context: Context) -> Iterator[Finding]:
        kept = _kept(context)
        if kept is None:
            return
        for query, study in context.studies:
            reach = max((each.offset + (each.range or 0.0) for each in study.selectors), default=0.0)
            if reach > kept:
                message = f"{query.owner} looks back {spell(reach)}, and samples are kept for {spell(kept)}"
                yield self.finding(query.path, _place(query), message, subject=query.owner)


def _place(query: Query) -> int:
    far = max(selectors(query.text), key=lambda each: each.offset + (each.range or 0.0))
    return query.line("offset") if far.offset else query.line(far.name)


def _kept(context: Context) -> float | None:
    """The seconds for which samples are kept, where compose files start Prometheus, and nothing else keeps them."""
    if not context.foreign or any("remote_read" in mapped(each.data) for each in context.sources("prometheus")):
        return None
    found = [each for source in context.sources("compose") for each in _services(mapped(source.data))]
    times = [_seconds(command) for command in found]
    return max((each for each in times if each is not None), default=None) if None not in times else None


def _services(data: Mapped) -> Iterator[str]:
    """The commands of the services that run Prometheus itself."""
    for service in mapped(data.get("services")).values():
        image = str(mapped(service).get("image") or "").partition("@")[0].partition(":")[0]
        if image.endswith("prom/prometheus") or image == "prometheus":
            command = mapped(service).get("command")
            yield " ".join(map(str, command)) if isinstance(command, Listed) else str(command or "")


def _seconds(command: str) -> float | None:
    """None where the size, and not the time, is limited, or where an argument cannot be read."""
    found = _TIME.search(command)
    if found is None:
        return None if "retention" in command or "--storage.agent" in command else _USUAL
    try:
        return seconds_of(found[1].strip("\"'"))
    except ValueError:
        return None
