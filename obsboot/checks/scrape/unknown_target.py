"""Targets exist."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.render.scrape import container
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped


class UnknownTarget(Check):
    id = "scrape/unknown-target"
    title = "Every target is a container of the pack or an address from the answers"
    explanation = "A target nobody has is down for ever; it is the most common of all broken scrape configurations."
    fix = "Use the name of the container in compose.yaml with its port, or the instance's address."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path(context.scrape_name)
        data = context.scrape
        places = _places(context)
        exporters = set() if context.stack.owns_stack else {container(each) for each in context.stack.instances}
        for job in context.jobs.values():
            for target, line in job.targets:
                host, _, port = target.rpartition(":") if ":" in target else (target, "", "")
                if "__address__" in job.added:
                    continue  # a probe's target is a page, not a scrape address
                ports = places.get(host)
                if ports is None and host in exporters:
                    message = f"job {job.name}: this pack starts no {host}; run it, or answer its exporter_address"
                    yield self.finding(path, line, message, severity="warning")
                elif ports is None:
                    yield self.finding(path, line, f"job {job.name}: nothing of this stack is called {host!r}")
                elif ports and port not in ports:
                    message = f"job {job.name}: {host} listens on {' or '.join(sorted(ports))}, not on {port}"
                    yield self.finding(path, line, message)
        for each in _alertmanagers(data):
            if each.rpartition(":")[0] not in places:
                yield self.finding(path, data.at("alerting"), f"nothing of this stack is called {each!r}")


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


def _alertmanagers(data: Mapped) -> Iterator[str]:
    for manager in listed(mapped(data.get("alerting")).get("alertmanagers")):
        for static in listed(mapped(manager).get("static_configs")):
            yield from map(str, listed(mapped(static).get("targets")))
