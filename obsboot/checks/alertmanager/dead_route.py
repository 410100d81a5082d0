"""No dead route."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import agrees
from obsboot.sources.context import Context
from obsboot.sources.routing import Route, receivers, root

_SEVERITIES = ("critical", "warning", "info", "none")


class DeadRoute(Check):
    id = "alertmanager/dead-route"
    title = "Every route can be reached, and every receiver is used"
    explanation = (
        "A route for an alert that was renamed, or behind one that takes all, looks like care and does nothing."
    )
    fix = "Remove it, move it before the one that takes its alerts, or name an alert that exists."

    def run(self, context: Context) -> Iterator[Finding]:
        path, data = context.path(context.routing_name), context.routing
        top = root(data)
        names = {alert.name for alert in context.told}
        for route in top.walk():
            for each in route.matchers:
                known = {"alertname": names, "severity": set(_SEVERITIES)}.get(each.name)
                if known is not None and not any(agrees(each, value) for value in known) and names:
                    message = f"no alert has {each.name}{each.op}{each.value!r}"
                    yield self.finding(path, route.data.at("matchers"), message)
            yield from self._shadowed(path, route)
        used = {route.receiver for route in top.walk()}
        for name, receiver in receivers(data).items():
            if name not in used:
                yield self.finding(path, receiver.at("name"), f"no route leads to receiver {name!r}")

    def _shadowed(self, path: str, parent: Route) -> Iterator[Finding]:
        for number, route in enumerate(parent.routes):
            for earlier in parent.routes[:number]:
                if not earlier.further and set(earlier.matchers) <= set(route.matchers) and not earlier.unread:
                    line = route.data.at("matchers") or route.data.line
                    message = f"the route in line {earlier.data.line} takes everything that this one would"
                    yield self.finding(path, line, message)
                    break
