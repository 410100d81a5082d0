"""Targets exist."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.render.scrape import container
from obsboot.sources.configs import Job
from obsboot.sources.context import Context
from obsboot.sources.reaching import Call, answering, calls, elsewhere, listens, names
from obsboot.sources.scraping import alertmanagers, configurations, split
from obsboot.sources.topology import services


class UnknownTarget(Check):
    id = "scrape/unknown-target"
    title = "Every target is a container of the stack or an address from the answers"
    explanation = "A target nobody has is down for ever; it is the most common of all broken scrape configurations."
    fix = "Use the name of the container in compose.yaml with its port, or the instance's address."

    def run(self, context: Context) -> Iterator[Finding]:
        if context.foreign:
            for call in calls(context):
                yield from self._call(context, call)
        else:
            yield from self._pack(context)

    # A folder that compose files describe

    def _call(self, context: Context, call: Call) -> Iterator[Finding]:
        if call.own:
            yield from self._own(context, call)
            return
        found = answering(context, call)
        ports = {listens(context, each) for each in found}
        if not found and not elsewhere(context, call):
            message = f"{call.subject}: no container is called {call.host!r}: {nearest(call.host, names(context))}"
            yield self.finding(call.path, call.line, message, subject=call.subject)
        elif found and "" not in ports and call.port not in ports and not any(s.mentions(call.port) for s in found):
            message = f"{call.subject}: {call.host} listens on {' or '.join(sorted(ports))}, not on {call.port}"
            yield self.finding(call.path, call.line, message, subject=call.subject)

    def _own(self, context: Context, call: Call) -> Iterator[Finding]:
        caller = call.caller
        shared = any(each.mode in (f"service:{caller.name}", f"container:{caller.name}") for each in services(context))
        own = listens(context, caller) in ("", call.port) or caller.mentions(call.port) or call.port in caller.ports
        if not (caller.mode or shared or own):
            message = f"{call.subject}: inside a container {call.host} is the container itself, {caller.name}"
            yield self.finding(call.path, call.line, message, severity="warning", subject=call.subject)

    # A pack, whose answers say more

    def _pack(self, context: Context) -> Iterator[Finding]:
        path, places = context.path(context.scrape_name), _places(context)
        configured = configurations(context)
        exporters = set() if context.stack.owns_stack else {container(each) for each in context.stack.instances}
        for job in context.jobs.values():
            if "__address__" not in job.added:  # a probe's target is a page, not a scrape address
                yield from self._targets(path, job, places, exporters)
        for each in configured:
            for address, line in alertmanagers(each):
                if split(address)[0] not in places:
                    yield self.finding(path, line, f"nothing of this stack is called {address!r}")

    def _targets(self, path: str, job: Job, places: dict[str, set[str]], exporters: set[str]) -> Iterator[Finding]:
        for target, line in job.targets:
            host, _, port = target.rpartition(":") if ":" in target else (target, "", "")
            ports = places.get(host)
            if ports is None and host in exporters:
                message = f"job {job.name}: this pack starts no {host}; run it, or answer its exporter_address"
                yield self.finding(path, line, message, severity="warning", subject=f"job {job.name}")
            elif ports is None:
                message = f"job {job.name}: nothing of this stack is called {host!r}"
                yield self.finding(path, line, message, subject=f"job {job.name}")
            elif ports and port not in ports:
                message = f"job {job.name}: {host} listens on {' or '.join(sorted(ports))}, not on {port}"
                yield self.finding(path, line, message, subject=f"job {job.name}")


def _places(context: Context) -> dict[str, set[str]]:
    """Host -> ports on which it is known to listen; no port where any will do."""
    places: dict[str, set[str]] = {}
    if context.stack.owns_stack:
        places = {name: set() for name in context.services}
    for instance in context.stack.instances:
        for text in (instance.address, *map(str, instance.values.values())):
            host = urlsplit(text if "://" in text else f"//{text}").hostname if _is_address(text) else None
            if host:
                places.setdefault(host, set())
        if instance.component.exporter and context.stack.owns_stack and instance.watched:
            places.setdefault(container(instance), set()).add(str(instance.component.exporter.port))
    return places


def _is_address(text: str) -> bool:
    return bool(text) and not any(mark in text for mark in " \t[{(") and not text.replace(".", "").isdigit()
