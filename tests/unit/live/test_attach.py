"""A stack that runs already is only read, and only what is the pack's own there is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import live_apis
import pytest
import yaml
from live_apis import Prometheus as Api
from live_doubles import said

from obsboot.live import neighbours
from obsboot.live.attach import attached
from obsboot.live.changes import Document
from obsboot.live.clock import Clock
from obsboot.live.neighbours import check_alertmanager, check_grafana
from obsboot.live.options import Options
from obsboot.live.panels import Board, boards
from obsboot.live.run import Run
from obsboot.live.standing import check_standing_queries, check_standing_rules, check_standing_targets, wanted
from obsboot.model import Exit, ObsbootError, Report
from obsboot.render.rules import pack_labels
from obsboot.render.scrape import scraped
from obsboot.report.listening import Silent

FILE = "observability/prometheus/rules/redis.yaml"


@pytest.fixture
def standing(run: Run, proof, api: Api, monkeypatch: pytest.MonkeyPatch) -> Run:  # type: ignore[no-untyped-def]
    """A run over the pack's own files, and a Prometheus that has all of them."""
    monkeypatch.setattr(neighbours, "_ARRIVES_SECONDS", 0.0)
    texts = {path: proof.copy.files[path].decode() for path in proof.copy.texts}
    run.copy = dataclasses.replace(proof.copy, texts=texts, changes=(), clock=Clock(1.0, 15.0, 15.0))
    run.services = {}
    labels = pack_labels(run.stack)
    api.targets = [target(i.job, **labels) for i in run.stack.instances if scraped(i)]
    api.groups = groups(run)
    return run


def target(job: str, health: str = "up", **labels: str) -> dict[str, Any]:
    own = {"job": job, "instance": f"{job}:1", **labels}
    return {"labels": own, "health": health, "lastError": "refused", "scrapeUrl": f"http://{job}:1/metrics"}


def groups(run: Run) -> list[dict[str, Any]]:
    """What Prometheus tells of the rules once it has loaded the files."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, text in run.copy.texts.items():
        for rule in wanted([Document(path, text)] if "/prometheus/rules/" in path else []):
            found.setdefault(rule.group, []).append(
                {
                    "name": rule.name,
                    "query": rule.expr,
                    "labels": dict(rule.labels),
                    "duration": rule.hold,
                    "keepFiringFor": rule.keep,
                    "health": "ok",
                }
            )
    return [{"name": name, "rules": rules} for name, rules in found.items()]


def loaded(api: Api, name: str) -> dict[str, Any]:
    return next(rule for group in api.groups for rule in group["rules"] if rule["name"] == name)


def rules_of(run: Run) -> tuple[str, str]:
    check_standing_rules(run)
    return said(run, "rules")["prometheus/rules/redis.yaml"]


# Targets


def test_every_target_of_the_pack_is_up_whatever_else_is_scraped(standing: Run, api: Api) -> None:
    api.targets += [
        target("elsewhere", "down", service="elsewhere"),
        target("orders-odd", **pack_labels(standing.stack)),
    ]
    check_standing_targets(standing)
    found = said(standing, "target")
    assert set(found.values()) == {("passed", "")}
    assert "redis/orders-redis" in found


def test_a_target_may_be_down_missing_or_somebody_elses(standing: Run, api: Api) -> None:
    ours = pack_labels(standing.stack)
    api.targets = [
        target("orders-redis", "down", **ours),
        target("orders", **{**ours, "environment": "staging"}),
    ]
    check_standing_targets(standing)
    found = said(standing, "target")
    assert found["redis/orders-redis"] == ("failed", "http://orders-redis:1/metrics: refused")
    assert found["fastapi/orders"][1].startswith(
        "the job carries other labels: service=orders, team=shop, environment=staging"
    )
    assert found["prometheus/orders-prometheus"][1].startswith("Prometheus has no such target")


# Rules


def test_rules_that_are_spelt_otherwise_mean_the_same(standing: Run, api: Api) -> None:
    rule = loaded(api, "RedisDown")
    assert "redis_up{" in rule["query"]
    rule["query"] = "(redis_up {job='orders-redis'} or up{job=\"orders-redis\"})   < 1"
    assert rules_of(standing) == ("passed", "")


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"query": "redis_up < 1"}, "failed", "RedisDown has another expression: redis_up < 1"),
        ({"duration": 1}, "passed", "other windows or holds than the file's: RedisDown"),
        ({"health": "err", "lastError": "many-to-many"}, "failed", "RedisDown cannot be evaluated: many-to-many"),
        ({"name": "RedisGone"}, "failed", "RedisDown is not loaded (group orders-redis.redis.alerts)"),
    ],
)
def test_a_rule_that_is_not_the_files(
    standing: Run, api: Api, change: dict[str, Any], outcome: str, reason: str
) -> None:
    loaded(api, "RedisDown").update(change)
    assert rules_of(standing) == (outcome, reason)


def test_another_window_is_another_pace_and_another_severity_is_not(standing: Run, api: Api) -> None:
    rule = loaded(api, "RedisErrorsHigh")
    rule["query"] = rule["query"].replace("[5m]", "[1m]")
    assert rules_of(standing) == ("passed", "other windows or holds than the file's: RedisErrorsHigh")
    standing.results.clear()
    rule["labels"]["severity"] = "info"
    assert rules_of(standing) == ("failed", "RedisErrorsHigh has other labels: severity")
    (finding,) = [f for r in standing.results for f in r.findings]
    text = standing.copy.texts[FILE].splitlines()
    assert text[finding.line - 1].strip() == "- alert: RedisErrorsHigh"


def test_the_rule_of_another_environment_is_not_ours(standing: Run, api: Api) -> None:
    loaded(api, "RedisDown")["labels"]["environment"] = "staging"
    assert rules_of(standing)[1].startswith("RedisDown is not loaded")


# Queries


def test_a_query_has_a_number_or_none_now_or_never_had_one(
    standing: Run, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = [q for b in boards(standing) for q in b.queries if b.name == "redis" and q.panel == "Cache hit rate"]
    monkeypatch.setattr("obsboot.live.standing.boards", lambda run: [Board("redis", (one,))])
    asked: list[str] = []

    def outcome(answer: list[tuple[dict[str, str], float]]) -> tuple[str, str]:
        standing.results.clear()
        api.says["/api/v1/query"] = lambda parameters: vector(asked, parameters, answer)
        standing.began = 100000.0
        check_standing_queries(standing)
        return said(standing, "query")[one.subject]

    assert outcome([({}, 0.9)]) == ("passed", "")
    assert "[5m]" in asked[0], "windows have their real length"
    assert outcome([({}, float("nan"))])[0] == "skipped"
    assert outcome([])[0] == "failed"
    assert outcome([])[1].startswith("no data within a day: the metric redis_keyspace_hits_total never existed")


def vector(asked: list[str], parameters: dict[str, str], answer: list[Any]) -> dict[str, Any]:
    asked.append(parameters["query"])
    found = answer if "sum" in parameters["query"] else []
    result = [{"metric": m, "value": [0, str(v)]} for m, v in found]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


# Alertmanager


@pytest.fixture
def alertmanager(standing: Run, api: Api, neighbour: live_apis.Api) -> live_apis.Api:
    """An Alertmanager that has the pack's own configuration."""
    config = standing.copy.texts["observability/alertmanager/alertmanager.yml"]
    neighbour.says["/api/v2/status"] = {"versionInfo": {"version": "0.33.1"}, "config": {"original": config}}
    outside = yaml.safe_dump({"global": {"external_labels": {"region": "eu"}}})
    api.says["/api/v1/status/config"] = {"status": "success", "data": {"yaml": outside}}
    return neighbour


