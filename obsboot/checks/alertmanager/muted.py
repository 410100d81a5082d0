"""Routes that are always silent."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import listed
from obsboot.sources.routing import Route, Routing
from obsboot.sources.timing import always


class Muted(Check):
    id = "alertmanager/muted"
    title = "No route is silent at all times"
    explanation = "A route that is muted always, or active never, takes its alerts and tells nobody of them."
    fix = "Give the interval its times; mute by one interval and be active in another."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            for route in routing.top.walk():
                for line, message in _silent(routing, route):
                    yield self.finding(routing.path, line, message, subject=f"route to {route.receiver}")


def _silent(routing: Routing, route: Route) -> Iterator[tuple[int, str]]:
    muted = [str(name) for name in listed(route.data.get("mute_time_intervals"))]
    active = [str(name) for name in listed(route.data.get("active_time_intervals"))]
    for name, line in zip(muted, listed(route.data.get("mute_time_intervals")).lines, strict=True):
        if name in routing.intervals and always(routing.intervals[name]):
            yield line, f"the interval {name!r} holds always, so the route is muted always"
        if name in active and len(active) == 1:
            yield line, f"the route is active in {name!r} only, and muted then"
    known = [routing.intervals[name] for name in active if name in routing.intervals]
    if active and len(known) == len(active) and not any(listed(each.get("time_intervals")) for each in known):
        yield route.data.at("active_time_intervals"), "its intervals have no times, so the route is never active"
