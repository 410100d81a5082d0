"""The panel's own query against what the workload counted."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from live_apis import Prometheus as Api
from live_doubles import said

from obsboot.live import truth
from obsboot.live.comparison import EVENTS, Case
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.tally import Tally
from obsboot.live.truth import LONGEST_WINDOW, cases, needed_window, prove
from obsboot.model import Signal, Truth

REDIS = {"job": "orders-redis", "instance": "redis:6379"}


class Counted:
    """A workload that has done its work: so many hits and misses in each of the last seconds."""

    def __init__(self, hits: float, misses: float, seconds: int = 60) -> None:
        self.tally, now = Tally(), time.time()
        for second in range(seconds, -1, -1):
            self.tally.add({"hits": hits, "misses": misses}, at=now - second)

    def complaint(self) -> str:
        return "it said so"


@pytest.fixture
def loads(run: Run, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """The reads of the cache run: eight of ten hit, twenty a second."""
    monkeypatch.setattr(truth, "panel_window", lambda _: 20.0)
    monkeypatch.setattr(run.stopping, "wait", lambda _: False)
    loads = Loads(run)
    loads.running["redis", "reads"] = Counted(16, 4)  # type: ignore[assignment]
    loads.parameters["redis", "reads"] = {"hits": 0.8}
    return loads


@pytest.fixture
def hit_rate(run: Run) -> Case:
    return next(case for case in cases(run) if case.subject == "redis/hit_rate")


@pytest.fixture
def measures(api: Api) -> Callable[..., None]:
    """Sets what the panel's query finds; the query that is moved on purpose finds it moved."""

    def measures(*values: float, moved: float = 0.04) -> None:
        def answer(parameters: dict[str, str]) -> object:
            shift = moved * (1 if ") + 0" in parameters["query"] else -1) if parameters["query"].startswith("(") else 0
            found = [{"metric": {**REDIS, "n": str(n)}, "value": [0, str(v + shift)]} for n, v in enumerate(values)]
            return {"status": "success", "data": {"resultType": "vector", "result": found}}

        api.says["/api/v1/query"] = answer

    return measures


def test_every_truth_of_what_runs_is_a_case_with_its_panels_query(run: Run) -> None:
    found = {case.subject: case for case in cases(run)}
    assert "$__rate_interval" in found["redis/hit_rate"].query
    run.missing["redis"] = "no image"
    assert not any(case.instance.id == "redis" for case in cases(run))


def test_a_signal_without_a_panel_is_asked_for_by_itself(run: Run) -> None:
    run.copy = type(run.copy)({}, (), run.copy.clock, {})
    (case,) = [case for case in cases(run) if case.subject == "redis/hit_rate"]
    assert 'job=~"$job"' in case.query


def test_what_agrees_is_proven(run: Run, loads: Loads, hit_rate: Case, measures: Callable[..., None]) -> None:
    measures(0.805)
    prove(run, loads, [hit_rate])
    assert said(run, "truth") == {"redis/hit_rate": ("passed", "measured 0.805, true 0.8")}
    detail = run.results[0].detail
    assert len(detail["samples"]) == 3  # type: ignore[arg-type]
    assert 'job=~"orders-redis"' in str(detail["query"])
    assert "[20s]" in str(detail["query"])


def test_what_disagrees_is_looked_at_twice(
    run: Run, loads: Loads, hit_rate: Case, measures: Callable[..., None], api: Api
) -> None:
    measures(0.7)
    prove(run, loads, [hit_rate])
    assert said(run, "truth") == {"redis/hit_rate": ("failed", "measured 0.7, true 0.8, tolerance 0.02")}
    assert len(api.asked) == 2 * 4
    assert len(run.results) == 1


def test_a_query_that_cannot_be_moved_proves_nothing(
    run: Run, loads: Loads, hit_rate: Case, measures: Callable[..., None]
) -> None:
    measures(0.8, moved=0)
    prove(run, loads, [hit_rate])
    assert "the check cannot fail" in said(run, "truth")["redis/hit_rate"][1]


