"""What Alertmanager has other names for."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped
from obsboot.sources.routing import Routing

_MATCHES = {f"{side}{old}": f"{side}matchers" for side in ("", "source_", "target_") for old in ("match", "match_re")}


class Deprecated(Check):
    id = "alertmanager/deprecated"
    severity = "info"
    title = "The routing configuration uses the names of today"
    explanation = (
        "`matchers` took the place of `match` and `match_re` in Alertmanager 0.22, and `time_intervals` that of the list "
        "`mute_time_intervals` in 0.24; the older ones are still read, and will not be for ever."
    )
    fix = 'Write `matchers: [team="web"]`, `source_matchers`, `target_matchers`, and one list of `time_intervals`.'

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            found: dict[str, list[int]] = {}
            for holder in _holders(routing):
                for key in _MATCHES.keys() & holder.keys():
                    found.setdefault(key, []).append(holder.at(key))
            for key, lines in sorted(found.items()):
                often = f", {len(lines)} times" if len(lines) > 1 else ""
                yield self.finding(routing.path, lines[0], f"{key} is called {_MATCHES[key]} today{often}", subject=key)
            if routing.data.get("mute_time_intervals"):
                line = routing.data.at("mute_time_intervals")
                message = "the list mute_time_intervals is called time_intervals today"
                yield self.finding(routing.path, line, message, subject="mute_time_intervals")


def _holders(routing: Routing) -> Iterator[Mapped]:
    yield from (route.data for route in routing.top.walk())
    yield from (rule.data for rule in routing.inhibitions)
