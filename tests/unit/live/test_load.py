"""An HTTP load keeps its pace and counts what it was answered, by its own clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from live_apis import Api, serving
from live_doubles import until

from obsboot.live.load import HttpLoad, Shape
from obsboot.live.loads import shape
from obsboot.model import ObsbootError, Workload


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api({"/": {}, "/b": {}, "/broken": (503, "no"), "/missing": (404, "no")})) as api:
        yield api


def driven(api: Api, requests: int, **said: object) -> dict[str, float]:
    """What the load counts until it has made so many requests."""
    load = HttpLoad(api.base, Shape(**{"per_second": 400.0, **said}))  # type: ignore[arg-type]
    load.start()
    assert load.alive()
    until(lambda: load.tally.between(0, time.time()).get("requests", 0) >= requests)
    load.stop()
    assert not load.alive()
    return load.tally.between(0, time.time())


def test_it_asks_each_path_in_turn_and_counts_every_answer(api: Api) -> None:
    counted = driven(api, 40, paths=("/", "/broken", "/missing"), concurrency=2)
    assert counted["status_2xx"] == pytest.approx(counted["requests"] / 3, abs=2)
    assert counted["status_4xx"] == pytest.approx(counted["requests"] / 3, abs=2)
    assert counted["errors"] == counted["status_5xx"], "a page that is missing is an answer"
    assert 0 < counted["p50"] <= counted["p99"] < 5


def test_method_headers_and_body_are_sent(api: Api) -> None:
    driven(api, 1, method="POST", body="name=x", headers=(("X-Kind", "test"),), concurrency=1, keep_alive=False)
    assert api.asked[0] == ("POST", "/", {"name": "x"})


def test_it_keeps_its_pace(api: Api) -> None:
    load = HttpLoad(api.base, Shape(per_second=20, concurrency=8))
    began = time.monotonic()
    load.start()
    until(lambda: len(api.asked) >= 12)
    took = time.monotonic() - began
    load.stop()
    assert took >= 11 / 20, "eight threads ask no faster than one"


def test_no_answer_is_an_error_and_said_in_the_complaint() -> None:
    load = HttpLoad(lambda: "http://127.0.0.1:1", Shape(paths=("/x",), per_second=50, concurrency=1))
    load.start()
    until(lambda: load.tally.count() > 0)
    load.abandon()
    counted = load.tally.between(0, time.time())
    assert counted["errors"] == counted["requests"] == counted["status_0xx"] > 0
    assert load.complaint().startswith("GET /x: ConnectionRefusedError")
    load.stop()


def test_after_a_server_hung_it_is_not_flooded_with_what_was_missed(api: Api) -> None:
    hung = threading.Event()

    def answer(_: object) -> dict[str, str]:
        if len(api.asked) == 2:
            hung.wait(5)
        return {}

    api.says["/"] = answer
    load = HttpLoad(api.base, Shape(per_second=20, concurrency=1))
    load.start()
    until(lambda: len(api.asked) == 2)
    time.sleep(1.3)
    hung.set()
    before = len(api.asked)
    time.sleep(0.3)
    load.stop()
    assert len(api.asked) - before < 15, "26 requests were missed"


def test_it_ends_by_itself_at_its_limit(api: Api) -> None:
    load = HttpLoad(api.base, Shape(per_second=100, concurrency=2), limit=0.2)
    load.start()
    time.sleep(0.4)
    asked = len(api.asked)
    time.sleep(0.1)
    assert len(api.asked) == asked
    load.stop()


# Shapes


def workload(**http: object) -> Workload:
    return Workload("browse", "service", http=http)  # type: ignore[arg-type]


def test_a_shape_is_what_the_recipe_says() -> None:
    made = shape(
        workload(path="/items/{id} /", per_second=30, headers="Accept: a/b\n\nX: y", keep_alive="no"),
        {"id": 7, "per_second": "60", "other": 1},
    )
    assert made == Shape(("/items/7", "/"), 60.0, 4, "GET", (("Accept", "a/b"), ("X", "y")), "", keep_alive=False)


def test_a_recipe_that_says_no_number_is_an_error() -> None:
    with pytest.raises(ObsbootError, match="workload browse: could not convert"):
        shape(workload(per_second="many"), {})
