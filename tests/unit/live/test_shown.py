"""What a run has shown of each signal, alert and target, and the reason where it is less than live."""

from __future__ import annotations

import dataclasses

import pytest

from obsboot.live.coverage import NOT_RUN, coverage
from obsboot.live.facts import changes, facts, images, proven_on, urls, versions
from obsboot.live.options import Options
from obsboot.live.run import Run
from obsboot.model import Outcome, Proof, Proven, Result, Stack
from obsboot.render.rules import active


@pytest.fixture(scope="module")
def stack(proof) -> Stack:  # type: ignore[no-untyped-def]
    """The cache alone: the others are proven alike."""
    alone = tuple(i for i in proof.pack.stack.instances if i.id == "redis")
    return dataclasses.replace(proof.pack.stack, instances=alone)


def result(check: str, subject: str, outcome: Outcome = "passed", reason: str = "", **detail: object) -> Result:
    return Result(check, subject, outcome, reason, detail=detail)


def shown(stack: Stack, *results: Result, **more: object) -> dict[str, Proven]:
    missing = more.pop("missing", {})
    proven, _ = coverage(stack, results, missing, Options(**more))  # type: ignore[arg-type]
    return {each.name: each for each in proven}


def test_a_truth_that_held_is_live(stack: Stack) -> None:
    found = shown(stack, result("live/truth", "redis/hit_rate"))
    assert (found["hit_rate"].proof, found["hit_rate"].limit) == (Proof.LIVE, "")


def test_a_truth_that_failed_is_not_live_though_its_panel_answers(stack: Stack) -> None:
    answer = result("live/query", "redis/Hit rate", series=1, instance="redis", signal="hit_rate")
    found = shown(stack, result("live/truth", "redis/hit_rate", "failed", "measured 0.7"), answer)
    assert (found["hit_rate"].proof, found["hit_rate"].limit) == (Proof.CHECKED, "measured 0.7")


def test_a_signal_whose_alert_fired_has_moved(stack: Stack) -> None:
    assert shown(stack, result("live/alert", "redis/RedisHitRateLow"))["hit_rate"].proof == Proof.LIVE


def test_a_panel_that_only_answers_is_checked_and_says_so(stack: Stack) -> None:
    answer = result("live/query", "redis/Uptime", series=1, instance="redis", signal="uptime")
    found = shown(stack, answer)["uptime"]
    assert (found.proof, found.limit) == (
        Proof.CHECKED,
        "answers in the run; no workload says what its number should be",
    )
    empty = dataclasses.replace(answer, detail={**answer.detail, "series": 0})
    assert shown(stack, empty)["uptime"].proof == Proof.WRITTEN


def test_an_alert_is_live_once_it_fired_and_else_as_far_as_it_was_replayed(stack: Stack) -> None:
    fired = shown(stack, result("live/alert", "redis/RedisDown"))
    assert fired["RedisDown"].proof == Proof.LIVE
    played = shown(
        stack, result("live/alert", "redis/RedisDown", "failed", "late"), result("replay/alert", "redis/RedisDown")
    )
    assert (played["RedisDown"].proof, played["RedisDown"].limit) == (Proof.REPLAYED, "late")
    twice = shown(
        stack, result("live/alert", "redis/RedisDown"), result("live/alert", "redis/RedisDown", "error", "oh")
    )
    assert twice["RedisDown"].proof == Proof.WRITTEN, "one failure is enough"


def test_a_lowered_threshold_is_said(stack: Stack) -> None:
    (redis,) = stack.instances
    alerts = dict(redis.component.alerts)
    alerts["RedisDown"] = dataclasses.replace(alerts["RedisDown"], live_threshold=0.5)
    lowered = dataclasses.replace(redis, component=dataclasses.replace(redis.component, alerts=alerts))
    other = dataclasses.replace(stack, instances=(lowered,))
    assert shown(other, result("live/alert", "redis/RedisDown"))["RedisDown"].limit == "threshold lowered to 0.5"


def test_a_target_is_live_when_it_was_up(stack: Stack) -> None:
    assert shown(stack, result("live/target", "redis/orders-redis"))["orders-redis"].proof == Proof.LIVE
    assert shown(stack)["orders-redis"].limit == NOT_RUN


