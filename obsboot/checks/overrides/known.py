"""Overrides."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context, mapped
from obsboot.sources.documents import Mapped
from obsboot.sources.guesses import meant

_FIELDS = ("threshold", "for", "keep_firing_for", "severity", "enabled")


class Overrides(Check):
    id = "overrides/known"
    title = "Overrides name instances, alerts and fields that exist"
    explanation = "An override with a typo changes nothing, and looks as if it did."
    fix = "Correct the name; the alerts of an instance are in prometheus/rules/<instance>.yaml."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.has("overrides.yaml"):
            return  # a seed: the user may remove it
        path = context.path("overrides.yaml")
        instances = {instance.id: instance for instance in context.stack.instances}
        data = mapped(context.readable(path))
        for name, alerts in data.items():
            if name not in instances:
                yield self.finding(path, data.at(name), f"no instance is called {name!r}{meant(name, instances, 0.6)}")
                continue
            known = instances[name].component.alerts
            for alert, changes in mapped(alerts).items():
                line = mapped(alerts).at(alert)
                if alert not in known:
                    yield self.finding(path, line, f"{name} has no alert called {alert!r}{meant(alert, known, 0.6)}")
                yield from self._changes(path, mapped(changes))

    def _changes(self, path: str, changes: Mapped) -> Iterator[Finding]:
        for key, value in changes.items():
            fits = {
                "threshold": (isinstance(value, int | float) and not isinstance(value, bool)) or isinstance(value, str),
                "for": seconds(value) is not None,
                "keep_firing_for": seconds(value) is not None,
                "severity": value in ("critical", "warning", "info"),
                "enabled": isinstance(value, bool),
            }.get(key)
            if fits is None:
                yield self.finding(path, changes.at(key), f"there is no field {key!r}{meant(key, _FIELDS, 0.6)}")
            elif not fits:
                yield self.finding(path, changes.at(key), f"{value!r} is no value for {key}")
