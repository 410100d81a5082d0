"""The Alertmanager configuration loads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped
from obsboot.sources.routing import receivers, root

_DURATIONS = ("group_wait", "group_interval", "repeat_interval", "resolve_timeout")


class AlertmanagerLoads(Check):
    id = "alertmanager/load"
    title = "The routing configuration is one that Alertmanager loads"
    explanation = "Alertmanager refuses a bad configuration as a whole and goes on with the old one, or does not start."
    fix = 'Mend the line: receivers have to be defined once, matchers read like `severity="critical"`.'

    def run(self, context: Context) -> Iterator[Finding]:
        path, data = context.path(context.routing_name), context.routing
        top = root(data)
        if context.stack.owns_stack and not top.receiver:
            yield self.finding(path, data.at("route"), "the top route has no receiver")
        yield from self._receivers(path, data)
        known = receivers(data)
        for route in top.walk():
            line = route.data.at("receiver")
            if route.receiver and route.receiver not in known:
                yield self.finding(path, line, f"no receiver is called {route.receiver!r}")
            for text in route.unread:
                yield self.finding(path, route.data.at("matchers"), f"{text!r} is no matcher")
            yield from self._durations(path, route.data)
        yield from self._durations(path, mapped(data.get("global")))

    def _receivers(self, path: str, data: Mapped) -> Iterator[Finding]:
        seen: set[str] = set()
        for each in listed(data.get("receivers")):
            name = str(mapped(each).get("name") or "")
            if not name or name in seen:
                message = f"two receivers are called {name!r}" if name else "a receiver has no name"
                yield self.finding(path, mapped(each).at("name"), message)
            seen.add(name)

    def _durations(self, path: str, holder: Mapped) -> Iterator[Finding]:
        for key in _DURATIONS:
            if key in holder and seconds(holder[key]) is None:
                yield self.finding(path, holder.at(key), f"{key}: {holder[key]!r} is no duration")
        interval, again = seconds(holder.get("group_interval")), seconds(holder.get("repeat_interval"))
        if interval and again and again < interval:
            message = "repeat_interval is below group_interval, so it means group_interval"
            yield self.finding(path, holder.at("repeat_interval"), message, severity="warning")
