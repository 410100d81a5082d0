"""Targets, rules, containers and the soak: what is there, what is not, and what fires though nothing is wrong."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from live_apis import Prometheus as Api
from live_apis import recorded
from live_doubles import said

from obsboot.live import health, targets
from obsboot.live.history import Episode
from obsboot.live.run import Run
from obsboot.live.soak import check_soak
from obsboot.live.targets import check_rules, check_targets
from obsboot.live.watched import Watched
from obsboot.render.scrape import scraped

Soak = Callable[[], dict[str, tuple[str, str]]]


def target(job: str, health: str = "up", instance: str = "", error: str = "") -> dict[str, Any]:
    return {
        "labels": {"job": job, "instance": instance or f"{job}:1"},
        "health": health,
        "lastError": error,
        "scrapeUrl": f"http://{job}:1/metrics",
        "lastScrapeDuration": 0.01,
    }


@pytest.fixture
def up(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The targets of the pack, all up."""
    monkeypatch.setattr(targets, "UP_SECONDS", 0.05)
    api.targets = [target(i.job) for i in run.stack.instances if scraped(i)]
    return api.targets


def test_each_target_is_up(run: Run, up: list[dict[str, Any]], api: Api) -> None:
    api.now['scrape_samples_scraped{job="orders-redis",instance="orders-redis:1"}'] = [({}, 412)]
    check_targets(run)
    found = said(run, "target")
    assert set(found.values()) == {("passed", "")}
    assert len(found) == len(up)
    (redis,) = [r for r in run.results if r.subject == "redis/orders-redis"]
    assert redis.detail["samples"] == 412


def test_a_target_that_is_down_is_told_with_its_error_and_its_log(run: Run, up: list[dict[str, Any]]) -> None:
    up[:] = [t for t in up if t["labels"]["job"] != "orders-redis"]
    up.append(target("orders-redis", "down", error="connection refused"))
    check_targets(run)
    outcome, reason = said(run, "target")["redis/orders-redis"]
    assert outcome == "failed"
    assert reason == (
        "http://orders-redis:1/metrics: connection refused; redis-exporter is running, its last lines:\nits last words"
    )


def test_targets_that_are_not_as_the_stack_says(run: Run, up: list[dict[str, Any]]) -> None:
    up[:] = [t for t in up if t["labels"]["job"] != "orders-redis"]
    up += [target("stranger"), target("orders-host")]
    run.missing["grafana"] = "no image"
    check_targets(run)
    found = said(run, "target")
    assert found["redis/orders-redis"] == ("failed", "Prometheus has no such target: the job is missing or drops it")
    assert found["host/orders-host"] == ("failed", "two targets share one job and instance")
    assert found["stranger"][0] == "failed"
    assert found["grafana/orders-grafana"] == ("skipped", "no image")


# Rules


@pytest.fixture
def loaded(run: Run, api: Api) -> list[dict[str, Any]]:
    """The groups of the copy's rule files, as Prometheus tells of them."""
    template = recorded("prometheus")["/api/v1/rules"]["data"]["groups"][0]
    for path, text in run.copy.texts.items():
        if "/prometheus/rules/" in path:
            for group in yaml.safe_load(text)["groups"]:
                rules = [{**template["rules"][0], "name": r.get("alert") or r["record"]} for r in group["rules"]]
                api.groups.append({**template, "name": group["name"], "rules": rules})
    return api.groups


def test_every_rule_of_the_files_is_loaded_and_healthy(run: Run, loaded: list[dict[str, Any]]) -> None:
    check_rules(run)
    assert said(run, "rules") == {"prometheus/rules": ("passed", "")}


def test_a_rule_that_is_broken_late_or_not_loaded_is_named(run: Run, loaded: list[dict[str, Any]]) -> None:
    gone = loaded[0]["rules"].pop()["name"]
    loaded[1]["rules"][0] |= {"health": "err", "lastError": "many-to-many matching"}
    loaded[1]["evaluationTime"] = 99
    check_rules(run)
    outcome, reason = said(run, "rules")["prometheus/rules"]
    assert outcome == "failed"
    assert f"{loaded[1]['rules'][0]['name']}: many-to-many matching" in reason
    assert f"not loaded: {gone} of group {loaded[0]['name']} (observability/prometheus/rules/" in reason
    assert f"{loaded[1]['name']}: late" in reason


def test_a_pack_without_rules_proves_none(run: Run, loaded: list[dict[str, Any]]) -> None:
    run.copy = dataclasses.replace(run.copy, texts={})
    check_rules(run)
    assert said(run, "rules")["prometheus/rules"] == ("failed", "the pack has no rules")


# Containers


def test_a_container_that_died_or_was_restarted_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_HEALTHY_SECONDS", 0.02)
    run.services["host"].container.status = "exited"
    run.services["prometheus"].container.restarted = 2
    run.boxes["redis", "server"].container.health = "unhealthy"
    health.check_containers(run)
    found = said(run, "container")
    assert found["alertmanager"] == ("passed", "running")
    assert found["host"][0] == "failed"
    assert "exited with code 0; its last lines:\nits last words" in found["host"][1]
    assert found["prometheus"][1].startswith("it died and was restarted 2 times")
    assert found["redis/server"][0] == "error"
    assert "fastapi/service" not in found, "what the recipe brings is only told of where it did not stay well"


# Soak


@pytest.fixture
def fired(run: Run) -> list[Episode]:
    """The watchdog fires, as ever."""
    run.history.episodes = [Episode("Watchdog", "orders-prometheus", run.began, firing=run.began)]
    return run.history.episodes


@pytest.fixture
def soak(run: Run, alerts: dict[str, Watched]) -> Soak:
    """What a soak says that has lasted long enough."""

    def soaked() -> dict[str, tuple[str, str]]:
        check_soak(run, list(alerts.values()), run.began - 1, 0.0)
        return said(run, "soak")

    return soaked


def test_what_always_fires_is_no_false_alarm(run: Run, fired: list[Episode], soak: Soak) -> None:
    ((subject, (outcome, _)),) = soak().items()
    assert (subject, outcome) == ("healthy load", "passed")
    assert run.results[-1].detail["fired"] == ["Watchdog"]


def test_a_false_alarm_is_one_finding_an_alert(run: Run, fired: list[Episode], soak: Soak) -> None:
    now = time.time()
    fired += [Episode("RedisDown", "orders-redis", now, firing=now, value=0.0) for _ in range(2)]
    fired.append(Episode("RedisErrorsHigh", "orders-redis", now))
    assert soak() == {"orders-redis/RedisDown": ("failed", "fires on a healthy stack (value 0)")}


def test_what_is_missing_may_fire(run: Run, fired: list[Episode], soak: Soak) -> None:
    fired.append(Episode("RedisDown", "orders-redis", 1.0, firing=run.began))
    run.missing["redis"] = "no image"
    assert soak()["healthy load"][0] == "passed"


def test_a_soak_that_was_not_seen_is_no_proof(run: Run, fired: list[Episode], soak: Soak) -> None:
    run.history.complaint = "GET /api/v1/alerts: refused"
    assert soak() == {"healthy load": ("error", "Prometheus could not be asked: GET /api/v1/alerts: refused")}
