"""The Alertmanager configuration loads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources import notifying
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped
from obsboot.sources.routing import Route, Routing, Said
from obsboot.sources.shapes import Fault, faults, shapes
from obsboot.sources.timing import interval_faults

_INTERVALS = ("mute_time_intervals", "time_intervals")
_LATE = ("group_interval", "repeat_interval")
"""What may not be zero: the timer would never rest."""
_GROUPED, _REPEATED = 300.0, 4 * 3600.0
"""Seconds: what Alertmanager takes where nobody says more."""


class AlertmanagerLoads(Check):
    id = "alertmanager/load"
    title = "The routing configuration is one that Alertmanager loads"
    explanation = "Alertmanager refuses a bad configuration as a whole and goes on with the old one, or does not start."
    fix = 'Mend the line: receivers have to be defined once, matchers read like `severity="critical"`.'

    def run(self, context: Context) -> Iterator[Finding]:
        table = shapes("alertmanager")
        for routing in context.routings:
            found = [*faults(routing.data, "fragment" if routing.fragment else "config", table)]
            found += [*_twice(routing), *_intervals(routing), *_routes(routing), *_inhibitions(routing)]
            found += notifying.faults(routing)
            for line, message in dict.fromkeys(found):
                yield self.finding(routing.path, line, message)
            for line, message in _hasty(routing):
                yield self.finding(routing.path, line, message, severity="warning")
            for line, message in _slow(routing.top, _GROUPED):
                yield self.finding(routing.path, line, message, severity="info")


def _twice(routing: Routing) -> Iterator[Fault]:
    """Names that are there once only."""
    for keys, what in ((("receivers",), "receivers"), (_INTERVALS, "time intervals")):
        seen: set[str] = set()
        for each in (mapped(each) for key in keys for each in listed(routing.data.get(key))):
            name = str(each.get("name") or "")
            if name and name in seen:
                yield each.at("name"), f"two {what} are called {name!r}"
            seen.add(name)


def _intervals(routing: Routing) -> Iterator[Fault]:
    for interval in (mapped(each) for key in _INTERVALS for each in listed(routing.data.get(key))):
        for each in map(mapped, listed(interval.get("time_intervals"))):
            yield from interval_faults(each)


def _routes(routing: Routing) -> Iterator[Fault]:
    top = routing.top
    if not routing.fragment:
        for key in ("matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals", "continue"):
            if top.data.get(key):
                yield top.data.at(key), f"the top route takes every alert, so it has no {key}"
    for route in top.walk():
        if route.receiver and route.receiver not in routing.receivers:
            advice = f": {nearest(route.receiver, routing.receivers)}" if routing.receivers else ""
            yield route.data.at("receiver"), f"no receiver is called {route.receiver!r}{advice}"
        yield from _unread(route.said)
        yield from _named(routing, route)
        yield from _grouped(route.data)


def _named(routing: Routing, route: Route) -> Iterator[Fault]:
    for key in ("mute_time_intervals", "active_time_intervals"):
        names = listed(route.data.get(key))
        for name, line in names.placed:
            if str(name) not in routing.intervals:
                yield line, f"no time interval is called {name!r}: {nearest(str(name), routing.intervals)}"


def _grouped(data: Mapped) -> Iterator[Fault]:
    labels = ["" if each is None else str(each) for each in listed(data.get("group_by"))]
    if "" in labels:
        yield data.at("group_by"), "a label in group_by has no name"
    if len(set(labels)) != len(labels):
        yield data.at("group_by"), "a label is in group_by twice"
    if "..." in labels and len(labels) > 1:
        yield data.at("group_by"), "`...` groups by all labels, so no other may stand beside it"
    for key in _LATE:
        if key in data and (seconds(data[key]) == 0 or str(data[key]) == "0"):
            yield data.at(key), f"{key} may not be 0"


def _inhibitions(routing: Routing) -> Iterator[Fault]:
    for rule in routing.inhibitions:
        yield from _unread((*rule.source, *rule.target))


def _unread(said: tuple[Said, ...]) -> Iterator[Fault]:
    for each in said:
        if each.read.matchers is None:
            yield each.line, f"{each.text!r} is no matcher"


def _hasty(routing: Routing) -> Iterator[Fault]:
    yield from _hasty_below(routing.top, (_GROUPED, _REPEATED))


def _hasty_below(route: Route, above: tuple[float, float]) -> Iterator[Fault]:
    """A route has the times of the one above it, where it says none."""
    said = [seconds(route.data.get(key)) for key in _LATE]
    interval, again = (own or usual for own, usual in zip(said, above, strict=True))
    if again < interval and any(said):
        key = "repeat_interval" if said[1] else "group_interval"
        yield route.data.at(key), "repeat_interval is below group_interval, so it means group_interval"
    for each in route.routes:
        yield from _hasty_below(each, (interval, again))


def _slow(route: Route, above: float) -> Iterator[Fault]:
    """What waits longer for the first message than for the next one; a route has the interval of the one above it."""
    wait, interval = seconds(route.data.get("group_wait")), seconds(route.data.get("group_interval")) or above
    if wait is not None and wait > interval:
        message = "group_wait is above group_interval: the first message is later than those that follow it"
        yield route.data.at("group_wait"), message
    for each in route.routes:
        yield from _slow(each, interval)
