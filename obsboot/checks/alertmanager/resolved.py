"""The end of an alert is told."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.routing import Routing, notifiers

_PAGERS = frozenset({"incidentio", "opsgenie", "pagerduty", "pushover", "victorops"})
"""What keeps an incident open until it hears of the end."""


class Resolved(Check):
    id = "alertmanager/resolved"
    severity = "warning"
    title = "Who is told of an alert is told of its end"
    explanation = "With `send_resolved: false` an incident stays open for ever, and people learn to close them unread."
    fix = "Say `send_resolved: true`; a heartbeat alone has no end to tell."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            beats = _heartbeats(routing)
            others = _is_told(routing)
            for name, receiver in routing.receivers.items():
                for kind, options in notifiers(receiver):
                    if options.get("send_resolved") is False and name not in beats:
                        severity: Severity = "warning" if kind in _PAGERS or others else "info"
                        message = f"{kind} of receiver {name} is not told when an alert ends"
                        line = options.at("send_resolved")
                        yield self.finding(routing.path, line, message, severity=severity, subject=f"receiver {name}")


def _is_told(routing: Routing) -> bool:
    """Whether any receiver is told of ends because somebody said so."""
    every = (options for receiver in routing.receivers.values() for _, options in notifiers(receiver))
    return any(options.get("send_resolved") is True for options in every)


def _heartbeats(routing: Routing) -> set[str]:
    """Receivers that only routes for alerts by name lead to: what always fires has no end to tell."""
    by_name: dict[str, bool] = {}
    for route in routing.top.walk():
        named = any(each.name == "alertname" for each in route.matchers)
        by_name[route.receiver] = by_name.get(route.receiver, True) and named
    return {name for name, named in by_name.items() if named}
