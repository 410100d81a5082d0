"""Units with dimensions and scale, so that milliseconds against seconds and percent against ratios can be told."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

BYTE, SECOND = "byte", "second"
_NAMES = {
    (("second", 1),): {1.0: "seconds", 1e-3: "milliseconds", 1e-6: "microseconds", 1e-9: "nanoseconds"},
    (("byte", 1),): {1.0: "bytes", 1 / 8: "bits"},
    (("byte", 1), ("second", -1)): {1.0: "bytes a second", 1 / 8: "bits a second"},
    (("second", -1),): {1.0: "events a second", 1 / 60: "events a minute"},
    (): {1.0: "a plain number or ratio", 0.01: "percent"},
}


@dataclass(frozen=True, slots=True)
class Unit:
    """`dims` are powers of seconds and bytes; one of this unit is `scale` of the base unit (a millisecond 0.001)."""

    dims: tuple[tuple[str, int], ...] = ()
    scale: float = 1.0

    def times(self, other: Unit) -> Unit:
        powers = Counter(dict(self.dims))
        for name, power in other.dims:
            powers[name] += power
        return Unit(tuple(sorted((n, p) for n, p in powers.items() if p)), self.scale * other.scale)

    def inverse(self) -> Unit:
        return Unit(tuple((name, -power) for name, power in self.dims), 1 / self.scale)

    def has(self, dimension: str) -> bool:
        return any(name == dimension for name, _ in self.dims)

    def same(self, other: Unit) -> bool:
        return self.dims == other.dims and abs(self.scale - other.scale) <= 1e-6 * max(self.scale, other.scale)

    def __str__(self) -> str:
        for scale, name in _NAMES.get(self.dims, {}).items():
            if self.same(Unit(self.dims, scale)):
                return name
        dims = " ".join(name if power == 1 else f"{name}^{power}" for name, power in self.dims) or "one"
        return dims if self.scale == 1 else f"{self.scale:g} x {dims}"


NUMBER = Unit()
PERCENT = Unit((), 0.01)
SECONDS = Unit(((SECOND, 1),))
BYTES = Unit(((BYTE, 1),))
A_SECOND = SECONDS.inverse()

_SUFFIXES = {
    "seconds": SECONDS,
    "milliseconds": Unit(SECONDS.dims, 1e-3),
    "msec": Unit(SECONDS.dims, 1e-3),
    "ms": Unit(SECONDS.dims, 1e-3),
    "microseconds": Unit(SECONDS.dims, 1e-6),
    "usec": Unit(SECONDS.dims, 1e-6),
    "nanoseconds": Unit(SECONDS.dims, 1e-9),
    "bytes": BYTES,
    "ratio": NUMBER,
    "percent": PERCENT,
}
_VAGUE = frozenset({"duration", "time", "latency", "size", "memory", "age", "lag", "delay", "length"})


def by_name(metric: str, counter: bool) -> Unit | None:
    """The unit that a metric's name promises by the naming convention; None where it promises none.

    A counter without a unit in its name counts things, unless its name speaks of time or size.
    """
    words = metric.split("_")
    while words and words[-1] in ("total", "sum", "count", "bucket"):
        if words[-1] == "count" or (words[-1] == "bucket"):
            return NUMBER
        words.pop()
    if words and words[-1] in _SUFFIXES:
        return _SUFFIXES[words[-1]]
    return NUMBER if counter and not _VAGUE & set(words) else None


def of_buckets(family: str) -> Unit | None:
    """The unit of the bounds of a histogram, by its name without `_bucket`."""
    return _SUFFIXES.get(family.rpartition("_")[2])


def scaled(unit: Unit, factor: float) -> Unit | None:
    """The unit of `factor` times a value: seconds times 1000 are milliseconds; None where it cannot be told."""
    if factor <= 0:
        return None
    size = max(factor, 1 / factor)
    if any(math.isclose(size, known) for known in _conversions(unit)):
        return Unit(unit.dims, unit.scale / factor)
    return unit if 0.001 < factor <= 10 else None


def _conversions(unit: Unit) -> frozenset[float]:
    factors: set[float] = set()
    if unit.has(SECOND) or unit.has(BYTE):
        factors |= {1e3, 1e6, 1e9}
    if unit.has(SECOND):
        factors |= {60.0, 3600.0, 86400.0}
    if unit.has(BYTE):
        factors |= {8.0, 1024.0, 1024.0**2, 1024.0**3}
    if not unit.dims:
        factors.add(100.0)
    return frozenset(factors)


def _scaled_panels(names: dict[str, float], base: Unit) -> dict[str, Unit]:
    return {name: Unit(base.dims, scale) for name, scale in names.items()}


_TIMES = {"s": 1.0, "dtdurations": 1.0, "dthms": 1.0, "clocks": 1.0, "ms": 1e-3, "dtdurationms": 1e-3, "clockms": 1e-3}
_DATES = ("dateTimeAsIso", "dateTimeAsIsoNoDateIfToday", "dateTimeAsLocal", "dateTimeAsUS", "dateTimeFromNow",
          "dateTimeAsSystem", "dateTimeAsLocalNoDateIfToday")  # fmt: skip
_SIZES = {"bytes": 1.0, "decbytes": 1.0, "bits": 1 / 8, "decbits": 1 / 8, "kbytes": 1024.0, "mbytes": 1024.0**2,
          "gbytes": 1024.0**3, "deckbytes": 1e3, "decmbytes": 1e6, "decgbytes": 1e9}  # fmt: skip
_FLOWS = {"Bps": 1.0, "binBps": 1.0, "bps": 1 / 8, "binbps": 1 / 8, "KBs": 1e3, "MBs": 1e6, "KiBs": 1024.0,
          "MiBs": 1024.0**2}  # fmt: skip
_RATES = {"reqps": 1.0, "ops": 1.0, "rps": 1.0, "wps": 1.0, "iops": 1.0, "cps": 1.0, "pps": 1.0, "hertz": 1.0}
_MINUTELY = {"opm": 1 / 60, "rpm": 1 / 60, "cpm": 1 / 60, "wpm": 1 / 60}

_PANELS: dict[str, Unit] = {
    "percentunit": NUMBER,
    "percent": PERCENT,
    "bool": NUMBER,
    "bool_on_off": NUMBER,
    "bool_yes_no": NUMBER,
    **_scaled_panels(_TIMES | dict.fromkeys(_DATES, 1e-3), SECONDS),
    **_scaled_panels({"µs": 1e-6, "ns": 1e-9, "m": 60.0, "h": 3600.0, "d": 86400.0}, SECONDS),
    **_scaled_panels(_SIZES, BYTES),
    **_scaled_panels(_FLOWS, BYTES.times(A_SECOND)),
    **_scaled_panels(_RATES | _MINUTELY, A_SECOND),
}


def of_panel(unit: str) -> Unit | None:
    """What a Grafana unit id measures; None for those that fit any number (`short`, `none`)."""
    return _PANELS.get(unit)
