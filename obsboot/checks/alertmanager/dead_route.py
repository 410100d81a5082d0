"""No dead route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher
from obsboot.promql.likeness import slip
from obsboot.sources.context import Context
from obsboot.sources.matchers import agrees, contradict, implies, values
from obsboot.sources.routing import Route, Routing, Said
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
        names = {alert.name for alert in told}
        sure: Severity = "warning" if context.foreign else "error"
        known: Mapping[str, set[str]] = {} if context.foreign else {"severity": set(_SEVERITIES)}
        for routing in context.routings:
            for route, said, each in _asked(routing):
                if not _may_have(each, told, known):
                    message = f"no alert has {each.name}{each.op}{each.value!r}"
                    yield self.finding(routing.path, said.line, message, severity=sure, subject=_subject(route))
                elif context.foreign and each.name == "alertname":
                    for message, severity in _unknown(each, names):
                        yield self.finding(routing.path, said.line, message, severity=severity, subject=_subject(route))
            yield from self._below(routing, routing.top, (), ())
            yield from self._unused(routing, "info" if context.foreign else "error")

    def _at(self, routing: Routing, route: Route, message: str, severity: Severity = "error") -> Finding:
        return self.finding(routing.path, route.line, message, severity=severity, subject=_subject(route))

    def _below(
        self, routing: Routing, parent: Route, above: tuple[Matcher, ...], before: tuple[_Takers, ...]
    ) -> Iterator[Finding]:
        """Of the routes below one that is reached by what `above` accept and none of those `before` does."""
        takers = (*before, _Takers())
        for route in parent.routes:
            asked = (*above, *route.matchers)
            if contradict(route.matchers, route.matchers):
                yield self._at(routing, route, "no alert has all that this route asks for")
            elif contradict(route.matchers, above):
                message = "no alert that comes here from the routes above has what this one asks for"
                yield self._at(routing, route, message)
            elif by := _taken(asked, takers):
                yield self._at(routing, route, f"the {by} everything that this one would")
            else:
                yield from self._below(routing, route, asked, takers)
            if not route.further and not route.unread:
                takers[-1].add(route)
        if parent.routes and parent.routes[-1].further:
            last = parent.routes[-1]
            message = "`continue` has no effect: no route comes behind this one"
            line = last.data.at("continue")
            yield self.finding(routing.path, line, message, severity="info", subject=_subject(last))

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


def _asked(routing: Routing) -> Iterator[tuple[Route, Said, Matcher]]:
    return (
        (route, said, each) for route in routing.top.walk() for said in route.said for each in said.read.matchers or ()
    )


def _unknown(each: Matcher, known: set[str]) -> Iterator[tuple[str, Severity]]:
    """Names that no alert has, though others that the matcher takes or leaves out may be there."""
    for name in values(replace(each, op="=~" if each.op.endswith("~") else "=")):
        if name and known and name not in known:
            if close := slip(name, known):
                yield f"no alert is called {name!r}: did you mean {close!r}?", "warning"
            elif each.op == "=~":
                yield f"no alert is called {name!r}", "info"


class _Takers:
    """Routes behind which nothing of what they take comes, by one of the few values of a label that they ask for."""

    def __init__(self) -> None:
        self.wide: list[Route] = []
        self.narrow: dict[tuple[str, str], list[Route]] = {}

    def add(self, route: Route) -> None:
        few = next((each for each in route.matchers if values(each)), None)
        if few is None:
            self.wide.append(route)
            return
        for value in values(few):
            self.narrow.setdefault((few.name, value), []).append(route)

    def taking(self, asked: tuple[Matcher, ...]) -> Iterator[Route]:
        """Those that take all that is asked for."""
        narrow = (self.narrow.get((each.name, value), ()) for each in asked for value in values(each)[:1])
        return (route for routes in (self.wide, *narrow) for route in routes if implies(asked, route.matchers))


def _taken(asked: tuple[Matcher, ...], takers: tuple[_Takers, ...]) -> str:
    """Which of the routes before takes all that is asked for, or that several do; nothing where some of it is left."""
    if one := next((route for each in takers for route in each.taking(asked)), None):
        return f"route in line {int(one.data.line)} takes"
    for each in asked:
        choice = [(*asked, replace(each, op="=", value=value)) for value in values(each)]
        if len(choice) > 1 and all(any(True for t in takers for _ in t.taking(one)) for one in choice):
            return "routes before take, one by one,"
    return ""


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
