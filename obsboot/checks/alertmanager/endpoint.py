"""Who is told, is there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.routing import notifiers
from obsboot.sources.topology import runners, services

_URLS = ("url", "api_url", "webhook_url")


class Endpoint(Check):
    id = "alertmanager/endpoint"
    severity = "warning"
    title = "A receiver's address inside the stack is one of its containers"
    explanation = "A name without a dot is looked up among the containers; where none has it, each notification fails."
    fix = "Write the name of a service of the compose file that runs Alertmanager, or the whole name of a host."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            if not runners(context, routing.path, "alertmanager"):
                continue
            known = {name for service in services(context) for name in service.names}
            for name, receiver in routing.receivers.items():
                for _, options in notifiers(receiver):
                    for key in _URLS:
                        host = urlsplit(str(options.get(key) or "")).hostname or ""
                        if host and "." not in host and host != "localhost" and ":" not in host and host not in known:
                            message = f"no container is called {host!r}: {nearest(host, known)}"
                            line = options.value_at(key)
                            yield self.finding(routing.path, line, message, subject=f"receiver {name}")
