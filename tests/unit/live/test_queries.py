"""Every panel query of the pack is asked as Grafana asks it, and an empty answer is explained."""

from __future__ import annotations

import dataclasses
import json

import pytest
from live_apis import Prometheus as Api
from live_doubles import said

from obsboot.live import queries
from obsboot.live.panels import Board, Query, boards, variable_values
from obsboot.live.queries import check_queries
from obsboot.live.run import Run

UP = [({"job": "orders-redis"}, 1.0)]


@pytest.fixture(scope="module")
def every(proof) -> dict[str, Board]:  # type: ignore[no-untyped-def]
    class Half:
        stack, copy = proof.pack.stack, proof.copy

    return {board.name: board for board in boards(Half())}  # type: ignore[arg-type]


def test_each_dashboard_has_its_queries_with_their_signals(every: dict[str, Board]) -> None:
    assert {"overview", "redis", "service", "host"} <= set(every)
    rate = next(q for q in every["redis"].queries if q.signal and q.signal.name == "hit_rate")
    assert rate.instance
    assert (rate.instance.id, rate.subject) == ("redis", "redis/Cache hit rate")
    assert all(query.signal for name, board in every.items() if name != "overview" for query in board.queries)
    shown = {(q.instance.id, q.signal.name) for q in every["overview"].queries if q.instance and q.signal}
    assert ("redis", "hit_rate") in shown, "an overview names the job itself"
    assert every["redis"].uid == "orders-production-redis"


def test_a_query_that_somebody_edited_belongs_to_no_signal(run: Run) -> None:
    path = next(path for path in run.copy.texts if path.endswith("dashboards/redis.json"))
    board = json.loads(run.copy.texts[path])
    board["panels"] = [{"title": "Mine", "targets": [{"expr": "mine", "refId": "B"}, {"refId": "C"}]}, {"panels": []}]
    text = json.dumps(board)
    run.copy = dataclasses.replace(run.copy, texts={path: text}, files={path: text.encode()})
    ((query,),) = (board.queries for board in boards(run))
    assert (query.subject, query.signal) == ("redis/Mine (B)", None)


def test_a_variable_is_asked_for_with_those_before_it_set_to_all(run: Run, api: Api) -> None:
    api.values |= {"job": ["a", "b"], "instance": ["a:1"]}
    offered = variable_values(
        run.prometheus,
        (
            {"name": "source", "type": "datasource"},
            {"name": "job", "type": "query", "query": {"query": "label_values(up, job)"}},
            {"name": "instance", "type": "query", "query": 'label_values(up{job=~"$job"}, instance)'},
            {"name": "odd", "type": "query", "query": "metrics(up)"},
        ),
    )
    assert offered == {"job": ["a", "b"], "instance": ["a:1"]}
    assert [parameters.get("match[]") for _, _, parameters in api.asked] == ["up", 'up{job=~"(a|b)"}']


# The check


def asked(run: Run, query: Query, empty_when_healthy: bool = False) -> Query:
    """The query as the only one of the pack, its signal as a healthy stack shows it."""
    signal = query.signal and dataclasses.replace(
        query.signal, empty_when_healthy=empty_when_healthy, empty="nothing yet"
    )
    return dataclasses.replace(query, expr="kv_up", signal=signal)


@pytest.fixture
def one(run: Run, every: dict[str, Board], monkeypatch: pytest.MonkeyPatch) -> Query:
    """The only query of the pack: the hit rate's, asking for `kv_up`."""
    query = next(q for q in every["redis"].queries if q.signal and q.signal.name == "hit_rate")
    query = dataclasses.replace(query, expr="kv_up")
    monkeypatch.setattr(queries, "boards", lambda _: [Board("redis", (query,))])
    monkeypatch.setattr(queries, "panel_window", lambda _: 0.0)
    return query


def test_an_answer_is_enough(run: Run, api: Api, one: Query) -> None:
    api.now["kv_up"] = UP
    check_queries(run)
    assert said(run, "query") == {one.subject: ("passed", "")}
    assert run.results[0].detail["series"] == 1
    assert run.answering == {("redis", "hit_rate")}


def test_an_answer_that_is_no_number_is_none(run: Run, api: Api, one: Query) -> None:
    api.now["kv_up"] = [({}, float("nan"))]
    check_queries(run)
    assert said(run, "query")[one.subject][0] == "failed"
    assert not run.answering


def test_an_empty_answer_is_explained(run: Run, one: Query) -> None:
    check_queries(run)
    assert said(run, "query")[one.subject] == ("failed", "no data: the metric kv_up never existed")
    assert not run.answering


def test_what_is_rightly_empty_waits_for_its_fault(run: Run, one: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = asked(run, one, empty_when_healthy=True)
    monkeypatch.setattr(queries, "boards", lambda _: [Board("redis", (quiet,))])
    check_queries(run)
    assert said(run, "query")[one.subject] == ("passed", "rightly empty on a healthy stack: nothing yet")
    assert run.hollow == {("redis", "hit_rate"): "kv_up"}
    run.answered(quiet.instance, quiet.signal)
    assert not run.hollow


def test_what_is_missing_is_skipped_and_what_does_not_answer_an_error(run: Run, api: Api, one: Query) -> None:
    api.says["/api/v1/query"] = (500, "out of memory")
    check_queries(run)
    assert said(run, "query")[one.subject][0] == "error"
    run.missing["redis"] = "no image"
    check_queries(run)
    assert said(run, "query")[one.subject] == ("skipped", "no image")


def test_a_server_that_cannot_say_why_is_told_as_it_is(run: Run, api: Api, one: Query) -> None:
    def first_only(parameters: dict[str, str]) -> object:
        good = {"status": "success", "data": {"resultType": "vector", "result": []}}
        return good if parameters["query"] == "kv_up" else (500, "out of memory")

    api.says["/api/v1/query"] = first_only
    check_queries(run)
    outcome, reason = said(run, "query")[one.subject]
    assert outcome == "failed"
    assert "500 out of memory" in reason


VARIABLES = ({"name": "job", "type": "query", "query": "label_values(up, job)"},)


@pytest.mark.parametrize(
    ("values", "missing", "result"),
    [
        (["a"], {}, ("passed", "")),
        ([], {}, ("failed", "nothing to choose from: job")),
        ([], {"redis": "no image"}, ("skipped", "no image")),
    ],
)
def test_a_variable_offers_something(  # type: ignore[no-untyped-def]
    run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, values, missing, result
) -> None:
    api.values["job"], run.missing = values, missing
    monkeypatch.setattr(queries, "boards", lambda _: [Board("redis", (), VARIABLES)])
    check_queries(run)
    assert said(run, "variables") == {"redis": result}


def test_variables_that_cannot_be_asked_for_are_an_error(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "boards", lambda _: [Board("redis", (), VARIABLES)])
    check_queries(run)
    assert said(run, "variables")["redis"][0] == "error"
