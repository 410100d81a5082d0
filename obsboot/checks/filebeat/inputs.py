"""Inputs that read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.beats import Shipper, shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import listed
from obsboot.sources.inputs import Input
from obsboot.sources.topology import Service, runners

_FILES = ("filestream", "log", "container")


class Inputs(Check):
    id = "filebeat/inputs"
    title = "Every input has an id of its own, and reads paths that are there"
    explanation = (
        "By its id a filestream knows how far it has read: without one, or with one that two inputs have, lines are lost or "
        "sent again, and since version 9 Filebeat does not start. A path that no volume of its container holds is empty."
    )
    fix = "Give each input an id of its own, and mount the folder that it reads."

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            for each, line, message, severity in (*_ids(shipper), *_paths(context, shipper)):
                yield self.finding(
                    shipper.path, line, f"{each.name} {message}", severity=severity, subject=each.subject
                )


Fault = tuple[Input, int, str, Severity]


def _ids(shipper: Shipper) -> Iterator[Fault]:
    streams = [each for each in shipper.inputs if each.type == "filestream" and each.data.get("enabled") is not False]
    times = Counter(each.id for each in streams if each.id)
    seen: dict[str, int] = {}
    for each in streams:
        if not each.id:
            yield each, each.line, "has no id", "error" if len(streams) > 1 else "warning"
        elif times[each.id] > 1 and each.id in seen:
            yield each, each.data.at("id"), f"has the id of that in line {seen[each.id]}", "error"
        seen.setdefault(each.id, int(each.line))


def _paths(context: Context, shipper: Shipper) -> Iterator[Fault]:
    running = runners(context, shipper.path, "filebeat")
    for each in shipper.inputs:
        if each.type not in _FILES or each.data.get("enabled") is False:
            continue
        paths = listed(each.data.get("paths"))
        if not paths:
            yield each, each.line, "reads no path", "error"
        for path, line in zip(map(str, paths), paths.lines, strict=True):
            if running and path.startswith("/") and not any(_sees(service, path) for service in running):
                yield each, line, f"reads {path}, and no volume of its container holds that", "warning"


def _sees(service: Service, path: str) -> bool:
    """Whether a volume holds the folder of a path, as far as that is written out."""
    fixed = path.partition("*")[0]
    return any(fixed.startswith(each.target.rstrip("/") + "/") or fixed == each.target for each in service.mounts)