def test_every_reason_that_there_can_be(stack: Stack) -> None:
    assert {each.limit for each in shown(stack, missing={"redis": "no image"}).values()} == {"no image"}
    assert shown(stack, quick=True)["RedisDown"].limit == "left out by --quick"
    (redis,) = stack.instances
    theirs = dataclasses.replace(stack, instances=(dataclasses.replace(redis, watched=False),))
    assert shown(theirs)["hit_rate"].limit == "another pack owns the server"
    unproven = {alert.name: alert.no_fault for alert in active(stack, redis) if alert.no_fault}
    assert unproven
    assert unproven.items() <= {name: each.limit for name, each in shown(stack).items()}.items()


def test_a_run_that_proved_nothing_fails(stack: Stack) -> None:
    _, nothing = coverage(stack, [], {}, Options())
    assert nothing.outcome == "failed"
    assert nothing.reason.startswith("the run proved nothing (0 of ")
    _, some = coverage(stack, [result("live/truth", "redis/hit_rate")], {}, Options())
    assert some.outcome == "passed"
    assert some.detail["live"] == 1


# Facts


def test_the_facts_name_what_really_ran(run: Run, api, neighbour) -> None:  # type: ignore[no-untyped-def]
    api.says["/api/v1/status/buildinfo"] = {"status": "success", "data": {"version": "3.5.3"}}
    infos = '{__name__=~".*_(exporter_build|instance|static|build)_info",version!=""}'
    api.now[infos] = [
        ({"__name__": "redis_exporter_build_info", "job": "orders-redis", "version": "1.86.0"}, 1),
        ({"__name__": "redis_instance_info", "job": "orders-redis", "version": "8.0.1"}, 1),
        ({"__name__": "prometheus_build_info", "job": "orders-prometheus", "version": "other"}, 1),
    ]
    assert versions(run) == {"prometheus": "3.5.3", "redis exporter": "1.86.0", "redis": "8.0.1"}
    run.images.used = {"redis:8": "testbed/redis:8", "build of fastapi": "obsboot-live/fastapi:1", "a:1": "a:1"}
    assert {name: image["standin"] for name, image in images(run).items()} == {
        "a:1": False,
        "build of fastapi": False,
        "redis:8": True,
    }
    found = facts(run, 12.34, [])
    assert (found["service"], found["predicted"], found["speed"]) == ("orders", 12.3, 15)
    assert found["host"] == {**found["host"], "cpus": 2, "engine": "29.0"}  # type: ignore[dict-item]
    assert found["urls"] == {}, "they are gone when the run is"


def test_servers_that_do_not_answer_have_no_version(run: Run) -> None:
    run.prometheus = dataclasses.replace(run.prometheus, base=lambda: "http://127.0.0.1:1")
    assert versions(run) == {}


def test_the_changes_stand_in_the_order_of_their_kinds(run: Run) -> None:
    listed = changes(run)
    kinds = [change["kind"] for change in listed]
    assert kinds == sorted(kinds, key=["durations", "ports", "networks", "images", "receivers", "thresholds"].index)
    assert {"durations", "receivers"} <= set(kinds)


@pytest.mark.parametrize(
    ("used", "options", "said"),
    [
        ({}, {}, "the reference service, official images"),
        ({"redis:8": "testbed/redis:8"}, {}, "the reference service, stand-in images"),
        ({"redis:8": "mirror/redis:8"}, {}, "the reference service, images of the images file"),
        ({"build of x": "obsboot-live/x:1"}, {"service_image": "mine:1"}, "your service (mine:1), official images"),
    ],
)
def test_the_verdict_says_on_what(run: Run, used: dict[str, str], options: dict[str, str], said: str) -> None:
    run.images.used, run.options = used, Options(**options)  # type: ignore[arg-type]
    assert proven_on(run) == said


def test_without_a_service_it_is_the_servers(run: Run, stack: Stack) -> None:
    run.pack = dataclasses.replace(run.pack, stack=stack)
    assert proven_on(run).startswith("the servers of the stack")


def test_a_run_that_is_kept_says_where_it_is(run: Run) -> None:
    run.services["prometheus"].port = 9090
    run.services["prometheus"].container.ports = {"9090/tcp": [{"HostPort": "7"}]}
    run.services.pop("alertmanager")
    assert urls(run) == {"prometheus": "http://127.0.0.1:7"}
