"""Panels have units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.catalog.sweep import grafana_units
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import slip
from obsboot.sources.boards import Board, Panel, objects
from obsboot.sources.context import Context
from obsboot.sources.documents import Way

_OWN = ("suffix:", "prefix:", "si:", "time:", "count:", "currency", "bool:")
"""Beginnings of units that everybody may make up."""
_NUMBERS = frozenset({"timeseries", "stat", "gauge", "bargauge", "barchart"})
"""Types that show numbers and say nothing else of what they are."""
_LATER = frozenset({
    "sishort", "candela", "acres", "hectares", "mwatth", "mohm", "rotkhz", "rotmhz", "rotghz", "eps", "mps", "recps",
    "rowsps", "reqpm", "epm", "mpm", "recpm", "rowspm",
})  # fmt: skip
"""Units that Grafana has got since those which a pack may use."""
_WORDS = {
    "second": "s", "sec": "s", "millisecond": "ms", "msec": "ms", "microsecond": "µs", "nanosecond": "ns", "minute": "m",
    "hour": "h", "day": "d", "b": "bytes", "%": "percent", "percentage": "percent", "pct": "percent",
}  # fmt: skip
"""What people call units that Grafana has under another id."""
_A_SECOND = re.compile(r"\S+ ?/ ?s(?:ec)?|.+ per second")


class Unit(Check):
    id = "dashboard/unit"
    title = "Every panel has a unit that Grafana knows"
    explanation = (
        "Without a unit 1500000000 may be bytes, requests or nanoseconds; an unknown one is shown as a suffix."
    )
    fix = "Set fieldConfig.defaults.unit to an id from Grafana's list; `short` for plain counts."

    def run(self, context: Context) -> Iterator[Finding]:
        known = grafana_units()
        for board in context.boards:
            yield from self._foreign(board, known | _LATER) if context.foreign else self._own(board, known)

    def _own(self, board: Board, known: frozenset[str]) -> Iterator[Finding]:
        for panel in board.panels:
            if not panel.asks or panel.type == "logs":
                continue  # lines have no unit
            unit = panel.defaults.get("unit")
            line, message = panel.line("fieldConfig", "defaults", "unit"), ""
            if not unit:
                line, message = panel.line("fieldConfig"), f"panel {panel.title!r} has no unit"
            elif not _known(unit, known):
                message = f"panel {panel.title!r}: Grafana knows no unit {unit!r}"
            if message:
                yield self.finding(board.path, line, message, subject=panel.subject)

    def _foreign(self, board: Board, known: frozenset[str]) -> Iterator[Finding]:
        for panel in board.panels:
            said = list(_said(panel))
            for way, unit in said:
                if not _known(unit, known):
                    advice = _meant(unit, known)
                    severity: Severity = "warning" if advice else "info"  # anything else is somebody's own suffix
                    what = f"Grafana knows no unit {unit!r}, and shows it behind the number{advice}"
                    message = f"panel {panel.title!r}: {what}"
                    yield self.finding(board.path, panel.line(*way), message, severity=severity, subject=panel.subject)
            if not said and _needs(panel):
                line, message = panel.line("fieldConfig"), f"panel {panel.title!r} has no unit"
                yield self.finding(board.path, line, message, severity="info", subject=panel.subject)


def _known(unit: object, known: frozenset[str]) -> bool:
    return unit in known or "$" in str(unit) or str(unit).startswith(_OWN)


def _meant(unit: str, known: frozenset[str]) -> str:
    """`; did you mean 'x'?` where a unit is one of Grafana's by another name, or a slip of the pen; else nothing."""
    folded = unit.strip().lower()
    word = _WORDS.get(folded) or _WORDS.get(folded.removesuffix("s"))
    same = (each for each in (folded, f"{folded}s", folded.removesuffix("s")) if each in known and len(each) > 2)
    found = word or next(same, "") or slip(unit, known) or ("cps" if _A_SECOND.fullmatch(folded) else "")
    return f"; did you mean {found!r}?" if found else ""


def _said(panel: Panel) -> Iterator[tuple[Way, str]]:
    """The units that a panel says, of all its fields and of some, in the manners of before and of today."""
    config = panel.data.get("fieldConfig")
    places: list[tuple[Way, object]] = [(("fieldConfig", "defaults", "unit"), panel.defaults.get("unit"))]
    for number, each in objects(config.get("overrides") if isinstance(config, dict) else None):
        for at, one in objects(each.get("properties")):
            if one.get("id") == "unit":
                places.append((("fieldConfig", "overrides", number, "properties", at, "value"), one.get("value")))
    if panel.type == "graph":
        places += [(("yaxes", n, "format"), each.get("format")) for n, each in objects(panel.data.get("yaxes"))]
    if panel.type == "singlestat":
        places.append((("format",), panel.data.get("format")))
    yield from ((way, unit) for way, unit in places if isinstance(unit, str) and unit)


def _needs(panel: Panel) -> bool:
    """Whether numbers are shown that could be anything."""
    options = panel.data.get("options")
    reduced = options.get("reduceOptions") if isinstance(options, dict) else None
    names = isinstance(options, dict) and options.get("textMode") == "name"
    picked = isinstance(reduced, dict) and bool(reduced.get("fields"))
    named = names or picked or bool(panel.defaults.get("mappings"))
    return panel.type in _NUMBERS and panel.asks and not panel.borrowed and not named
