"""Routes that are always silent."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, listed, mapped
from obsboot.sources.hours import covered, ever
from obsboot.sources.routing import Route, Routing

_Said = tuple[int, str, Severity]


class Muted(Check):
    id = "alertmanager/muted"
    title = "No route is silent at all times"
    explanation = (
        "A route that is muted always, or active never, takes its alerts and tells nobody of them. What an interval names "
        "has to hold all together, and an empty list never does."
    )
    fix = "Give the interval its times; mute by one interval and be active in another."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            never = {name for name, interval in routing.intervals.items() if not ever(interval)}
            for route in routing.top.walk():
                for line, message, severity in _silent(routing, route, never):
                    subject = f"route to {route.receiver}"
                    yield self.finding(routing.path, line, message, severity=severity, subject=subject)


def _silent(routing: Routing, route: Route, never: set[str]) -> Iterator[_Said]:
    active, muted = listed(route.data.get("active_time_intervals")), listed(route.data.get("mute_time_intervals"))
    if active and all(str(name) in never for name in active):
        why = "have no times" if _bare(routing, active) else "hold at no time from today on"
        yield route.data.at("active_time_intervals"), f"its intervals {why}, so the route is never active", "error"
        return
    alone = list(_alone(routing, active, muted))
    yield from alone
    if muted and not alone and _together(routing, active, muted):
        when = "whenever it is active" if active else "always"
        yield route.data.at("mute_time_intervals"), f"the route is muted {when}: its intervals leave no time", "error"
    for name, line in muted.placed:
        if str(name) in never:
            over = _has_years(routing, str(name))
            when = " from today on" if over else ""
            message = f"the interval {str(name)!r} holds at no time{when}, so it mutes nothing"
            yield line, message, "info" if over else "warning"


def _bare(routing: Routing, names: Listed) -> bool:
    return not any(listed(routing.intervals[str(name)].get("time_intervals")) for name in names)


def _has_years(routing: Routing, name: str) -> bool:
    parts = map(mapped, listed(routing.intervals[name].get("time_intervals")))
    return any(listed(each.get("years")) for each in parts)


def _alone(routing: Routing, active: Listed, muted: Listed) -> Iterator[_Said]:
    """What one of the intervals that mute does by itself."""
    for name, line in muted.texts:
        if name in routing.intervals and covered([routing.intervals[name]]):
            yield line, f"the interval {name!r} holds always, so the route is muted always", "error"
        elif [str(each) for each in active] == [name]:
            yield line, f"the route is active in {name!r} only, and muted then", "error"


def _together(routing: Routing, active: Listed, muted: Listed) -> bool:
    if not all(str(name) in routing.intervals for name in active):
        return False
    mutes = [routing.intervals[str(name)] for name in muted if str(name) in routing.intervals]
    return covered(mutes, [routing.intervals[str(name)] for name in active] if active else None)
