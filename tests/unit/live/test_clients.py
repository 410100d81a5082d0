"""What Prometheus, Alertmanager and the sink say, from answers that real ones gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from live_apis import Api, listening, recorded, serving

from obsboot.live import asking, sink_server
from obsboot.live.alertmanager import Alertmanager, Notification, Sink
from obsboot.live.asking import NoAnswer
from obsboot.live.prometheus import Prometheus, Sample
from obsboot.model import Exit

SAID = recorded("prometheus")
SCALAR = {"status": "success", "data": {"resultType": "scalar", "result": [1795654737.78, "1"]}}


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api()) as api:
        yield api


@pytest.fixture
def prometheus(api: Api) -> Prometheus:
    api.says |= {path: body for path, body in SAID.items() if " " not in path}
    queries = {path.partition(" ")[2]: body for path, body in SAID.items() if " " in path}
    queries["scalar(vector(1))"] = SCALAR
    refused = {"rate("}
    api.says["/api/v1/query"] = lambda p: (400 if p["query"] in refused else 200, queries[p["query"]])
    return Prometheus(api.base)


def test_an_instant_query_has_series_with_labels_value_and_time(prometheus: Prometheus, api: Api) -> None:
    (hits,) = prometheus.query("redis_keyspace_hits_total", at=5.5)
    assert (hits.labels["job"], hits.labels["instance"]) == ("shop-api-redis", "redis:6379")
    assert hits.value > 0
    assert hits.at > 1.7e9
    assert api.asked[-1][2] == {"query": "redis_keyspace_hits_total", "time": "5.5"}


def test_a_scalar_is_one_series_without_labels(prometheus: Prometheus, api: Api) -> None:
    assert prometheus.query("scalar(vector(1))") == [Sample({}, 1.0, 1795654737.78)]
    assert "time" not in api.asked[-1][2], "without a moment it is asked for now"


def test_a_query_that_is_refused_is_told_with_the_servers_words(prometheus: Prometheus) -> None:
    with pytest.raises(NoAnswer, match="unclosed left parenthesis") as caught:
        prometheus.query("rate(")
    assert "{'query': 'rate(', 'time': None}" in caught.value.message
    assert caught.value.code == Exit.COULD_NOT_CHECK


def test_a_range_has_points(prometheus: Prometheus) -> None:
    ((labels, points),) = prometheus.range("redis_connected_clients", 0, 10, 2)
    assert labels["__name__"] == "redis_connected_clients"
    assert [value for _, value in points] == [1.0] * 6
    assert points[1][0] - points[0][0] == 2


def test_the_rest_of_what_prometheus_tells(prometheus: Prometheus, api: Api) -> None:
    assert prometheus.version() == "3.5.3+ds1"
    assert {(t["labels"]["job"], t["health"]) for t in prometheus.targets()} == {
        ("shop-api-grafana", "down"),
        ("shop-api-redis", "up"),
    }
    assert "Watchdog" in [alert["labels"]["alertname"] for alert in prometheus.alerts()]
    assert prometheus.rules()[0]["rules"]
    assert prometheus.series("redis_up", 1.0)[0]["instance"] == "redis:6379"
    assert "shop-api-redis" in prometheus.label_values("job")
    assert api.asked[-1][2] == {}, "without a selector all values are asked for"


def test_a_reload_is_a_post_and_its_refusal_an_error(prometheus: Prometheus, api: Api) -> None:
    api.says["/-/reload"] = ""
    prometheus.reload()
    Alertmanager(api.base).reload()
    assert [(method, path) for method, path, _ in api.asked] == [("POST", "/-/reload")] * 2
    api.says["/-/reload"] = (500, "failed to reload config: yaml: line 3")
    with pytest.raises(NoAnswer, match="500 failed to reload config: yaml: line 3"):
        prometheus.reload()
    api.says["/-/reload"] = (503, "")
    with pytest.raises(NoAnswer, match="503"):
        prometheus.reload()


def test_ready_is_what_answers_with_success(prometheus: Prometheus, api: Api) -> None:
    api.says["/-/ready"] = "Prometheus Server is Ready.\n"
    assert prometheus.is_ready()
    assert Alertmanager(api.base).is_ready()
    assert Sink(api.base).is_ready()
    api.says["/-/ready"] = (503, "Service Unavailable")
    assert not prometheus.is_ready()
    assert not Prometheus(lambda: "http://127.0.0.1:1").is_ready()


def test_alertmanager_tells_of_alerts_and_its_version(api: Api) -> None:
    api.says |= recorded("alertmanager")
    server = Alertmanager(api.base)
    states = {alert["labels"]["alertname"]: alert["status"]["state"] for alert in server.alerts()}
    assert states == {"Watchdog": "active", "ServiceErrorBudgetDrains": "suppressed"}
    assert server.version().startswith("0.")


# Asking


def test_nobody_there_is_told_with_the_exact_request() -> None:
    with pytest.raises(NoAnswer, match=r"GET http://127\.0\.0\.1:1/x\?a=b") as caught:
        asking.get(asking.session(), "http://127.0.0.1:1/x", {"a": "b", "c": None})
    assert caught.value.code == Exit.COULD_NOT_CHECK
    with pytest.raises(NoAnswer, match=r"POST http://127\.0\.0\.1:1/x \{'a': 'b'\}"):
        asking.post(asking.session(), "http://127.0.0.1:1/x", {"a": "b"})


def test_what_is_no_json_is_told_with_its_beginning(api: Api) -> None:
    api.says["/page"] = "<html>a proxy's page</html>"
    with pytest.raises(NoAnswer, match="200, no JSON: <html>a proxy's page"):
        asking.get(asking.session(), f"{api.url}/page")
    with pytest.raises(NoAnswer, match="404 no such page"):
        asking.get(asking.session(), f"{api.url}/other")
    with pytest.raises(NoAnswer, match="no JSON"):
        asking.post(asking.session(), f"{api.url}/page", {"a": 1})


def test_json_that_is_no_prometheus_answer_is_refused(api: Api) -> None:
    api.says["/api/v1/alerts"] = ["something", "else"]
    with pytest.raises(NoAnswer, match="something"):
        Prometheus(api.base).alerts()


def test_proxy_settings_are_not_obeyed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    api.says["/x"] = {"a": 1}
    assert asking.get(asking.session(), f"{api.url}/x") == {"a": 1}


# The sink


def test_each_alert_of_a_notification_is_one_and_is_read_once(api: Api) -> None:
    every = recorded("sink")
    api.says["/"] = lambda p: every[int(p["since"]) :]
    sink = Sink(api.base)
    sink.refresh()
    sink.refresh()
    assert [(each.receiver, each.labels["alertname"], each.status) for each in sink.arrived] == [
        ("heartbeat-webhook", "Watchdog", "firing"),
        ("critical-webhook", "RedisDown", "firing"),
        ("critical-webhook", "RedisDown", "resolved"),
        ("critical-webhook", "PrometheusNotificationsFailing", "resolved"),
        ("critical-webhook", "PrometheusNotificationsFailing", "firing"),
    ]
    assert [parameters["since"] for _, _, parameters in api.asked] == ["0", "4"]


@pytest.fixture
def sink_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(sink_server, "stored", [])
    with listening(sink_server.Handler) as url:
        yield url


def test_the_sink_tells_what_it_was_told(sink_url: str) -> None:
    told = recorded("sink")[1]["told"]
    assert requests.post(f"{sink_url}/a%2Fb%20c/0", data=json.dumps(told), timeout=5).json() == {}
    requests.post(f"{sink_url}/other/1", json={"alerts": []}, timeout=5)
    sink = Sink(lambda: sink_url)
    assert sink.is_ready()
    sink.refresh()
    (arrived,) = sink.arrived
    assert isinstance(arrived, Notification)
    assert (arrived.receiver, arrived.status, arrived.labels["alertname"]) == ("a/b c", "firing", "RedisDown")
    assert [each["receiver"] for each in requests.get(f"{sink_url}/?since=1", timeout=5).json()] == ["other"]


def test_the_sink_refuses_what_is_no_json_and_holds_no_more_than_its_limit(
    sink_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert requests.post(f"{sink_url}/a/0", data="?", timeout=5).status_code == 400
    monkeypatch.setattr(sink_server, "LIMIT", 1)
    for _ in range(3):
        requests.post(f"{sink_url}/a/0", json={}, timeout=5)
    assert len(requests.get(f"{sink_url}/", timeout=5).json()) == 1


def test_the_sink_stands_alone() -> None:
    """Its source is handed to a bare Python in a container."""
    source = Path(sink_server.__file__).read_text()
    assert "obsboot" not in source
