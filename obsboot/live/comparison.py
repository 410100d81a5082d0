"""A measured number against a true one: when they agree, and how it is told. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from obsboot.model import Instance, Signal, Truth, Value

EVENTS = 200
"""How many events a window holds at the least, so that a ratio or a rate means something."""

_NO_COUNTS = ("seconds", "lines", "p50", "p95", "p99")


@dataclass(frozen=True, slots=True)
class Case:
    """One truth of one instance, and the panel query that has to tell it."""

    instance: Instance
    signal: Signal
    truth: Truth
    query: str

    @property
    def subject(self) -> str:
        return f"{self.instance.id}/{self.signal.name}"

    @property
    def variant(self) -> tuple[str, str, str]:
        """The workload that it needs, with its parameters."""
        return self.instance.id, self.truth.workload, repr(sorted(self.truth.parameters.items()))


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured and what is true, at several moments; `shifted` is the same query moved by twice its tolerance."""

    case: Case
    query: str
    samples: tuple[tuple[float, float], ...]
    truths: tuple[float, ...]
    tally: Mapping[str, float]
    window: tuple[float, float]
    shifted: float

    @property
    def measured(self) -> float:
        return statistics.median(value for _, value in self.samples)

    @property
    def true(self) -> float:
        return statistics.median(self.truths)

    @property
    def tolerance(self) -> float:
        """Absolute, in the signal's unit."""
        return tolerance_of(self.case.truth, self.true)

    def problem(self) -> str:
        """What is wrong; empty where measured and true agree, and the shifted query does not."""
        if not agrees(self.measured, self.true, self.tolerance):
            return f"measured {self.measured:.6g}, true {self.true:.6g}, tolerance {self.tolerance:.3g}"
        if agrees(self.shifted, self.true, self.tolerance):
            return f"the check cannot fail: shifted by twice the tolerance it still agrees ({self.shifted:.6g})"
        needed = EVENTS if self.case.signal.clock == "rate" else 0
        few = self.events() < needed
        return f"only {self.events():.0f} events in the window; at least {needed} are needed" if few else ""

    def sentence(self) -> str:
        return f"measured {self.measured:.6g}, true {self.true:.6g}"

    def events(self) -> float:
        """How many things the workload counted in the window."""
        return events(self.tally)

    def detail(self, began: float) -> dict[str, object]:
        """What the report shows; times in seconds since `began`."""
        return {
            "signal": self.case.signal.name,
            "title": self.case.signal.title,
            "query": self.query,
            "unit": self.case.signal.unit,
            "measured": self.measured,
            "true": self.true,
            "tolerance": self.tolerance,
            "samples": [[round(at - began, 2), value] for at, value in self.samples],
            "window": [round(at - began, 2) for at in self.window],
            "events": self.events(),
            "tally": {name: round(count, 4) for name, count in self.tally.items()},
            "formula": str(self.case.truth.value),
            "shifted": self.shifted,
        }


def agrees(measured: float, true: float, tolerance: float) -> bool:
    """Whether the two are within the tolerance; a hair's breadth is lost to arithmetic."""
    return not math.isnan(measured) and abs(measured - true) <= tolerance + 1e-9 * max(1.0, abs(true))


def tolerance_of(truth: Truth, true: float) -> float:
    """The tolerance in the signal's unit."""
    return truth.tolerance if truth.tolerance is not None else abs(true) * (truth.relative or 0.0)


def events(tally: Mapping[str, float]) -> float:
    """How many things a workload counted: its requests, or everything that it counts."""
    if "requests" in tally:
        return tally["requests"]
    return sum(count for name, count in tally.items() if name not in _NO_COUNTS)


def numeric(parameters: Mapping[str, Value]) -> dict[str, Value]:
    """The parameters of a workload that are numbers, as a formula may name them."""
    found: dict[str, Value] = {}
    for name, value in parameters.items():
        try:
            found[name] = float(value)
        except ValueError:
            continue
    return found
