"""Somebody hears of every alert."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.routing import receivers, root, tells

_MAY_BE_SILENT = ("info",)
"""What is only out of the ordinary is there to be looked at: whether somebody is told of it is a matter of choice."""


class Receivers(Check):
    id = "alertmanager/receivers"
    title = "Every alert is routed by its severity, to somebody who hears of it"
    explanation = "An alert that only the default route takes, or that reaches an empty receiver, wakes nobody."
    fix = (
        "Add a route for the severity; choose a receiver (`receiver` in .obsboot/answers.yml: webhook, slack, ...; "
        "`receiver_heartbeat: webhook` for the alert that always fires)."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        path, data = context.path(context.routing_name), context.routing
        top, known = root(data), receivers(data)
        silent: dict[str, set[str]] = {}
        for alert in context.told:
            for route in top.reached(alert.labels):
                severity = alert.labels.get("severity", "")
                if route is top and top.routes:
                    message = f"{alert.owner} ({severity or 'no severity'}) reaches only the default route"
                    yield self.finding(alert.path, alert.line, message)
                elif route.receiver in known and not tells(known[route.receiver]) and severity not in _MAY_BE_SILENT:
                    silent.setdefault(route.receiver, set()).add(alert.name)
        for name, alerts in silent.items():
            count = f"{len(alerts)} alerts end" if len(alerts) != 1 else "1 alert ends"
            message = f"receiver {name} tells nobody, and {count} there"
            yield self.finding(path, known[name].at("name"), message, severity="warning")
