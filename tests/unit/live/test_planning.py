"""What a run will do: the rule behind each alert, the fault that is to fire it, and how long the whole takes."""

from __future__ import annotations

import dataclasses

import pytest

from obsboot.live.clock import SLACK, Clock
from obsboot.live.copy import Copy
from obsboot.live.options import Options
from obsboot.live.planning import (
    FIVE_MINUTES,
    QUICK_SECONDS,
    Plan,
    blip_candidate,
    is_healthy,
    planned,
    rounds,
    steady_seconds,
    variants,
    window,
)
from obsboot.live.schedule import length, plan
from obsboot.live.tasks import Trial, expected, trials
from obsboot.live.watched import Watched, alert_rules, watched
from obsboot.model import Truth

CLOCK = Clock(15, 2, 1)


@pytest.fixture(scope="module")
def full(proof) -> Plan:  # type: ignore[no-untyped-def]
    return planned(proof.pack.stack, proof.copy, proof.recipes, Options())


@pytest.fixture(scope="module")
def tried(alerts: dict[str, Watched]) -> dict[str, Trial]:
    return {trial.task.name: trial for trial in trials(list(alerts.values()), CLOCK)}


def test_an_alert_has_its_rule_with_the_times_of_the_run(alerts: dict[str, Watched]) -> None:
    low = alerts["RedisHitRateLow"]
    assert (low.subject, low.key) == ("redis/RedisHitRateLow", ("RedisHitRateLow", "orders-redis"))
    assert (low.rule.hold, low.rule.keep, low.rule.window) == (600 / 15, 300 / 15, 300 / 15)
    assert low.rule.labels["severity"] == "warning"
    assert low.fault
    assert low.fault.name == "cold_cache"
    assert [route.receiver for route in low.routes] == ["warning-webhook"]


def test_a_recording_rule_adds_its_window_and_its_depth(alerts: dict[str, Watched]) -> None:
    late = alerts["ServiceP99High"].rule
    assert late.depth >= 1
    assert late.window == 300 / 15, "the shortest window counts: a long one beside it only guards"


def test_the_slowest_route_and_the_faults_settling_count(alerts: dict[str, Watched]) -> None:
    low = alerts["RedisHitRateLow"]
    slow = [dataclasses.replace(low.routes[0], group_wait=seconds, group_interval=2 * seconds) for seconds in (3, 9)]
    assert low.fault
    settled = dataclasses.replace(low, routes=tuple(slow), fault=dataclasses.replace(low.fault, settle="7s"))
    times = settled.times(CLOCK)
    assert (times.group_wait, times.group_interval, times.settle) == (9, 18, 7)
    assert times.fires_within == times.visible + 40 + 1 + 9 + 18 + SLACK


def test_a_forecast_without_a_fault_is_not_judged(alerts: dict[str, Watched]) -> None:
    wall = next(w for w in alerts.values() if w.instance.component.signals[w.alert.signal].clock == "wall" and w.fault)
    assert wall.judged
    assert not dataclasses.replace(wall, fault=None).judged
    assert dataclasses.replace(alerts["RedisHitRateLow"], fault=None).judged


def test_the_users_own_rules_are_read_and_what_does_not_parse_is_left_to_prometheus(proof) -> None:  # type: ignore[no-untyped-def]
    text = "groups:\n- name: mine\n  rules:\n  - {alert: Mine, expr: 'rate(x[', for: 3s}\n  - {record: a:b, expr: up}\n"
    stack = proof.pack.stack
    copy = Copy({}, (), CLOCK, {f"{stack.directory}/prometheus/rules/local/mine.yaml": text, "other.yaml": text})
    (mine,) = alert_rules(stack, copy)
    assert (mine.name, mine.job, mine.hold, mine.window, mine.depth) == ("Mine", "", 3.0, 0.0, 0)
    assert watched(stack, copy, {}) == [], "no alert of the catalogue is called so"


def test_one_trial_a_fault_with_all_alerts_that_name_it(alerts: dict[str, Watched], tried: dict[str, Trial]) -> None:
    named = {(w.instance.id, w.fault.name) for w in alerts.values() if w.fault and not w.alert.always}
    assert {tuple(name.split("/", 1)) for name in tried} == named
    cold = tried["redis/cold_cache"]
    assert [each.alert.name for each in cold.alerts] == ["RedisHitRateLow"]
    assert cold.task.touches == ("redis/reads", "workload of redis/reads", "workload of redis/reads")
    assert cold.task.seconds == expected(cold.alerts, CLOCK)
    assert 0 < cold.task.tail < cold.task.seconds


def test_a_trial_knows_what_it_fires_may_fire_and_silences(tried: dict[str, Trial]) -> None:
    down = tried["redis/stopped"]
    assert down.task.fires == {("RedisDown", "orders-redis")}
    assert down.allows(("RedisDown", "orders-redis"))
    assert down.allows(("RedisHitRateLow", "any")), "the recipe says that it may"
    assert not down.allows(("RedisErrorsHigh", "orders-redis"))


