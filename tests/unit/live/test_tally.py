"""A workload's own count over any span of time."""

from __future__ import annotations

import math

from obsboot.live.tally import Tally, quantile


def test_lines_of_a_span_are_summed_over_the_time_that_they_cover() -> None:
    tally = Tally()
    for second in range(1, 11):
        tally.add({"hits": 8, "misses": 2}, at=100.0 + second)
    assert tally.between(104.5, 108.5) == {"hits": 32, "misses": 8, "lines": 4, "seconds": 4}
    assert tally.lasts() == 101
    assert tally.count() == 10


def test_nothing_counted_is_nothing() -> None:
    assert Tally().between(0, 10) == {}
    assert Tally().lasts() == math.inf


def test_latencies_become_quantiles() -> None:
    tally = Tally()
    for number in range(1, 101):
        tally.add_latency(number / 100, at=50)
    tally.add_latency(99, at=70)
    found = tally.between(40, 60)
    assert (found["p50"], found["p95"], found["p99"]) == (0.5, 0.95, 0.99)


def test_quantiles_of_few_values() -> None:
    assert quantile([1.0], 0.99) == 1
    assert quantile([1.0, 2.0], 0.5) == 1


def test_old_lines_are_forgotten() -> None:
    tally = Tally()
    tally.add({"n": 1}, at=0)
    tally.add({"n": 1}, at=5000)
    assert tally.count() == 1
