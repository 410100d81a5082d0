"""Simulated time for a rule test: how long the good and the bad time last, and samples in promtool's notation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal

from obsboot.formula import evaluate
from obsboot.model import Value
from obsboot.promql.rewriting import number

_STEPS = (15, 60, 300, 900, 1800)
"""How often the rules are evaluated, in seconds: as in production, or coarser where windows last hours."""
_SAMPLES = (1800, 900, 300, 60, 15, 5, 1)
_MOST_STEPS = 40
"""promtool evaluates every rule of a file at every step of every test: above this, the next coarser step is taken."""
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
    margin = 2 * step

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
    Raises FormulaError.
    """
    runs: list[_Run] = []
    start = 0
    last = 0.0
    for text, edge in zip(segments, line.edges, strict=True):
        count = edge // line.sample + 1 - start
        first, step = _course(text.strip(), names, line.sample)
        if text.lstrip()[:1] == "+":  # goes on from where it was; the very first sample is the start itself
            first = _rounded(last + (step if start else 0.0), _UP)
        elif first is not None and step:
            first += start * line.sample
        runs.append(_Run(first, step, count))
        last, start = runs[-1].last(last), start + count
    return " ".join(_spelt(runs))


@dataclass(frozen=True, slots=True)
class _Run:
    """`count` samples that begin at `first` and grow by `step`; `first` None for no samples."""

    first: float | None
    step: float
    count: int

    def last(self, before: float) -> float:
        """The last value, added up as promtool does it."""
        value = before if self.first is None else self.first
        for _ in range(self.count - 1 if self.step else 0):
            value += self.step
        return value

    def joins(self, other: _Run) -> bool:
        return not self.step and not other.step and self.first == other.first


def _course(text: str, names: Mapping[str, Value], sample: int) -> tuple[float | None, float]:
    """Where a segment begins (0 for a counter, for a time stamp its age before the start), and its step a sample."""
    if text in ("_", "stale"):
        return None, 0.0
    if text.startswith("+"):
        return 0.0, _rounded(evaluate(text[1:], names) * sample / 60, _NEAR)
    if text.startswith("@"):
        return -_rounded(evaluate(text[1:], names), _NEAR), float(sample)
    return _rounded(evaluate(text, names), _NEAR), 0.0


def _spelt(runs: Sequence[_Run]) -> Iterator[str]:
    """promtool's notation; a series that goes away ends with a stale marker, as a scrape without it writes one."""
    joined: list[_Run] = []
    for run in runs:
        if joined and joined[-1].joins(run):
            joined[-1] = replace(run, count=joined[-1].count + run.count)
        else:
            joined.append(run)
    for place, run in enumerate(joined):
        if run.first is not None:
            growth = f"{'+' if run.step > 0 else ''}{number(run.step)}" if run.step else ""
            yield f"{number(run.first)}{growth}x{run.count - 1}"
        else:
            yield f"stale _x{run.count - 1}" if place else f"_x{run.count}"


def spell_time(seconds: int) -> str:
    """A moment as a person writes it: `23m30s` rather than `1410s`."""
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _rounded(value: float, context: Context) -> float:
    """Ten digits. A counter's next start is rounded up, for a fall by a rounding error would read as a reset."""
    return float(context.create_decimal(Decimal(value)))
