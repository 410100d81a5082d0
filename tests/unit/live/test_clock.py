"""One factor for everything, lowered where a window would hold too few scrapes."""

from __future__ import annotations

import pytest

from obsboot.live.clock import SLACK, Clock, Times, clock, duration


def test_everything_is_divided_by_the_factor_but_scraping_has_a_floor() -> None:
    at = clock(15, scrape=15, evaluation=15, windows=[300, 3600])
    assert at == Clock(15, scrape=2, evaluation=1)
    assert at.scaled(600) == 40
    assert at.interval(60) == 4


@pytest.mark.parametrize(
    ("speed", "windows", "factor"),
    [(15, [300.0], 15), (15, [60.0], 7.5), (60, [300.0], 37.5), (1, [300.0], 1), (15, [5.0], 1), (15, [], 15)],
)
def test_the_smallest_window_holds_four_scrapes(speed: float, windows: list[float], factor: float) -> None:
    at = clock(speed, scrape=15, evaluation=15, windows=windows)
    assert at.factor == pytest.approx(factor)
    assert all(at.scaled(w) >= 4 * min(at.scrape, w / 4) for w in windows)


def test_speed_one_changes_nothing() -> None:
    assert clock(1, scrape=15, evaluation=30, windows=[300]) == Clock(1, 15, 30)


def test_a_scrape_interval_below_the_floor_stays() -> None:
    assert clock(15, scrape=1, evaluation=1, windows=[]).scrape == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(20, "20s"), (40.0, "40s"), (0.6667, "667ms"), (1.3333, "1333ms"), (0, "0s"), (1e-6, "1ms")],
)
def test_durations_are_spelt_for_prometheus(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_bounds_hold_every_part() -> None:
    times = Times(
        scrape=2, evaluation=1, window=20, depth=1, hold=40, keep=20, group_wait=2, group_interval=20, settle=3
    )
    assert times.visible == 3 + 2 + 20 + 2
    assert times.fires_within == times.visible + 40 + 1 + 2 + 20 + SLACK
    assert times.resolves_within == times.visible + 20 + 1 + 20 + SLACK
    assert times.fires_after < times.fires_within
    assert times.resolves_after < times.resolves_within
