"""http_metrics in two real uvicorn workers: whichever answers the scrape, it tells of both."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from http_metrics import LATENCY_BUCKETS, instrument

from .workers import Service, running

USED = "db_client_connection_used pool=main"
ITEMS = "handler=/items/{item_id} method=GET"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as service:
        yield service


def test_requests_of_all_workers_are_summed_whoever_answers(service: Service) -> None:
    one, other = service.clients(1)
    for client, number in ((one[0], 20), (other[0], 13)):
        for item_id in range(number):
            client.get(f"/items/{item_id}")
    service.settle({f"http_requests_total {ITEMS} status=2xx": 33, f"http_request_duration_seconds_count {ITEMS}": 33})
    for client in (one[0], other[0]):
        assert (
            b'http_requests_total{handler="/items/{item_id}",method="GET",status="2xx"} 33.0'
            in client.get("/metrics")[1]
        )


def test_buckets_are_those_given(service: Service) -> None:
    service.clients(1)[0][0].get("/items/1")
    samples = service.settle({f"http_request_duration_seconds_count {ITEMS}": 1})
    prefix = "http_request_duration_seconds_bucket handler=/items/{item_id} le="
    bounds = [name.removeprefix(prefix).split()[0] for name in samples if name.startswith(prefix)]
    assert bounds == [*map(str, LATENCY_BUCKETS), "+Inf"]


def test_no_client_can_make_a_series(tmp_path: Path) -> None:
    # h11 passes any method on; httptools would refuse it before the application sees it.
    with running(tmp_path, "--http", "h11") as service:
        client = service.clients(1)[0][0]
        for path in ("/items/4711", "/items/4712/", "/items/4713/", "/no/such/4714", "/wp-login.php"):
            client.get(path)
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as raw:
            raw.sendall(b"EVIL4715 /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b" 405 " in raw.recv(100)
        expected = {
            f"http_requests_total {ITEMS} status=2xx": 1.0,
            "http_requests_total handler=/items/{item_id} method=other status=4xx": 1.0,
            "http_requests_total handler=none method=GET status=3xx": 2.0,
            "http_requests_total handler=none method=GET status=4xx": 2.0,
        }
        samples = service.settle(expected)
    assert {name for name in samples if name.startswith("http_requests_total")} == set(expected)
    assert not [name for name in samples if "471" in name]


def test_statuses_are_classes_and_an_exception_is_a_5xx(service: Service) -> None:
    client = service.clients(1)[0][0]
    for path in ("/status/204", "/status/404", "/status/503", "/crash"):
        client.get(path)
    expected = {f"http_requests_total handler=/status/{{code}} method=GET status={n}xx": 1.0 for n in (2, 4, 5)}
    service.settle(expected | {"http_requests_total handler=/crash method=GET status=5xx": 1.0})


def test_sizes_are_the_content_lengths(service: Service) -> None:
    client = service.clients(1)[0][0]
    for size in (1000, 2500):
        client.get("/payload", size=size)
    name = "http_response_size_bytes_{} handler=/payload method=GET".format
    service.settle({name("sum"): 3500, name("count"): 2})


def test_requests_in_progress_are_exact_over_workers(service: Service) -> None:
    one, other = service.clients(3)
    with service.held("/hang", [*one, *other[:2]]):
        service.settle({"http_requests_inprogress": 5})
    service.settle({"http_requests_inprogress": 0})


def test_scrapes_and_probes_are_not_measured(service: Service) -> None:
    client = service.clients(1)[0][0]
    for path in ("/metrics", "/healthz", "/metrics", "/healthz"):
        client.get(path)
    samples = service.scrape()
    assert not [name for name in samples if "/metrics" in name or "/healthz" in name]
    assert samples["http_requests_inprogress"] == 0


def test_scrape_answers_while_every_thread_hangs(service: Service) -> None:
    one, other = service.clients(50)
    with service.held("/hang", [*one, *other]):
        service.settle({"http_requests_inprogress": 100})
        begin = time.monotonic()
        service.scrape()
        assert time.monotonic() - begin < 2


def test_process_metrics_tell_workers_apart(service: Service) -> None:
    workers = {clients[0].worker for clients in service.clients(1)}
    samples = service.scrape()
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"):
        assert {key for key in samples if key.startswith(name)} == {f"{name} pid={pid}" for pid in workers}
        assert all(samples[f"{name} pid={pid}"] > 0 for pid in workers)


def test_gauges_of_a_killed_worker_vanish_and_its_counters_stay(service: Service) -> None:
    doomed, survivor = service.clients(3)
    for clients in (doomed, survivor):
        clients[0].get("/items/1")
    with service.held("/hold", [*doomed[1:], survivor[1]]) as statuses:
        service.settle({USED: 3, f"http_requests_total {ITEMS} status=2xx": 2})
        os.kill(doomed[0].worker, signal.SIGKILL)
        samples = service.settle({USED: 1, "http_requests_inprogress": 1})
        assert f"process_open_fds pid={doomed[0].worker}" not in samples
        assert samples[f"http_requests_total {ITEMS} status=2xx"] == 2
        # uvicorn starts another worker, whose share of the limit takes the place of the lost one.
        service.settle({"db_client_connection_max pool=main": 6, USED: 1}, within=30)
    assert statuses == [200]


def test_file_of_a_worker_killed_at_its_start_does_not_fail_the_scrape(service: Service) -> None:
    service.clients(1)[0][0].get("/items/1")
    (service.directory / "metrics" / "counter_4711.db").touch()
    service.settle({f"http_requests_total {ITEMS} status=2xx": 1})


def test_one_process_serves_its_own_registry_and_allows_a_second_application() -> None:
    def application() -> TestClient:
        app = FastAPI()
        app.get("/hello")(lambda: "hello")
        instrument(app)
        return TestClient(app)

    first, second = application(), application()
    assert first.get("/hello").status_code == second.get("/hello").status_code == 200
    exposition = second.get("/metrics").text
    assert 'http_requests_total{handler="/hello",method="GET",status="2xx"} 2.0' in exposition
    assert "http_requests_inprogress 0.0" in exposition
    assert "\nprocess_cpu_seconds_total " in exposition
    assert "_created" not in exposition