def test_the_query_is_moved_at_the_moment_that_counts(
    run: Run, hit_rate: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is true changes from look to look: moved at the last one, the query would come to what was true before."""
    samples = [(1.0, 0.80), (2.0, 0.81), (3.0, 0.775)]
    monkeypatch.setattr(
        truth, "_single", lambda _run, _case, query, at: dict(samples)[at] + float(query.split(" + ")[1])
    )
    probe = truth._Probe(hit_rate, Counted(16, 4), {}, 20.0, "q", samples, [0.80, 0.815, 0.77])  # type: ignore[arg-type]
    found = probe.found(run)
    assert (found.measured, found.true, round(found.shifted, 9)) == (0.80, 0.80, 0.84)
    assert "the check cannot fail" not in found.problem()


def test_a_truth_needs_its_workload(run: Run, loads: Loads, hit_rate: Case) -> None:
    loads.running.clear()
    prove(run, loads, [hit_rate])
    assert said(run, "truth") == {"redis/hit_rate": ("error", "its workload reads does not run")}


def test_no_series_and_too_many_could_not_be_checked(
    run: Run, loads: Loads, hit_rate: Case, measures: Callable[..., None], api: Api
) -> None:
    measures(0.8, 0.9)
    prove(run, loads, [hit_rate])
    assert said(run, "truth")["redis/hit_rate"][1].startswith("2 series where one was expected")
    api.says.clear()
    prove(run, loads, [hit_rate])
    outcome, reason = said(run, "truth")["redis/hit_rate"]
    assert (outcome, "no data: the metric redis_keyspace_hits_total never existed" in reason) == ("error", True)


def test_a_workload_that_counts_nothing_is_said(
    run: Run, loads: Loads, hit_rate: Case, measures: Callable[..., None]
) -> None:
    measures(0.8)
    loads.running["redis", "reads"].tally = Tally()
    prove(run, loads, [hit_rate])
    assert said(run, "truth")["redis/hit_rate"][0] == "error"


def test_the_truths_own_labels_choose_the_series(run: Run, loads: Loads, api: Api) -> None:
    commands = next(case for case in cases(run) if case.subject == "redis/commands")
    assert commands.truth.match == {"cmd": "get"}

    def answer(parameters: dict[str, str]) -> object:
        moved = 2 if parameters["query"].startswith("(") else 0
        found = [
            {"metric": {**REDIS, "cmd": cmd}, "value": [0, str(n + moved)]} for cmd, n in (("get", 20), ("set", 99))
        ]
        return {"status": "success", "data": {"resultType": "vector", "result": found}}

    api.says["/api/v1/query"] = answer
    prove(run, loads, [commands], attempts=1)
    assert said(run, "truth") == {"redis/commands": ("passed", "measured 20, true 20")}


@pytest.mark.parametrize(("hits", "window"), [(16, 20.0), (4, 1.2 * EVENTS / 5), (0.1, LONGEST_WINDOW)])
def test_the_window_grows_until_it_holds_enough_events(
    run: Run, loads: Loads, hit_rate: Case, hits: float, window: float
) -> None:
    assert needed_window(run, hit_rate, Counted(hits, hits / 4)) == pytest.approx(window, rel=0.06)  # type: ignore[arg-type]


def test_a_state_needs_no_events_and_nothing_counted_gives_no_window(run: Run, loads: Loads, hit_rate: Case) -> None:
    idle = Counted(0, 0)
    assert needed_window(run, hit_rate, idle) == 20.0  # type: ignore[arg-type]
    place = hit_rate.signal.place
    state = Case(
        hit_rate.instance, Signal("up", "Up", "?", "short", "up", place, clock="state"), Truth("reads", "1"), "up"
    )
    assert needed_window(run, state, Counted(0.1, 0)) == 20.0  # type: ignore[arg-type]
