"""A blip fires nothing, causes hold consequences back, the heartbeat arrives and its silence is seen."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from live_apis import Api
from live_doubles import said

from obsboot.live import clock, extras
from obsboot.live.alertmanager import Notification
from obsboot.live.history import Episode
from obsboot.live.loads import Loads
from obsboot.live.routes import Route
from obsboot.live.run import Run
from obsboot.live.tasks import Trial, trials
from obsboot.live.watched import Watched
from obsboot.model import ObsbootError

DOWN = ("RedisDown", "orders-redis")


@pytest.fixture
def trial(run: Run, alerts: dict[str, Watched], monkeypatch: pytest.MonkeyPatch) -> Trial:
    """RedisDown holds for ten seconds; its fault makes it pending, and firing where it `holds` shorter."""
    monkeypatch.setattr(clock, "SLACK", 0.1)
    each = alerts[DOWN[0]]
    rule = dataclasses.replace(each.rule, hold=10.0, keep=0.0, window=0.0)
    (trial,) = trials([dataclasses.replace(each, rule=rule)], run.clock)
    return trial


def blip(
    run: Run, trial: Trial, monkeypatch: pytest.MonkeyPatch, fires: bool = False, error: str = ""
) -> tuple[str, str]:
    @contextmanager
    def injected(*_: object) -> Iterator[str]:
        if error:
            raise ObsbootError(error)
        now = time.time()
        episode = Episode(*DOWN, pending=now, firing=now if fires else None)
        run.history.episodes.append(episode)
        run.history._open[frozenset()] = episode
        yield "broken for a moment"
        run.history._open.clear()
        episode.ended = now + 3

    monkeypatch.setattr(extras, "injected", injected)
    extras.check_blip(run, Loads(run), trial, trial.alerts[0])
    return said(run, "blip")["redis/RedisDown"]


def test_a_blip_that_fires_nothing_is_proven(run: Run, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blip(run, trial, monkeypatch) == ("passed", "pending for 3 s of its 10 s hold")


def test_a_blip_that_fires_is_a_finding(run: Run, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blip(run, trial, monkeypatch, fires=True) == ("failed", "pending for 3 s of its 10 s hold, and fired")


def test_a_blip_that_could_not_be_made_proves_nothing(run: Run, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blip(run, trial, monkeypatch, error="no such container") == ("error", "no such container")


# Inhibition


@pytest.mark.parametrize(
    ("fires", "suppressed", "outcome", "reason"),
    [
        (False, False, "skipped", "no fault of this run made both fire"),
        (True, True, "passed", "fires in Prometheus, suppressed in Alertmanager"),
        (True, False, "failed", "both fire, and Alertmanager does not hold it back"),
    ],
)
def test_a_cause_holds_its_consequence_back(
    run: Run, alerts: dict[str, Watched], neighbour: Api, fires: bool, suppressed: bool, outcome: str, reason: str
) -> None:
    cause = alerts["RedisDown"]
    low = alerts["RedisHitRateLow"]
    held = dataclasses.replace(low, alert=dataclasses.replace(low.alert, inhibited_by=("RedisDown",)))
    watch = extras.Inhibition(run, [cause, held, alerts["RedisErrorsHigh"]])
    labels = {"alertname": low.key[0], "job": low.key[1]}
    neighbour.says["/api/v2/alerts"] = [{"labels": labels, "status": {"inhibitedBy": ["x"] if suppressed else []}}]
    for key in (cause.key, low.key):
        run.history._open[frozenset({("a", key[0])})] = Episode(*key, pending=1.0, firing=2.0 if fires else None)
    watch.look()
    watch.tell()
    assert said(run, "inhibition") == {"redis/RedisHitRateLow by RedisDown": (outcome, reason)}


# The heartbeat


@pytest.fixture
def watchdog(alerts: dict[str, Watched], monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(clock, "SLACK", 0.05)
    each = alerts["Watchdog"]
    rule = dataclasses.replace(each.rule, hold=0.0, keep=0.0, window=0.0)
    return dataclasses.replace(each, rule=rule, routes=(Route("heart", 0.0, 0.01, 0.01),))


def beat(at: float, receiver: str = "heart", status: str = "firing") -> Notification:
    return Notification(receiver, at, status, {"alertname": "Watchdog", "job": "orders-prometheus"})


def test_the_heartbeat_arrives_again_and_again(run: Run, watchdog: Watched) -> None:
    run.sink.arrived = [beat(1.0), beat(10.0), beat(12.0), beat(16.0), beat(17.0, "other")]
    extras.check_watchdog(run, watchdog, since=5.0)
    assert said(run, "watchdog") == {"prometheus/Watchdog": ("passed", "arrives every 3.0 s")}
    assert run.results[0].detail["beats"] == 3


@pytest.mark.parametrize(("receiver", "where"), [("other", "other"), ("", "nowhere")])
def test_a_heartbeat_that_goes_elsewhere_is_told(run: Run, watchdog: Watched, receiver: str, where: str) -> None:
    run.sink.arrived = [beat(10.0, receiver), beat(11.0, receiver)] if receiver else []
    extras.check_watchdog(run, watchdog, since=5.0)
    outcome, reason = said(run, "watchdog")["prometheus/Watchdog"]
    assert (outcome, reason.endswith(f"it arrived at {where}")) == ("failed", True)


@pytest.mark.parametrize(
    ("late", "outcome", "reason"),
    [
        ([], "passed", "stops when Prometheus is gone"),
        (["resolved"], "passed", "stops when Prometheus is gone"),
        (["firing"], "failed", "1 heartbeats though Prometheus was gone"),
    ],
)
def test_without_prometheus_the_heartbeat_stops(  # type: ignore[no-untyped-def]
    run: Run, watchdog: Watched, monkeypatch: pytest.MonkeyPatch, neighbour: Api, late, outcome, reason
) -> None:
    monkeypatch.setattr(run.stopping, "wait", lambda _: False)
    far = time.time() + 100
    alerts: list[dict[str, Any]] = [{"status": status, "labels": dict(beat(0).labels)} for status in late]
    neighbour.says["/"] = [{"receiver": "heart", "at": far, "told": {"alerts": alerts}}]
    extras.check_silence(run, watchdog)
    assert said(run, "watchdog") == {"prometheus/Watchdog falls silent": (outcome, reason)}
    prometheus = run.services["prometheus"]
    assert (prometheus.container.done, prometheus.stopped) == (["pause", "unpause"], False)
