"""Each alert under its fault, in a world that follows: a container that stops makes its alert fire, and be delivered."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest
from live_apis import Api
from live_apis import Prometheus as PrometheusApi
from live_doubles import Heard, said, until

from obsboot.live import clock, extras
from obsboot.live.fire import Course, Outcome, attempt, is_suppressed
from obsboot.live.firing import check_bystanders, fire, overlap, takes_away
from obsboot.live.history import Episode
from obsboot.live.loads import Loads
from obsboot.live.routes import Route
from obsboot.live.run import Run
from obsboot.live.tasks import Trial, trials
from obsboot.live.verdicts import problem, samples, tell
from obsboot.live.watched import Watched

DOWN = ("RedisDown", "orders-redis")


class World:
    """What Prometheus and the sink say: `down` fires while the cache's container does not run.

    `silent` delivers nothing, `deaf` fires nothing, `stuck` never resolves, `elsewhere` is told instead of who should be.
    """

    def __init__(self, run: Run, api: PrometheusApi, neighbour: Api) -> None:
        self.container = run.boxes["redis", "server"].container
        self.deaf = self.silent = self.stuck = self.suppressed = False
        self.receiver = "critical-webhook"
        self.looks = 0
        self.told: list[dict[str, Any]] = []
        api.says["/api/v1/alerts"] = self.alerts
        neighbour.says["/"] = lambda p: self.told[int(p["since"]) :]
        neighbour.says["/api/v2/alerts"] = lambda _: [
            {"labels": self.labels, "status": {"inhibitedBy": ["cause"] if self.suppressed else []}}
        ]

    labels = {"alertname": DOWN[0], "job": DOWN[1]}

    def alerts(self, _: object) -> dict[str, Any]:
        """Pending at the first look, firing and delivered from the second on, and resolved once the container runs."""
        down = self.container.status != "running"
        if (down or (self.stuck and self.looks)) and not self.deaf:
            self.looks += 1
            if self.looks == 2:
                self.tell("firing")
            state = "pending" if self.looks < 2 else "firing"
            return self.body([{"labels": self.labels, "state": state, "value": "0"}])
        if self.looks >= 2:
            self.tell("resolved")
        self.looks = 0
        return self.body([])

    @staticmethod
    def body(alerts: list[dict[str, Any]]) -> dict[str, Any]:
        return {"status": "success", "data": {"alerts": alerts}}

    def tell(self, status: str) -> None:
        if not self.silent:
            alert = {"status": status, "labels": self.labels}
            self.told.append({"receiver": self.receiver, "at": time.time(), "told": {"alerts": [alert]}})


@pytest.fixture
def world(run: Run, api: PrometheusApi, neighbour: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(clock, "SLACK", 0.4)
    monkeypatch.setattr(Loads, "restore", lambda self: [])
    monkeypatch.setattr(Run, "prepare_again", lambda self, box: None)
    made = World(run, api, neighbour)
    run.history.start()
    yield made
    run.history.stop()


@pytest.fixture
def down(alerts: dict[str, Watched]) -> Watched:
    """RedisDown, whose durations take no time."""
    each = alerts[DOWN[0]]
    at_once = Route("critical-webhook", 0.0, 0.0, 60.0)
    return dataclasses.replace(
        each, rule=dataclasses.replace(each.rule, hold=0.0, keep=0.0, window=0.0), routes=(at_once,)
    )


@pytest.fixture
def trial(run: Run, down: Watched) -> Trial:
    (trial,) = trials([down], run.clock)
    return trial


def tried(run: Run, trial: Trial, silent: bool = False) -> tuple[str, str]:
    """The verdict after one attempt."""
    outcome = attempt(run, Loads(run), trial, silent)
    tell(run, outcome, silent)
    return said(run, "alert")["redis/RedisDown"]


def test_fired_delivered_and_resolved(run: Run, world: World, trial: Trial) -> None:
    outcome, reason = tried(run, trial)
    assert (outcome, reason) == ("passed", "fired, delivered to critical-webhook after 0 s, resolved")
    times = run.results[0].detail["times"]
    assert isinstance(times, dict)
    moments = [times[name] for name in ("injected", "pending", "firing", "delivered", "undone", "resolved")]
    assert None not in moments
    assert max(times["injected"], times["pending"]) <= times["firing"] <= times["resolved"]
    assert times["resolve_delivered"] >= times["undone"] >= times["delivered"]
    assert isinstance(run.listener, Heard)
    assert "redis/stopped: stop server" in run.listener.events


def test_an_alert_that_does_not_fire_fails(run: Run, world: World, trial: Trial) -> None:
    world.deaf = True
    outcome, reason = tried(run, trial)
    assert outcome == "failed"
    assert reason.endswith("of its fault: inactive")
    assert run.boxes["redis", "server"].is_well(), "the fault is undone all the same"


def test_an_alert_that_nobody_hears_of_fails(run: Run, world: World, trial: Trial) -> None:
    world.silent = True
    outcome, reason = tried(run, trial)
    assert (outcome, "firing with value 0, not delivered" in reason) == ("failed", True)


def test_where_the_fault_takes_alertmanager_away_nobody_has_to_hear(run: Run, world: World, trial: Trial) -> None:
    world.silent = True
    assert tried(run, trial, silent=True) == (
        "passed",
        "fired and resolved; not delivered, since the fault takes Alertmanager away",
    )


def test_an_alert_that_stays_fails(run: Run, world: World, trial: Trial) -> None:
    world.stuck = True
    outcome, reason = tried(run, trial)
    assert (outcome, "not resolved within" in reason) == ("failed", True)


def test_a_wrong_receiver_fails(run: Run, world: World, trial: Trial) -> None:
    world.receiver = "somebody"
    assert tried(run, trial) == ("failed", "delivered to somebody, not to critical-webhook")


def test_what_another_alert_holds_back_is_not_delivered(run: Run, world: World, down: Watched) -> None:
    world.silent = world.suppressed = True
    inhibited = dataclasses.replace(down, alert=dataclasses.replace(down.alert, inhibited_by=("Worse",)))
    (trial,) = trials([inhibited], run.clock)
    assert tried(run, trial) == ("passed", "fired and resolved; held back by Alertmanager while Worse fired")
    assert not is_suppressed(run, down), "nothing inhibits it"
    run.alertmanager = dataclasses.replace(run.alertmanager, base=lambda: "http://127.0.0.1:1")
    assert not is_suppressed(run, inhibited)


def test_a_receiver_that_is_told_of_no_ends_is_not_waited_for(run: Run, world: World, trial: Trial) -> None:
    run.resolving = {"critical-webhook": False}
    world.tell = lambda status: World.tell(world, status) if status == "firing" else None  # type: ignore[method-assign]
    assert tried(run, trial)[0] == "passed"


def test_an_alert_that_is_active_before_its_fault_could_not_be_judged(run: Run, world: World, trial: Trial) -> None:
    run.boxes["redis", "server"].container.status = "paused"
    until(lambda: bool(run.history.active([DOWN])))
    outcome, reason = tried(run, trial)
    assert outcome == "error"
    assert "redis/stopped: its alerts are inactive before the fault" in reason
    assert "RedisDown active since" in reason


def test_a_panel_that_is_empty_without_its_fault_is_filled_by_it(
    run: Run, world: World, trial: Trial, api: PrometheusApi
) -> None:
    run.hollow = {("redis", trial.alerts[0].alert.signal): "kv_up", ("other", "x"): "y"}
    api.now["kv_up"] = [({}, 0.0)]
    tried(run, trial)
    assert run.hollow == {("other", "x"): "y"}


def test_a_fault_that_cannot_be_injected_is_an_error(run: Run, world: World, trial: Trial) -> None:
    run.boxes.clear()
    assert tried(run, trial) == ("error", "redis: its recipe names the container 'server', which does not run")


# All of them


def test_every_trial_is_made_and_a_failed_one_once_more(run: Run, world: World, trial: Trial) -> None:
    outcomes = fire(run, Loads(run), [trial])
    assert [o.error for o in outcomes] == [""]
    assert said(run, "alert")["redis/RedisDown"][0] == "passed"
    world.deaf = True
    assert len(fire(run, Loads(run), [trial])) == 2
    assert said(run, "alert")["redis/RedisDown"][0] == "failed"
    assert len([r for r in run.results if r.check == "live/alert"]) == 2


def test_a_run_whose_prometheus_dies_ends(run: Run, world: World, trial: Trial) -> None:
    run.services["prometheus"].container.status = "exited"
    with pytest.raises(extras.ObsbootError, match="prometheus exited with code 0, its last lines"):
        fire(run, Loads(run), [trial])
    assert run.stopping.is_set()


def test_a_fault_takes_alertmanager_away_only_where_it_stops_it(run: Run, trial: Trial) -> None:
    assert not takes_away(run, trial, "alertmanager")
    run.services["alertmanager"] = run.boxes["redis", "server"]
    assert takes_away(run, trial, "alertmanager")
    assert not takes_away(
        run, dataclasses.replace(trial, fault=run.recipes["redis"].faults["cold_cache"]), "alertmanager"
    )
    assert not takes_away(run, trial, "grafana")
    run.boxes.clear()
    assert not takes_away(run, trial, "alertmanager")


# Verdicts


def course(each: Watched, **more: Any) -> Course:
    return Course(each, 100.0, episode=Episode(*DOWN, pending=110.0, firing=112.0), **more)


def test_an_alert_that_fires_before_its_hold_is_over_is_wrong(run: Run, down: Watched) -> None:
    holds = dataclasses.replace(down, rule=dataclasses.replace(down.rule, hold=40.0))
    assert problem(run, course(holds)) == "fired 2.0 s after it was pending; its hold is 40.0 s"
    assert problem(run, course(down)) == ""


@pytest.mark.parametrize(
    ("episode", "state"),
    [
        (None, "inactive"),
        (Episode(*DOWN, pending=1.0, value=0.5), "pending with value 0.5"),
        (Episode(*DOWN, pending=1.0, firing=2.0), "firing, not delivered"),
        (Episode(*DOWN, pending=1.0, firing=2.0, ended=3.0), "resolved, and no receiver was told"),
    ],
)
def test_the_state_of_a_course_is_told(down: Watched, episode: Episode | None, state: str) -> None:
    assert Course(down, episode=episode).state() == state


def test_the_plot_is_the_signal_around_the_fault(run: Run, api: PrometheusApi, trial: Trial) -> None:
    outcome = Outcome(trial, began=run.began, ended=run.began + 20)
    own = Course(trial.alerts[0], run.began)
    assert samples(run, own, outcome) == []
    asked = api.asked[-1][2]
    assert float(asked["end"]) - float(asked["start"]) == pytest.approx(32)
    api.now[asked["query"]] = [({}, 1.0), ({"other": "series"}, 2.0)]
    assert samples(run, own, outcome) == [[-10.0, 1.0]]
    api.now[asked["query"]] = [({}, float("nan"))]
    assert samples(run, own, outcome) == []
    api.says["/api/v1/query_range"] = (500, "no")
    assert samples(run, own, outcome) == []


# Bystanders


def test_what_no_fault_explains_is_a_finding(run: Run, trial: Trial, alerts: dict[str, Watched]) -> None:
    outcome = Outcome(trial, began=100.0, ended=110.0)
    episodes = [
        Episode(*DOWN, pending=101.0, firing=102.0),
        Episode("RedisHitRateLow", "orders-redis", pending=101.0, firing=102.0),
        Episode("Watchdog", "orders-prometheus", pending=1.0, firing=1.0),
        Episode("RedisErrorsHigh", "orders-redis", pending=101.0),
    ]
    run.history.episodes = episodes
    check_bystanders(run, list(alerts.values()), [outcome], 50.0)
    assert said(run, "bystander") == {
        "every fault": ("passed", "no alert fired that no fault in force explains"),
    }
    episodes.append(Episode("RedisErrorsHigh", "orders-redis", pending=105.0, firing=106.0))
    episodes.append(Episode("RedisDown", "orders-redis", pending=500.0, firing=501.0))
    check_bystanders(run, list(alerts.values()), [outcome], 50.0)
    found = said(run, "bystander")
    assert found["orders-redis/RedisErrorsHigh"][0] == "failed"
    assert "redis/stopped" in found["orders-redis/RedisErrorsHigh"][1]
    assert "no fault" in found["orders-redis/RedisDown"][1]


@pytest.mark.parametrize(
    ("pending", "lasting", "meets"),
    [(98.0, 0.0, False), (99.5, 0.0, True), (112.0, 0.0, True), (120.0, 0.0, False), (120.0, 20.0, True)],
)
def test_an_episode_belongs_to_the_fault_in_which_it_came_up(
    trial: Trial, pending: float, lasting: float, meets: bool
) -> None:
    outcome = Outcome(trial, began=100.0, ended=110.0)
    assert overlap(Episode(*DOWN, pending=pending, firing=900.0), outcome, lasting) is meets
