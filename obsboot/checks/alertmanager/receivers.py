"""Somebody hears of every alert."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.routing import Routing, tells
from obsboot.sources.watching import Told

_MAY_BE_SILENT = ("info",)
"""What is only out of the ordinary is there to be looked at: whether somebody is told of it is a matter of choice."""
_LOUD = ("critical", "page", "emergency", "disaster")
"""What wakes somebody, by the usual names of severities."""
_MEANT = re.compile(
    r"(?:^|[^a-z])(?:null|none|no-?op|empty|black-?hole|dev-?null|discard|drop(?:ped)?|ignored?|silenced?|muted?)"
    r"(?![a-z])"
)
"""The name of a receiver that is there to tell nobody."""


class Receivers(Check):
    id = "alertmanager/receivers"
    title = "Every alert is routed by its severity, to somebody who hears of it"
    explanation = "An alert that only the default route takes, or that reaches an empty receiver, wakes nobody."
    fix = (
        "Add a route for the severity, to a receiver that tells somebody (in a pack: `receiver` in .obsboot/answers.yml: "
        "webhook, slack, ...; `receiver_heartbeat: webhook` for the alert that always fires)."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        told = context.told
        for routing in context.routings:
            silent: dict[str, dict[str, Told]] = {}
            for alert in told:
                routes = tuple(routing.top.reached(alert.labels))
                reached = {route.receiver for route in routes} & routing.receivers.keys()
                mute = {name for name in reached if not tells(routing.receivers[name])}
                if routing.top in routes and routing.top.routes:
                    yield from self._default(context, routing, alert)
                elif mute == reached or not context.foreign:
                    for name in mute:
                        silent.setdefault(name, {})[alert.name] = alert
            yield from self._silent(context, routing, silent)
            if context.foreign:
                yield from self._empty(routing, silent.keys())

    def _default(self, context: Context, routing: Routing, alert: Told) -> Iterator[Finding]:
        """In a folder of another's, what is routed by labels that come with the series is not judged."""
        severity = alert.labels.get("severity", "")
        message = f"{alert.owner} ({severity or 'no severity'}) reaches only the default route"
        if not context.foreign:
            yield self.finding(alert.path, alert.line, message, subject=alert.owner)
        elif severity in _LOUD and _by_severity(routing) and not _may_go_elsewhere(routing, alert):
            yield self.finding(alert.path, alert.line, message, severity="warning", subject=alert.owner)

    def _empty(self, routing: Routing, known: Collection[str]) -> Iterator[Finding]:
        """Of others' receivers that tell nobody, though a route leads there and their name does not say so."""
        led = {route.receiver for top in routing.top.routes for route in top.walk()}
        for name, receiver in routing.receivers.items():
            if name in led and name not in known and not tells(receiver) and not _MEANT.search(_words(name)):
                message = f"receiver {name} tells nobody"
                yield self.finding(
                    routing.path, receiver.at("name"), message, severity="info", subject=f"receiver {name}"
                )

    def _silent(self, context: Context, routing: Routing, silent: dict[str, dict[str, Told]]) -> Iterator[Finding]:
        for name, alerts in silent.items():
            if context.foreign and _MEANT.search(_words(name)):
                continue
            severities = [alert.labels.get("severity", "") for alert in alerts.values()]
            heard = [
                each for each in severities if each not in _MAY_BE_SILENT and (each in _LOUD or not context.foreign)
            ]
            if heard:
                count = f"{len(heard)} alerts end" if len(heard) != 1 else "1 alert ends"
                message = f"receiver {name} tells nobody, and {count} there"
                line = routing.receivers[name].at("name")
                yield self.finding(routing.path, line, message, severity="warning", subject=f"receiver {name}")


def _words(name: str) -> str:
    return name.lower().replace("_", "-")


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
