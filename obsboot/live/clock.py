"""The one factor by which a proving run is faster, and how long things take at that speed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from obsboot.promql import spell

SCRAPE_FLOOR = 2.0
"""Seconds between two scrapes at the least: exporters are slowest under the very fault that is to be seen."""

EVALUATION_FLOOR = 1.0
SCRAPES_A_WINDOW = 4
SLACK = 10.0
"""Seconds by which a bound exceeds what the durations alone explain: polling, busy processors, slow containers."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of the run for seconds of the pack. `scrape` and `evaluation` are those of the run."""

    factor: float
    scrape: float
    evaluation: float

    def scaled(self, seconds: float) -> float:
        """A window, a hold or a grouping interval."""
        return seconds / self.factor

    def interval(self, seconds: float, floor: float = SCRAPE_FLOOR) -> float:
        """A scrape or evaluation interval, which has a floor."""
        return max(min(floor, seconds), seconds / self.factor)


def clock(speed: float, scrape: float, evaluation: float, windows: Iterable[float]) -> Clock:
    """The clock at `speed`, or the fastest at which each of the windows (seconds of the pack) holds four scrapes."""
    factor = max(1.0, speed)
    smallest = min(windows, default=0.0)
    if smallest:
        longest_interval = max(SCRAPE_FLOOR, scrape / factor)
        factor = max(1.0, min(factor, smallest / (SCRAPES_A_WINDOW * longest_interval)))
    at = Clock(factor, 0.0, 0.0)
    return Clock(factor, at.interval(scrape), at.interval(evaluation, EVALUATION_FLOOR))


@dataclass(frozen=True, slots=True)
class Times:
    """What the durations of one alert are in the run, in seconds.

    `window` is the longest range its expression looks back over, `depth` how many recording rules lie below it,
    `settle` how long its fault takes to show.
    """

    scrape: float
    evaluation: float
    window: float = 0.0
    depth: int = 0
    hold: float = 0.0
    keep: float = 0.0
    group_wait: float = 0.0
    group_interval: float = 0.0
    settle: float = 0.0

    @property
    def visible(self) -> float:
        """From the fault to the first evaluation that sees nothing but it."""
        return self.settle + self.scrape + self.window + self.evaluation * (1 + self.depth)

    @property
    def fires_within(self) -> float:
        """The bound from fault to delivered notification."""
        return self.visible + self.hold + self.evaluation + self.group_wait + self.group_interval + SLACK

    @property
    def resolves_within(self) -> float:
        """The bound from the undone fault to the delivered resolve."""
        return self.visible + self.keep + self.evaluation + self.group_interval + SLACK

    @property
    def fires_after(self) -> float:
        """The expected time from fault to delivered notification."""
        return self.settle + self.scrape + self.evaluation + self.window * 0.4 + self.hold + self.group_wait + 1

    @property
    def resolves_after(self) -> float:
        """The expected time from the undone fault to the delivered resolve."""
        return self.scrape + self.evaluation + self.window * 0.7 + self.keep + self.group_interval * 0.6 + 1


def duration(seconds: float) -> str:
    """A Prometheus duration in whole milliseconds; what is more than nought stays more than nought."""
    whole = max(round(seconds, 3), 0.001) if seconds else 0.0
    return spell(int(whole) if whole == int(whole) else whole)