def test_every_alert_has_its_receiver(standing: Run, alertmanager: live_apis.Api) -> None:
    assert check_alertmanager(standing, alertmanager.url) == "0.33.1"
    receivers = said(standing, "receiver")
    assert {"critical-webhook", "warning-webhook"} <= set(receivers)
    assert {outcome for outcome, _ in receivers.values()} == {"passed"}
    assert said(standing, "alertmanager")[alertmanager.url][0] == "skipped", (
        "nothing fires, so nothing was seen to arrive"
    )


def test_routes_that_lead_elsewhere_are_told(standing: Run, alertmanager: live_apis.Api) -> None:
    config = {"route": {"receiver": "default"}, "receivers": [{"name": "default"}, {"name": "warning-webhook"}]}
    alertmanager.says["/api/v2/status"]["config"]["original"] = yaml.safe_dump(config)
    check_alertmanager(standing, alertmanager.url)
    receivers = said(standing, "receiver")
    assert receivers["critical-webhook"][1].startswith("Alertmanager has no such receiver, and ")
    assert receivers["warning-webhook"][1].startswith("the loaded routes lead ")
    assert " to default" in receivers["warning-webhook"][1]


def test_what_prometheus_adds_is_routed_by_as_well(standing: Run, alertmanager: live_apis.Api) -> None:
    config = yaml.safe_load(standing.copy.texts["observability/alertmanager/alertmanager.yml"])
    config["route"]["routes"].insert(0, {"matchers": ['region="eu"'], "receiver": "europe"})
    config["receivers"].append({"name": "europe"})
    alertmanager.says["/api/v2/status"]["config"]["original"] = yaml.safe_dump(config)
    check_alertmanager(standing, alertmanager.url)
    assert " to europe" in said(standing, "receiver")["critical-webhook"][1]


def test_what_fires_has_to_arrive(standing: Run, api: Api, alertmanager: live_apis.Api) -> None:
    labels = {"alertname": "RedisDown", **pack_labels(standing.stack)}
    api.alerts = [
        {"labels": labels, "state": "firing"},
        {"labels": {**labels, "alertname": "Other", "service": "elsewhere"}, "state": "firing"},
    ]
    check_alertmanager(standing, alertmanager.url)
    assert said(standing, "alertmanager")[alertmanager.url][1].startswith(
        "fires in Prometheus and is not there: RedisDown;"
    )
    standing.results.clear()
    alertmanager.says["/api/v2/alerts"] = [{"labels": {**labels, "region": "eu"}}]
    check_alertmanager(standing, alertmanager.url)
    assert said(standing, "alertmanager")[alertmanager.url] == (
        "passed",
        "holds all 1 alerts of the pack that fire now",
    )


