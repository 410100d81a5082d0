"""No dead route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher
from obsboot.sources.context import Context
from obsboot.sources.matchers import agrees, contradict, implies
from obsboot.sources.routing import Route, Routing
from obsboot.sources.watching import Told

_SEVERITIES = ("critical", "warning", "info", "none")
"""Those of a pack: one that no alert has yet may be routed."""


class DeadRoute(Check):
    id = "alertmanager/dead-route"
    title = "Every route can be reached, and every receiver is used"
    explanation = (
        "A route for an alert that was renamed, or behind one that takes all, looks like care and does nothing."
    )
    fix = "Remove it, move it before the one that takes its alerts, or name an alert that exists."

    def run(self, context: Context) -> Iterator[Finding]:
        told = context.told
        sure: Severity = "warning" if context.foreign else "error"
        known: Mapping[str, set[str]] = {} if context.foreign else {"severity": set(_SEVERITIES)}
        for routing in context.routings:
            for route in routing.top.walk():
                for said in route.said:
                    for each in said.read.matchers or ():
                        if not _may_have(each, told, known):
                            message = f"no alert has {each.name}{each.op}{each.value!r}"
                            yield self.finding(routing.path, said.line, message, severity=sure, subject=_subject(route))
                yield from self._shadowed(routing, route)
            yield from self._contradicting(routing, routing.top, ())
            yield from self._unused(routing, "info" if context.foreign else "error")

    def _at(self, routing: Routing, route: Route, message: str, severity: Severity = "error") -> Finding:
        return self.finding(routing.path, route.line, message, severity=severity, subject=_subject(route))

    def _shadowed(self, routing: Routing, parent: Route) -> Iterator[Finding]:
        for number, route in enumerate(parent.routes):
            for earlier in parent.routes[:number]:
                if not earlier.further and not earlier.unread and implies(route.matchers, earlier.matchers):
                    message = f"the route in line {int(earlier.data.line)} takes everything that this one would"
                    yield self._at(routing, route, message)
                    break

    def _contradicting(self, routing: Routing, route: Route, above: tuple[Matcher, ...]) -> Iterator[Finding]:
        for inner in route.routes:
            if contradict(inner.matchers, above):
                message = "no alert that comes here from the routes above has what this one asks for"
                yield self._at(routing, inner, message)
            else:
                yield from self._contradicting(routing, inner, (*above, *inner.matchers))

    def _unused(self, routing: Routing, severity: Severity) -> Iterator[Finding]:
        used = {route.receiver for route in routing.top.walk()}
        for name, receiver in routing.receivers.items():
            if name not in used:
                message = f"no route leads to receiver {name!r}"
                yield self.finding(
                    routing.path, receiver.at("name"), message, severity=severity, subject=f"receiver {name}"
                )


def _subject(route: Route) -> str:
    return f"route to {route.receiver or 'the default'}"


def _may_have(each: Matcher, told: tuple[Told, ...], known: Mapping[str, set[str]]) -> bool:
    """Whether some alert may be taken by a matcher. Labels that come with the series may be anything."""
    if not told or each.op in ("!=", "!~") or agrees(each, ""):
        return True
    if any(agrees(each, value) for value in known.get(each.name, ())):
        return True
    return any(
        agrees(each, alert.labels[each.name]) if each.name in alert.labels else alert.may_have(each.name)
        for alert in told
    )
