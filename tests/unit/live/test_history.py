"""What each alert did and when, from what Prometheus and the sink say."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from live_apis import Api, recorded
from live_apis import Prometheus as PrometheusApi
from live_doubles import until

from obsboot.live.alertmanager import Notification
from obsboot.live.history import Episode, History
from obsboot.live.run import Run
from obsboot.model import ObsbootError

LOW = ("RedisHitRateLow", "shop-api-redis")


def alert(name: str, state: str, value: str = "1e+00", **labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, "job": "j", **labels}, "state": state, "value": value}


def test_an_episode_goes_from_pending_over_firing_to_its_end(run: Run, api: PrometheusApi) -> None:
    history = run.history
    began = time.time()
    for state in ("pending", "firing"):
        api.alerts = [alert("A", state, "5e-01")]
        history.look()
    api.alerts = []
    history.look()
    (episode,) = history.of(("A", "j"))
    assert began <= episode.pending <= (episode.firing or 0) <= (episode.ended or 0) <= time.time()
    assert episode.value == 0.5
    assert history.active([("A", "j")]) == history.active_now() == []


def test_each_label_set_and_each_time_is_an_episode_of_its_own(run: Run, api: PrometheusApi) -> None:
    api.alerts = [alert("A", "firing", instance="one"), alert("A", "pending", instance="two")]
    run.history.look()
    assert len(run.history.active({("A", "j")})) == 2
    assert [dict(e.labels)["instance"] for e in run.history.fired(0)] == ["one"]
    api.alerts = []
    run.history.look()
    api.alerts = [alert("A", "firing", instance="one")]
    run.history.look()
    assert len(run.history.of(("A", "j"))) == 3
    assert run.history.of(("A", "other")) == []


def test_what_was_recorded_is_understood(run: Run, api: PrometheusApi) -> None:
    api.says["/api/v1/alerts"] = recorded("prometheus")["/api/v1/alerts"]
    run.history.look()
    (low,) = run.history.of(LOW)
    assert low.firing
    assert low.value == 0
    assert {e.alert for e in run.history.fired(0)} == {"Watchdog", "RedisHitRateLow"}
    assert {e.alert for e in run.history.active_now()} == {"Watchdog", "RedisHitRateLow", "ServiceErrorBudgetEmpties"}


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [(0, None, True), (25, None, True), (31, None, False), (0, 19, False), (0, 20, True)],
)
def test_fired_is_what_fired_at_some_time_in_the_span(since: float, until: float | None, seen: bool) -> None:
    history = History(None, None, threading.Event())  # type: ignore[arg-type]
    history.episodes = [Episode("A", "j", 10, firing=20, ended=30), Episode("B", "j", 10, ended=30)]
    assert [e.alert for e in history.fired(since, until)] == (["A"] if seen else [])


def test_a_notification_is_the_first_of_its_kind_after_a_moment(run: Run) -> None:
    def told(at: float, status: str, receiver: str = "pager") -> Notification:
        return Notification(receiver, at, status, {"alertname": "A", "job": "j"})

    run.sink.arrived = [told(1, "firing"), told(2, "resolved"), told(3, "firing", "mail"), told(4, "firing")]
    found = run.history.delivered(("A", "j"), "firing", 2)
    assert found
    assert (found.at, found.receiver) == (3, "mail")
    assert run.history.delivered(("A", "j"), "resolved", 3) is None
    assert run.history.receivers(("A", "j"), 3) == {"mail", "pager"}
    run.history.sink = None
    assert run.history.delivered(("A", "j"), "firing", 0) is None
    assert run.history.receivers(("A", "j"), 0) == set()


def test_it_polls_both_servers_and_tells_its_watchers(run: Run, api: PrometheusApi, neighbour: Api) -> None:
    seen = threading.Event()

    def watcher() -> None:
        seen.set()
        raise ObsbootError("a watcher that cannot look")

    every = recorded("sink")
    neighbour.says["/"] = lambda p: every[int(p["since"]) :]
    api.alerts = [alert("A", "firing")]
    run.history.watchers.append(watcher)
    run.history.start()
    assert seen.wait(5)
    until(lambda: run.history.complaint == "a watcher that cannot look")
    run.history.stop()
    assert run.history.active([("A", "j")])
    assert len(run.sink.arrived) == 5


def test_a_poll_that_fails_is_the_complaint_until_one_succeeds(run: Run, api: PrometheusApi) -> None:
    api.says["/api/v1/alerts"] = (503, "not ready")
    run.history.sink = None
    run.history.start()
    until(lambda: "503 not ready" in run.history.complaint)
    del api.says["/api/v1/alerts"]
    until(lambda: not run.history.complaint)
    run.history.stop()
    assert run.history.polled > 0
