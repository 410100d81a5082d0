"""What is waited for comes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context, mapped
from obsboot.sources.topology import Composed, Service, composed

_ALWAYS = ("always", "unless-stopped")


class Waiting(Check):
    id = "compose/waiting"
    title = "What a service waits for can come to pass"
    explanation = (
        "Compose refuses to start what waits for the health of a container without a health check, and waits for ever for "
        "the end of one that is always restarted."
    )
    fix = "Give the other service a healthcheck, or wait for condition: service_started."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in composed(context):
            for service in each.services.values():
                waits = mapped(service.data.get("depends_on"))
                for name, how in waits.items():
                    other = each.services.get(name)
                    condition = str(mapped(how).get("condition") or "")
                    if other and (why := _never(other, condition)):
                        message = f"{service.name} waits for {name}, which {why[1]}"
                        line = mapped(how).at("condition")
                        yield self.finding(each.path, line, message, severity=why[0], subject=f"service {service.name}")
            yield from self._circles(each)

    def _circles(self, each: Composed) -> Iterator[Finding]:
        done: set[str] = set()
        for name in each.services:
            way = _circle(each, name, (), done)
            if way:
                done.update(way)
                service = each.services[way[0]]
                message = f"{' waits for '.join((*way, way[0]))}: none of them starts"
                yield self.finding(
                    each.path, service.data.at("depends_on"), message, severity="error", subject=f"service {way[0]}"
                )


def _never(other: Service, condition: str) -> tuple[Severity, str] | None:
    """Why a condition does not come to pass, and how sure that is: an image may bring a health check of its own."""
    check = other.data.get("healthcheck")
    if condition == "service_healthy":
        if mapped(check).get("disable") is True or mapped(check).get("test") in (["NONE"], "NONE"):
            return "error", "has its health check switched off"
        if check is None and other.image and "extends" not in other.data:
            return "warning", "has no health check"
    if condition == "service_completed_successfully" and other.data.get("restart") in _ALWAYS:
        return "warning", f"is restarted whenever it ends (restart: {other.data['restart']})"
    return None


def _circle(each: Composed, name: str, way: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    """The services that wait for each other, from the first that is met twice."""
    if name in way:
        return way[way.index(name) :]
    if name in done or name not in each.services:
        return ()
    found = each.services[name].data.get("depends_on")
    for other in found if isinstance(found, dict | list) else ():
        if circle := _circle(each, str(other), (*way, name), done):
            return circle
    done.add(name)
    return ()
