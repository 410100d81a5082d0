"""Where Filebeat sends lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.beats import HOSTED, Shipper, shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped
from obsboot.sources.inputs import items
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.pipelines import listening
from obsboot.sources.topology import runners, services

_ADDRESS = re.compile(r"(?:https?://)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?")

Fault = tuple[int, str]


class Output(Check):
    id = "filebeat/output"
    title = "Filebeat has one output, to a host that is there"
    explanation = (
        "Filebeat starts with exactly one output. Where nobody answers at the address it waits and tries again, for ever, "
        "and only its own log knows."
    )
    fix = "Keep one output; write the name of the service that takes the lines, and the port on which it listens."

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            faults = [*_one(shipper), *_reporter(shipper)]
            for kind, (options, line) in shipper.outputs.items():
                faults += [*_hosts(context, shipper, kind, (options, line)), *_index(shipper, kind, options)]
            for line, message in faults:
                yield self.finding(shipper.path, line, message, subject="output")


def _one(shipper: Shipper) -> Iterator[Fault]:
    found = shipper.outputs
    if len(found) > 1:
        (_, first), (_, second) = list(found.values())[:2]
        yield second, f"a second output; the first is in line {int(first)}, and Filebeat starts with exactly one"
    elif not found and shipper.inputs and not shipper.managed:
        yield shipper.data.line, "it has no output, so Filebeat does not start"


def _reporter(shipper: Shipper) -> Iterator[Fault]:
    """Where Filebeat tells of itself: by its own output only where that is Elasticsearch."""
    own = shipper.get("monitoring.elasticsearch") is not None or shipper.get("monitoring.cloud") is not None
    on = shipper.get("monitoring.enabled") is True and not shipper.managed
    if on and shipper.outputs and "elasticsearch" not in shipper.outputs and not own:
        line = shipper.data.at("monitoring.enabled" if "monitoring.enabled" in shipper.data else "monitoring")
        yield line, "monitoring.enabled needs monitoring.elasticsearch where the output is another one"


def _hosts(context: Context, shipper: Shipper, kind: str, said: tuple[Mapped, int]) -> Iterator[Fault]:
    options, line = said
    hosts = [(str(each), at) for each, at in items(options.get("hosts"), options.value_at("hosts"))]
    given = options.get("hosts") or options.get("cloud.id")
    if kind in HOSTED and not given and not any("$" in str(value) for value in options.values()):
        yield line, f"output.{kind} names no host"
    if not runners(context, shipper.path, "filebeat"):
        return
    known = {name for service in services(context) for name in service.names}
    ports = _ports(context) if kind == "logstash" else set()
    for address, at in hosts:
        found = _ADDRESS.fullmatch(address.rstrip("/"))
        host, port = (found[1], found[2]) if found else ("", None)
        if "$" in address or not host or "." in host or host in ("localhost", "_gateway"):
            continue
        if host not in known:
            yield at, f"no container is called {host!r}: {nearest(host, known)}"
        elif ports and (port or "5044") not in ports:
            yield at, f"no pipeline listens on {port or '5044'}, but on {' and '.join(sorted(ports))}"


def _ports(context: Context) -> set[str]:
    """The ports on which Logstash takes lines from Filebeat; none where one of them is a variable."""
    found = listening(logstash(context).configurations)
    return set() if any("$" in port for port in found) else found


def _index(shipper: Shipper, kind: str, options: Mapped) -> Iterator[Fault]:
    named = shipper.get("setup.template.name") and shipper.get("setup.template.pattern")
    if kind == "elasticsearch" and "index" in options and not named and _on(shipper, "setup.template.enabled"):
        message = (
            "with an index of its own Filebeat starts only where setup.template.name and .pattern are said as well"
        )
        yield options.at("index"), message


def _on(shipper: Shipper, name: str) -> bool:
    return shipper.get(name) not in (False, "false")
