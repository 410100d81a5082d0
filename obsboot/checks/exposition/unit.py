"""Base units."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.catalogued import foreign_metric
from obsboot.sources.context import Context
from obsboot.sources.expositions import expositions

_BASES = {
    "seconds": "milliseconds microseconds nanoseconds minutes hours days weeks ms millis msec us usec ns nsec",
    "bytes": "kilobytes megabytes gigabytes terabytes kibibytes mebibytes gibibytes kb mb gb kib mib gib bits"
    " kilobits megabits",
    "ratio": "percent percentage",
    "celsius": "fahrenheit",
    "meters": "kilometers millimeters centimeters",
}
_BASE = {unit: base for base, units in _BASES.items() for unit in units.split()}
_SUFFIXES = ("_total", "_sum", "_count", "_bucket", "_created", "_max", "_min", "_avg")


class Unit(Check):
    id = "exposition/unit"
    severity = "warning"
    title = "Metrics count in base units"
    explanation = (
        "Everything else is in seconds, bytes and ratios: a sum or a panel over both units is wrong by a factor."
    )
    fix = "Count in the base unit and say so in the name: `_seconds`, `_bytes`, `_ratio`."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for metric in each.metrics.values():
                unit = _unit(metric.name)
                if unit in _BASE and not foreign_metric(context, metric.name):
                    message = f"{metric.name} is in {unit}; the base unit is {_BASE[unit]}"
                    yield self.finding(each.path, metric.line, message, subject=f"metric {metric.name}")


def _unit(name: str) -> str:
    """The last word of a name that may be a unit."""
    while name.endswith(_SUFFIXES):
        name = name.rpartition("_")[0]
    return name.rpartition("_")[2].lower() if "_" in name else ""
