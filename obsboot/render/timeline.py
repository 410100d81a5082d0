"""Simulated time for a rule test: how long the good and the bad time last, and samples in promtool's notation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

from obsboot.formula import evaluate
from obsboot.model import Value
from obsboot.promql.rewriting import number

_STEPS = (15, 60, 300, 900)
"""How often the rules are evaluated, in seconds: as in production, or coarser where windows last hours."""
_SAMPLES = (900, 300, 60, 15, 5, 1)
_MOST_STEPS = 1500
_UP = Context(prec=10, rounding=ROUND_CEILING)
_NEAR = Context(prec=10)


@dataclass(frozen=True, slots=True)
class Needs:
    """What an alert asks of its timeline, in seconds: windows, `for` and `keep_firing_for`.

    `window` is how far its expression looks back, records included; `narrowest` its smallest range, 0 for none.
    """

    window: float
    narrowest: float
    hold: float
    keep: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Good until `good`, bad until `bad`, good again until `end`. All in seconds from the start, multiples of `step`.

    `step` lies between evaluations, `sample` between samples.
    """

    step: int
    sample: int
    good: int
    bad: int
    end: int

    @property
    def edges(self) -> tuple[int, int, int]:
        return self.good, self.bad, self.end


def timeline(needs: Needs) -> Timeline:
    """The shortest timeline on which the alert has to be quiet, pending, firing and resolved."""
    step = _step(needs)
    sample = _sample(needs.narrowest, step)
    margin = max(4 * sample, 2 * step)

    def ceiling(seconds: float) -> int:
        return math.ceil(seconds / step) * step

    good = ceiling(needs.window + margin)
    bad = good + ceiling(needs.window + needs.hold + margin)
    return Timeline(step, sample, good, bad, bad + ceiling(needs.window + needs.keep + margin))


def _step(needs: Needs) -> int:
    total = 3 * needs.window + needs.hold + needs.keep
    shortest = min((seconds for seconds in (needs.hold, needs.keep) if seconds), default=math.inf)
    fine = [step for step in _STEPS if step == _STEPS[0] or 2 * step <= shortest]
    return next((step for step in fine if total / step <= _MOST_STEPS), fine[-1])


def _sample(narrowest: float, step: int) -> int:
    """At least four samples in the narrowest window."""
    most = narrowest / 4 if narrowest else step
    return next(sample for sample in _SAMPLES if sample <= max(most, 1) and step % sample == 0)


def values(line: Timeline, segments: Sequence[str], names: Mapping[str, Value]) -> str:
    """The samples of one series, such as `0+12x40 490+3x60`.

    `segments` has one text for each edge of the timeline: a formula is a gauge, `+` before it a step a minute,
    `@` before it a time stamp so many seconds ago, `_` or `stale` a series that the scrape does not have.
    """
    written: list[str] = []
    last, start = 0.0, 0
    for text, edge in zip(segments, line.edges, strict=True):
        count = edge // line.sample + 1 - start
        run = _run(text, last, count, start * line.sample, line.sample, names)
        written += run.items(present=bool(written) and not written[-1].startswith("_"))
        last, start = run.last(last), start + count
    return " ".join(_joined(written))


@dataclass(frozen=True, slots=True)
class _Run:
    """`count` samples that begin at `first` and grow by `step`; `first` None for no samples."""

    first: float | None
    step: float
    count: int

    def items(self, present: bool) -> list[str]:
        """Spelt out; a series that was present ends with a stale marker, as a scrape without it would write."""
        if self.first is None:
            return ["stale", f"_x{self.count - 1}"] if present else [f"_x{self.count}"]
        growth = f"{'+' if self.step > 0 else ''}{number(self.step)}" if self.step else ""
        return [f"{number(self.first)}{growth}x{self.count - 1}"]

    def last(self, before: float) -> float:
        """The last value, added up as promtool does it."""
        if self.first is None:
            return before
        value = self.first
        for _ in range(self.count - 1 if self.step else 0):
            value += self.step
        return value


def _run(text: str, last: float, count: int, start: int, sample: int, names: Mapping[str, Value]) -> _Run:
    text = text.strip()
    if text in ("_", "stale"):
        return _Run(None, 0.0, count)
    if text.startswith("+"):
        step = _rounded(evaluate(text[1:], names) * sample / 60, _NEAR)
        return _Run(_rounded(last + (step if start else 0.0), _UP), step, count)
    if text.startswith("@"):
        return _Run(_rounded(start - evaluate(text[1:], names), _NEAR), float(sample), count)
    return _Run(_rounded(evaluate(text, names), _NEAR), 0.0, count)


def _rounded(value: float, context: Context) -> float:
    """Ten digits. A counter's next start is rounded up, for a fall by a rounding error would read as a reset."""
    return float(context.create_decimal(Decimal(value)))


def _joined(items: Sequence[str]) -> list[str]:
    """Equal gauges beside each other become one."""
    joined: list[str] = []
    for item in items:
        value, _, count = item.rpartition("x")
        before, _, times = joined[-1].rpartition("x") if joined else ("", "", "")
        if value and value == before and "+" not in value and not value.lstrip("-").count("-"):
            more = int(times) + int(count) + (value != "_")
            joined[-1] = f"{value}x{more}"
        else:
            joined.append(item)
    return joined