@pytest.mark.parametrize("answer", [(404, "no such page"), {"database": "ok"}, [], {"versionInfo": {"version": "1"}}])
def test_what_is_no_alertmanager_could_not_be_checked(standing: Run, neighbour: live_apis.Api, answer: Any) -> None:
    neighbour.says["/api/v2/status"] = answer
    assert check_alertmanager(standing, neighbour.url) == ""
    outcome, reason = said(standing, "alertmanager")[neighbour.url]
    assert outcome == "error"
    assert reason.startswith("no Alertmanager answers there")


# Grafana


@pytest.fixture
def grafana(standing: Run) -> Iterator[live_apis.Api]:
    """A Grafana that has the pack's dashboards."""
    with live_apis.serving(live_apis.Api({"/api/health": {"database": "ok", "version": "12.2.0"}})) as api:
        for board in boards(standing):
            path = f"observability/grafana/dashboards/{board.name}.json"
            api.says[f"/api/dashboards/uid/{board.uid}"] = {"dashboard": yaml.safe_load(standing.copy.texts[path])}
        yield api


def test_every_dashboard_is_there(standing: Run, grafana: live_apis.Api) -> None:
    assert check_grafana(standing, grafana.url) == "12.2.0"
    found = said(standing, "dashboard")
    assert {"overview", "redis"} <= set(found)
    assert set(found.values()) == {("passed", "")}


def test_a_dashboard_may_be_missing_or_another(standing: Run, grafana: live_apis.Api) -> None:
    uid = {board.name: board.uid for board in boards(standing)}
    grafana.says[f"/api/dashboards/uid/{uid['redis']}"] = (404, {"message": "Dashboard not found"})
    other = {"panels": [{"title": "Up", "targets": [{"expr": "up"}]}]}
    grafana.says[f"/api/dashboards/uid/{uid['overview']}"] = {"dashboard": other}
    check_grafana(standing, grafana.url)
    found = said(standing, "dashboard")
    assert found["redis"] == ("failed", f"Grafana has no dashboard {uid['redis']}")
    assert found["overview"][1].startswith("Grafana's has other queries: ")


def test_a_grafana_that_wants_a_login_could_not_be_checked(
    standing: Run, grafana: live_apis.Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for board in boards(standing):
        grafana.says[f"/api/dashboards/uid/{board.uid}"] = (401, {"message": "Unauthorized"})
    check_grafana(standing, grafana.url)
    assert not said(standing, "dashboard")
    outcome, reason = said(standing, "grafana")[grafana.url]
    assert outcome == "error"
    assert neighbours.TOKEN in reason


def test_what_is_no_grafana_could_not_be_checked(standing: Run, neighbour: live_apis.Api) -> None:
    assert check_grafana(standing, neighbour.url) == ""
    assert said(standing, "grafana")[neighbour.url][0] == "error"


# The whole


def read_from(run: Run, url: str, **more: str) -> Report:
    return attached(run.pack, Options(attach=url, **more), Silent())


def test_a_stack_that_has_everything_is_read_and_nothing_is_written(standing: Run, api: Api, tmp_path: Path) -> None:
    api.says["/api/v1/status/buildinfo"] = {"status": "success", "data": {"version": "3.5.3"}}
    before = sorted(standing.pack.root.rglob("*"))
    report = read_from(standing, f"{api.url}/")
    assert {r.outcome for r in report.results if r.check in ("live/target", "live/rules")} == {"passed"}
    assert report.facts["versions"] == {"prometheus": "3.5.3"}
    assert {method for method, _, _ in api.asked} == {"GET"}
    assert sorted(standing.pack.root.rglob("*")) == before
    unproven = [p for p in report.proven if p.kind == "alert"]
    assert {p.limit for p in unproven} >= {"--attach only reads: no load was driven and no fault injected"}


@pytest.mark.parametrize("answer", [(404, "no such page"), {"message": "Not found"}, {"status": "success", "data": []}])
def test_nothing_is_called_missing_where_no_prometheus_answers(standing: Run, api: Api, answer: Any) -> None:
    api.says["/api/v1/status/buildinfo"] = answer
    with pytest.raises(ObsbootError, match=f"--attach {api.url}: no Prometheus answers there") as caught:
        read_from(standing, api.url)
    assert caught.value.code is Exit.COULD_NOT_CHECK


def test_a_prometheus_that_knows_nothing_of_the_service_is_another_one(standing: Run, api: Api) -> None:
    api.says["/api/v1/status/buildinfo"] = {"status": "success", "data": {"version": "3.5.3"}}
    api.targets, api.groups = [target("orders-redis", service="elsewhere")], []
    with pytest.raises(ObsbootError, match="neither a target nor a rule of service orders"):
        read_from(standing, api.url)
