"""Inputs that read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.beats import Shipper, shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.inputs import Input, items, nested
from obsboot.sources.shipping import seconds
from obsboot.sources.topology import Service, runners

_FILES = ("filestream", "log", "container")
_ELSEWHERE = ("filebeat.config.inputs", "filebeat.config.modules", "filebeat.modules", "filebeat.autodiscover")
"""Where else inputs come from."""


class Inputs(Check):
    id = "filebeat/inputs"
    title = "Every input has an id of its own, and reads paths that are there"
    explanation = (
        "By its id a filestream knows how far it has read: without one, or with one that two inputs have, lines are lost or "
        "sent again, and where two have the same or none Filebeat does not start since version 9. It does not start either "
        "without an input that is enabled. A path that no volume of its container holds is empty."
    )
    fix = "Give each input an id of its own, and mount the folder that it reads."

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            for line, message in _whole(shipper):
                yield self.finding(shipper.path, line, message, subject="inputs")
            for each, line, message, severity in (
                *_ids(shipper),
                *_twins(shipper),
                *_cleaning(shipper),
                *_paths(context, shipper),
            ):
                yield self.finding(
                    shipper.path, line, f"{each.name} {message}", severity=severity, subject=each.subject
                )


Fault = tuple[Input, int, str, Severity]


def _whole(shipper: Shipper) -> Iterator[tuple[int, str]]:
    """What Filebeat says of all inputs together before it reads a line."""
    said, reading = shipper.get("filebeat.inputs"), [each for each in shipper.inputs if each.enabled]
    for each, line in items(said, shipper.data.line) if isinstance(said, Listed) else ():
        if each is not None and not isinstance(each, Mapped):
            yield line, f"an input is a mapping, and {each!r} is none"
    if isinstance(said, Mapped):
        yield (
            said.line,
            "filebeat.inputs is a list, and here is one mapping: Filebeat finds no input, and does not start",
        )
    elif said is not None and not reading and not shipper.managed and not any(map(shipper.get, _ELSEWHERE)):
        yield shipper.data.line, "no input is enabled, so Filebeat does not start"
    exclusive = next((each for each in reading if each.type == "stdin"), None)
    if exclusive and len(reading) > 1:
        yield exclusive.line, "with the input stdin there may be no other one"


def _ids(shipper: Shipper) -> Iterator[Fault]:
    streams = [each for each in shipper.inputs if each.type == "filestream" and each.enabled]
    streams = [each for each in streams if each.data.get("allow_deprecated_id_duplication") is not True]
    times = Counter(each.id for each in streams)
    seen: dict[str, int] = {}
    for each in streams:
        if not each.id:
            yield each, each.line, "has no id", "error" if times[""] > 1 else "warning"
        elif times[each.id] > 1 and each.id in seen:
            yield each, each.data.at("id"), f"has the id of that in line {seen[each.id]}", "error"
        seen.setdefault(each.id, int(each.line))


def _twins(shipper: Shipper) -> Iterator[Fault]:
    """Inputs that say the same: of filestreams the ids tell it."""
    seen: dict[str, int] = {}
    for each in shipper.inputs:
        if each.enabled and each.type != "filestream":
            first = seen.setdefault(json.dumps(each.data, sort_keys=True, default=str), int(each.line))
            if first != each.line:
                yield each, each.line, f"is the same as that in line {first}, and Filebeat does not start", "error"


def _cleaning(shipper: Shipper) -> Iterator[Fault]:
    """What is forgotten has to be old enough that it is not read any more."""
    for each in shipper.inputs:
        forgotten = seconds(each.data.get("clean_inactive")) or 0
        if each.type not in _FILES or not each.enabled or forgotten <= 0 or each.data.get("legacy_clean_inactive"):
            continue
        often = "prospector.scanner.check_interval" if each.type == "filestream" else "scan_frequency"
        ignored, looked = seconds(each.data.get("ignore_older", 0)), seconds(nested(each.data, often) or 10)
        if ignored is not None and looked is not None and (ignored <= 0 or forgotten <= ignored + looked):
            since = " since version 9.2" if each.type == "filestream" else ""
            message = f"has a clean_inactive that is not above ignore_older and {often}: Filebeat does not start{since}"
            yield each, each.data.at("clean_inactive"), message, "error"


def _paths(context: Context, shipper: Shipper) -> Iterator[Fault]:
    running = runners(context, shipper.path, "filebeat")
    for each in shipper.inputs:
        if each.type not in _FILES or not each.enabled:
            continue
        if not each.paths:
            yield each, each.line, "reads no path", "error"
        for path, line in each.paths:
            if running and path.startswith("/") and not any(_sees(service, path) for service in running):
                yield each, line, f"reads {path}, and no volume of its container holds that", "warning"


def _sees(service: Service, path: str) -> bool:
    """Whether a volume holds the folder of a path, as far as that is written out."""
    fixed = path.partition("*")[0]
    return any(fixed.startswith(each.target.rstrip("/") + "/") or fixed == each.target for each in service.mounts)
