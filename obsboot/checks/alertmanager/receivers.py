"""Somebody hears of every alert."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.routing import Routing, tells
from obsboot.sources.watching import Told

_MAY_BE_SILENT = ("info", "none")
"""What is only out of the ordinary is there to be looked at: whether somebody is told of it is a matter of choice."""
_LOUD = ("critical", "page", "emergency", "disaster")
"""What wakes somebody, by the usual names of severities."""


class Receivers(Check):
    id = "alertmanager/receivers"
    title = "Every alert is routed by its severity, to somebody who hears of it"
    explanation = "An alert that only the default route takes, or that reaches an empty receiver, wakes nobody."
    fix = (
        "Add a route for the severity, to a receiver that tells somebody (in a pack: `receiver` in .obsboot/answers.yml: "
        "webhook, slack, ...; `receiver_heartbeat: webhook` for the alert that always fires)."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            silent: dict[str, set[str]] = {}
            for alert in context.told:
                reached = {route.receiver for route in routing.top.reached(alert.labels)}
                if any(route is routing.top for route in routing.top.reached(alert.labels)) and routing.top.routes:
                    yield from self._default(context, routing, alert)
                elif not any(tells(routing.receivers[name]) for name in reached if name in routing.receivers):
                    for name in reached & set(routing.receivers):
                        silent.setdefault(name, set()).add(alert.name)
            yield from self._silent(context, routing, silent)

    def _default(self, context: Context, routing: Routing, alert: Told) -> Iterator[Finding]:
        """In a folder of another's, what is routed by labels that come with the series is not judged."""
        severity = alert.labels.get("severity", "")
        message = f"{alert.owner} ({severity or 'no severity'}) reaches only the default route"
        if not context.foreign:
            yield self.finding(alert.path, alert.line, message, subject=alert.owner)
        elif severity in _LOUD and _by_severity(routing) and not _may_go_elsewhere(routing, alert):
            yield self.finding(alert.path, alert.line, message, severity="warning", subject=alert.owner)

    def _silent(self, context: Context, routing: Routing, silent: dict[str, set[str]]) -> Iterator[Finding]:
        told = {alert.name: alert for alert in context.told}
        for name, alerts in silent.items():
            heard = [each for each in alerts if told[each].labels.get("severity", "") not in _MAY_BE_SILENT]
            if context.foreign:
                heard = [each for each in heard if told[each].labels.get("severity") in _LOUD]
            if heard:
                count = f"{len(heard)} alerts end" if len(heard) != 1 else "1 alert ends"
                message = f"receiver {name} tells nobody, and {count} there"
                line = routing.receivers[name].at("name")
                yield self.finding(routing.path, line, message, severity="warning", subject=f"receiver {name}")


def _by_severity(routing: Routing) -> bool:
    return any(each.name == "severity" for route in routing.top.walk() for each in route.matchers)


def _may_go_elsewhere(routing: Routing, alert: Told) -> bool:
    """Whether a route might take it by labels that its series bring along."""
    for route in routing.top.routes:
        given = {each.name: each.value for each in route.matchers if each.op == "=" and each.name not in alert.labels}
        brings = all(alert.may_have(name) for name in given)
        if given and brings and route.accepts({**given, **alert.labels}):
            return True
    return False
