"""When a measured number and a true one agree, and what is wrong where they do not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from obsboot.live.comparison import EVENTS, Case, Found, agrees, events, numeric, tolerance_of
from obsboot.model import Component, Instance, Place, Signal, Truth

PLACE = Place(Path("x.yaml"), 1)
KV = Component("kv", "Store", "server", Path(), PLACE)


def found(measured: list[float], true: float = 0.8, **more: Any) -> Found:
    signal = Signal("hit_rate", "Hit rate", "?", "percentunit", "x", PLACE, clock=more.pop("clock", "rate"))
    truth = Truth("reads", "hits / requests", tolerance=0.02, parameters={"hits": 0.8})
    case = Case(Instance("cache", KV, "job", {}), signal, truth, "query")
    tally = more.pop("tally", {"requests": 400.0, "seconds": 20.0})
    samples = tuple((100.0 + at, value) for at, value in enumerate(measured))
    return Found(case, "query", samples, (true,), tally, (80.0, 100.0), more.pop("shifted", true + 0.04))


def test_the_middle_one_of_several_moments_counts() -> None:
    one = found([0.1, 0.81, 0.79])
    assert (one.measured, one.problem()) == (0.79, "")
    assert one.sentence() == "measured 0.79, true 0.8"


def test_a_difference_beyond_the_tolerance_is_told_with_all_numbers() -> None:
    assert found([0.75]).problem() == "measured 0.75, true 0.8, tolerance 0.02"


def test_a_number_that_is_none_agrees_with_nothing() -> None:
    assert not agrees(math.nan, math.nan, 1)
    assert "measured nan" in found([math.nan]).problem()


def test_a_check_that_cannot_fail_is_no_proof() -> None:
    assert "the check cannot fail" in found([0.8], shifted=0.81).problem()


def test_a_rate_over_few_events_means_nothing_but_a_state_does() -> None:
    few = {"requests": EVENTS - 1.0}
    assert found([0.8], tally=few).problem() == f"only {EVENTS - 1} events in the window; at least {EVENTS} are needed"
    assert found([0.8], tally=few, clock="state").problem() == ""


def test_the_report_gets_times_since_the_run_began() -> None:
    detail = found([0.8, 0.8, 0.8]).detail(began=90.0)
    assert detail["samples"] == [[10.0, 0.8], [11.0, 0.8], [12.0, 0.8]]
    assert detail["window"] == [-10.0, 10.0]
    assert (detail["true"], detail["tolerance"], detail["events"]) == (0.8, 0.02, 400.0)
    assert detail["formula"] == "hits / requests"


@pytest.mark.parametrize(
    ("measured", "true", "tolerance", "same"),
    [
        (1, 1, 0, True),
        (0.1 + 0.2, 0.3, 0, True),
        (1.02, 1, 0.02, True),
        (1.021, 1, 0.02, False),
        (1e9 + 2, 1e9, 0, False),
    ],
)
def test_agreeing_is_within_the_tolerance_and_a_hairs_breadth(
    measured: float, true: float, tolerance: float, same: bool
) -> None:
    assert agrees(measured, true, tolerance) is same


def test_a_tolerance_is_absolute_or_a_share() -> None:
    assert tolerance_of(Truth("w", "1", tolerance=0.0, relative=None), 50) == 0
    assert tolerance_of(Truth("w", "1", relative=0.05), -50) == 2.5


def test_events_are_requests_or_else_everything_that_is_counted() -> None:
    assert events({"requests": 5, "errors": 3}) == 5
    assert events({"hits": 8, "misses": 2, "lines": 1, "seconds": 1, "p50": 1, "p95": 1, "p99": 1}) == 10


def test_a_case_is_told_by_its_instance_and_its_workload_with_parameters() -> None:
    case = found([0.8]).case
    assert case.subject == "cache/hit_rate"
    assert case.variant == ("cache", "reads", "[('hits', 0.8)]")


def test_a_formula_may_name_the_parameters_that_are_numbers() -> None:
    assert numeric({"hits": "0.3", "per_second": 40, "path": "/x"}) == {"hits": 0.3, "per_second": 40.0}