def test_what_a_cause_inhibits_is_silenced_by_its_fault(alerts: dict[str, Watched]) -> None:
    low, down = alerts["RedisHitRateLow"], alerts["RedisDown"]
    low = dataclasses.replace(low, alert=dataclasses.replace(low.alert, inhibited_by=("RedisDown",)))
    made = {trial.fault.name: trial.task for trial in trials([low, down], CLOCK)}
    assert made["stopped"].silences == {low.key}
    assert not made["cold_cache"].silences
    together = dataclasses.replace(low, fault=down.fault)
    (both,) = trials([together, down], CLOCK)
    assert both.task.fires == {low.key, down.key}
    assert not both.task.silences, "what it is to fire it does not silence"


def test_a_trial_of_one_severity_has_only_its_alerts(tried: dict[str, Trial]) -> None:
    down = tried["redis/stopped"].only("critical", CLOCK)
    assert down
    assert [each.alert.name for each in down.alerts] == ["RedisDown"]
    assert tried["redis/cold_cache"].only("critical", CLOCK) is None


def test_a_fault_that_is_none_makes_no_trial(alerts: dict[str, Watched]) -> None:
    assert trials([dataclasses.replace(alerts["RedisDown"], fault=None)], CLOCK) == []
    assert trials([w for w in alerts.values() if w.alert.always], CLOCK) == []


def test_the_plan_holds_every_phase_and_its_length(full: Plan) -> None:
    made = full
    assert list(made.phases) == [
        "start",
        "targets and rules",
        "healthy load",
        "other truths",
        "faults",
        "blip",
        "silence",
    ]
    assert made.phases["faults"] == length(plan([trial.task for trial in made.trials]))
    assert made.seconds == sum(made.phases.values())
    assert not made.left_out
    longest = max(w.rule.hold for w in made.alerts if w.fault)
    assert made.phases["healthy load"] > longest, "else nothing could have fired"


def test_a_quick_plan_is_short_and_says_what_it_leaves_out(proof, full: Plan) -> None:  # type: ignore[no-untyped-def]
    made = planned(proof.pack.stack, proof.copy, proof.recipes, Options(quick=True))
    proven = {each.subject for trial in made.trials for each in trial.alerts}
    assert {each.alert.severity for trial in made.trials for each in trial.alerts} == {"critical"}
    assert proven
    assert proven | set(made.left_out) == {each.subject for trial in full.trials for each in trial.alerts}
    assert not proven & set(made.left_out)
    assert set(made.left_out.values()) <= {
        "left out by --quick",
        f"left out by --quick: it would take longer than {QUICK_SECONDS:g} s",
    }
    assert made.phases["healthy load"] + made.phases["faults"] + 12 <= QUICK_SECONDS
    assert "blip" not in made.phases


def test_a_panels_window_is_as_long_as_a_rules_five_minutes() -> None:
    assert window(CLOCK) == CLOCK.scaled(FIVE_MINUTES)
    assert window(Clock(100, 2, 1)) == 8, "but it holds four scrapes"


def test_a_steady_load_without_alerts_is_as_long_as_the_truths_need() -> None:
    assert steady_seconds(CLOCK, [], quick=False) >= steady_seconds(CLOCK, [], quick=True) == window(CLOCK) + 14


def test_truths_of_the_healthy_load_need_no_workload_of_their_own(proof) -> None:  # type: ignore[no-untyped-def]
    workloads = proof.recipes["redis"].workloads
    assert is_healthy(Truth("reads", "1"), workloads)
    assert is_healthy(Truth("reads", "1", parameters={"hits": 0.9}), workloads)
    assert not is_healthy(Truth("reads", "1", parameters={"hits": 0.3}), workloads)
    assert not is_healthy(Truth("fill", "1"), workloads)
    needed = variants(proof.pack.stack, proof.recipes)
    assert len(needed) == len(set(needed))
    assert not any((owner, name) == ("redis", "reads") for owner, name, _ in needed)
    assert variants(proof.pack.stack, {}) == []


def test_one_workload_of_an_instance_is_changed_at_a_time() -> None:
    assert rounds([("a", "x", ""), ("a", "y", ""), ("b", "x", "")]) == 2
    assert rounds([]) == 0


def test_the_blip_is_of_an_alert_that_surely_holds_longer(tried: dict[str, Trial]) -> None:
    found = blip_candidate(CLOCK, list(tried.values()))
    assert found
    trial, each = found
    assert each in trial.alerts
    times = each.times(CLOCK)
    assert times.hold > times.window + 2 * times.scrape + 3 * times.evaluation
    assert blip_candidate(CLOCK, [tried["redis/stopped"]]) is None, "its hold is four seconds"
