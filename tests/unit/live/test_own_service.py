"""The user's own service in place of the reference service: what it lacks, and what is left out because of it."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator

import live_apis
import pytest
import requests
from live_doubles import said

from obsboot.catalog import Catalogue, evidence, inventory, recipe
from obsboot.live import opening, own_service, queries, relay
from obsboot.live.containers import Died
from obsboot.live.expected import Lack, lacks, snippet_for, speaking
from obsboot.live.facts import proven_on
from obsboot.live.filled import filled
from obsboot.live.options import Options
from obsboot.live.own_service import check_own_service, check_service
from obsboot.live.panels import boards
from obsboot.live.relay import check_reachable, lead_to_service
from obsboot.live.relay_server import serve
from obsboot.live.run import Run
from obsboot.live.substitution import substituted, why_left_out
from obsboot.model import Exit, ObsbootError, Stack
from obsboot.promql import grouping_labels, read_labels
from tests.stacks import stack_of

IMAGE, URL = Options(service_image="mine:1"), Options(service_url="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def stack(catalogue: Catalogue) -> Stack:
    return stack_of(catalogue, "fastapi", "sqlalchemy", "postgresql")


@pytest.fixture(scope="module")
def recorded(stack: Stack) -> str:
    """What the reference service exposed, its framework and its library on one endpoint."""
    return "".join(
        path.read_text() for i in speaking(stack) for path in sorted((i.component.home / "metrics").glob("*.prom"))
    )


def lacking(stack: Stack, exposition: str, component: str = "fastapi") -> list[Lack]:
    return [each for i in stack.of(component) for each in lacks(stack, i, exposition)]


def without(exposition: str, *words: str) -> str:
    return "\n".join(line for line in exposition.splitlines() if not any(word in line for word in words))


# What it lacks


def test_the_endpoint_of_the_reference_service_lacks_nothing(stack: Stack, recorded: str) -> None:
    assert [i.component.id for i in speaking(stack)] == ["fastapi", "sqlalchemy"]
    assert not lacking(stack, recorded)
    assert not lacking(stack, recorded, "sqlalchemy")


def test_an_endpoint_without_metrics_lacks_all_that_the_signals_read(stack: Stack) -> None:
    names = {each.metric for each in lacking(stack, "")}
    assert {"http_requests_total", "http_request_duration_seconds"} <= names
    assert names <= inventory(stack.of("fastapi")[0].component).families.keys()
    assert not any(each.soft for each in lacking(stack, ""))


def test_a_label_that_is_read_is_lacking_and_one_that_only_groups_is_a_warning(stack: Stack, recorded: str) -> None:
    found = lacking(stack, recorded.replace('handler="', 'path="').replace('method="', 'verb="'))
    hard, soft = ({each.what for each in found if each.soft is soft} for soft in (False, True))
    assert "the label handler of http_requests_total" in hard
    assert "the label method of http_requests_total (panels tell nothing apart by it)" in soft


def test_the_bucket_of_the_agreed_latency_has_to_be_there(stack: Stack, recorded: str) -> None:
    (one,) = lacking(stack, without(recorded, 'le="0.3"'))
    assert one.what == "the bucket of 0.3 s in http_request_duration_seconds"
    (other,) = lacking(stack, without(recorded, "http_request_duration_seconds_bucket").replace(
        "# TYPE http_request_duration_seconds histogram", "# TYPE http_request_duration_seconds summary"
    ))  # fmt: skip
    assert other.what == "http_request_duration_seconds as a histogram (it is a summary)"


def test_a_library_that_is_measured_may_only_not_have_been_used(stack: Stack, recorded: str) -> None:
    (one,) = lacking(stack, without(recorded, "db_client_operation_errors"), "sqlalchemy")
    assert (one.what, one.soft) == ("db_client_operation_errors_total (not seen so far)", True)
    assert not any(each.soft for each in lacking(stack, "", "sqlalchemy"))


def test_each_lack_names_the_snippet_that_adds_it(stack: Stack) -> None:
    files = {
        "observability/snippet/http_metrics.py": b"http_requests_total",
        "observability/snippet/pool_metrics.py": b"db_client_connection_used",
    }
    (service,) = stack.of("fastapi")
    path = "observability/snippet/http_metrics.py"
    assert snippet_for(stack, Lack(service, "http_requests_total", ""), files) == path
    assert snippet_for(stack, Lack(service, "db_client_connection_used", ""), files) == ""


@pytest.mark.parametrize(
    ("expr", "read", "grouping"),
    [
        ('sum by (job, route) (label_replace(rate(a{b="c"}[5m]), "route", "$1", "handler", "(.*)"))',
         {"b", "handler"}, {"job", "route"}),
        ("a / on (b) group_left (c) sum without (d) (e)", set(), set()),
        ('histogram_quantile(0.9, sum by (le) (f_bucket{g!~"h"}))', {"g"}, {"le"}),
    ],
)  # fmt: skip
def test_labels_are_read_or_group(expr: str, read: set[str], grouping: set[str]) -> None:
    assert (read_labels(expr), grouping_labels(expr)) == (read, grouping)


# The recipes


@pytest.fixture(scope="module")
def recipes(proof):  # type: ignore[no-untyped-def]
    texts = {path: data.decode() for path, data in proof.copy.files.items()}
    return {i.id: filled(proof.pack.stack, i, texts) for i in proof.pack.stack.instances}


def test_with_the_reference_service_nothing_changes(proof, recipes) -> None:  # type: ignore[no-untyped-def]
    assert substituted(proof.pack.stack, recipes, Options()) == recipes
    assert why_left_out(Options()) == ""


def test_an_image_takes_its_place_and_can_be_stopped(proof, recipes) -> None:  # type: ignore[no-untyped-def]
    changed = substituted(proof.pack.stack, recipes, IMAGE)
    service = changed["fastapi"].containers["service"]
    assert (service.image, service.build, service.command, service.port) == ("mine:1", "", (), 8000)
    given = recipes["fastapi"].containers["service"].environment
    assert given["DATABASE_URL"] == "", "there is no database in this stack"
    assert service.environment == {name: text for name, text in given.items() if text}
    assert not changed["fastapi"].workloads
    assert not changed["fastapi"].faults
    assert set(changed["service"].faults) == {"stopped"}
    assert changed["redis"] == recipes["redis"], "what does not need the service stays"
    assert "your image" in why_left_out(IMAGE)


def test_a_service_elsewhere_is_neither_loaded_nor_stopped(proof, recipes) -> None:  # type: ignore[no-untyped-def]
    changed = substituted(proof.pack.stack, recipes, URL)
    assert not changed["service"].faults
    assert not changed["service"].workloads
    assert changed["fastapi"].containers["service"].environment == {}
    assert "only scraped" in why_left_out(URL)


def test_an_image_of_the_users_that_dies_is_not_the_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object) -> None:
        raise Died("fastapi: service exited with code 1")

    monkeypatch.setattr(opening, "start", start)
    run.site = None  # type: ignore[assignment]
    (service,) = [i for i in run.stack.instances if i.id == "fastapi"]
    run.options = IMAGE
    assert opening._server(run, service) == "fastapi: service exited with code 1"
    run.options = Options()
    with pytest.raises(Died):
        opening._server(run, service)


def test_the_port_is_that_of_the_services_address(catalogue: Catalogue, recipes) -> None:  # type: ignore[no-untyped-def]
    stack = stack_of(catalogue, "redis", "fastapi")
    moved = tuple(dataclasses.replace(i, address="api:9000") if i.id == "fastapi" else i for i in stack.instances)
    changed = substituted(dataclasses.replace(stack, instances=moved), recipes, IMAGE)
    assert changed["fastapi"].containers["service"].port == 9000


def test_a_framework_has_a_reference_service(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    framework = catalogue["fastapi"]
    assert not list(evidence.recipe_holds(catalogue, framework))
    plain = dataclasses.replace(recipe(framework).containers["service"], reference=False)
    monkeypatch.setattr(
        evidence, "recipe", lambda each: dataclasses.replace(recipe(each), containers={"service": plain})
    )
    (wrong,) = evidence.recipe_holds(catalogue, framework)
    assert wrong.message == "no container is the one that a user's own service replaces"


def test_without_a_service_there_is_nothing_to_replace(catalogue: Catalogue, recipes) -> None:  # type: ignore[no-untyped-def]
    for options in (IMAGE, URL):
        with pytest.raises(ObsbootError, match="the pack has no service") as caught:
            substituted(stack_of(catalogue, "redis"), recipes, options)
        assert caught.value.code is Exit.USAGE


# The endpoint


@pytest.fixture
def service(run: Run, recorded: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[live_apis.Api]:
    monkeypatch.setattr(own_service, "_ANSWERS_SECONDS", 0.05)
    with live_apis.serving(live_apis.Api({"/metrics": recorded})) as api:
        yield api


def test_a_service_that_shows_everything_passes(run: Run, service: live_apis.Api) -> None:
    check_service(run, service.base, ask_pages=True)
    assert said(run, "service") == {"fastapi": ("passed", "its endpoint shows what the pack reads")}
    assert {path for _, path, _ in service.asked} > {"/", "/metrics"}, "so that there is something to count"


def test_a_service_elsewhere_is_asked_for_its_metrics_alone(run: Run, service: live_apis.Api) -> None:
    check_service(run, service.base, ask_pages=False)
    assert {path for _, path, _ in service.asked} == {"/metrics"}


def test_what_is_lacking_is_listed_with_its_snippet(run: Run, service: live_apis.Api, recorded: str) -> None:
    service.says["/metrics"] = without(recorded, "http_requests_inprogress", 'le="0.3"')
    check_service(run, service.base, ask_pages=True)
    (result,) = run.results
    adds = "(observability/snippet/http_metrics.py adds it)"
    bucket = f"the bucket of 0.3 s in http_request_duration_seconds {adds}"
    assert result.outcome == "failed"
    assert result.reason in (
        f"lacks http_requests_inprogress {adds}; {bucket}",
        f"lacks {bucket}; http_requests_inprogress {adds}",
    )
    assert {f.path for f in result.findings} == {"observability/snippet/http_metrics.py"}
    assert len(result.detail["lacks"]) == 2  # type: ignore[arg-type]


def test_a_service_without_the_page_lacks_everything(run: Run, service: live_apis.Api) -> None:
    service.says.clear()
    check_service(run, service.base, ask_pages=True)
    outcome, reason = said(run, "service")["fastapi"]
    assert outcome == "failed"
    assert reason.startswith("GET /metrics answers 404: it lacks http_requests_total")


def test_a_service_that_does_not_answer_could_not_be_checked(run: Run, service: live_apis.Api) -> None:
    check_service(run, lambda: "http://127.0.0.1:1", ask_pages=True)
    outcome, reason = said(run, "service")["fastapi"]
    assert outcome == "error"
    assert run.missing == {i.id: reason for i in run.stack.instances if i.job == "orders"}


def test_an_image_that_has_ended_meanwhile_could_not_be_checked(run: Run) -> None:
    def gone() -> str:
        raise Died("fastapi: port 8000 is not published: exited with code 1")

    check_service(run, gone, ask_pages=True)
    outcome, reason = said(run, "service")["fastapi"]
    assert (outcome, reason) == (
        "error",
        "your service does not answer: fastapi: port 8000 is not published: exited with code 1",
    )


def test_an_image_that_did_not_start_could_not_be_checked(run: Run) -> None:
    run.options, run.missing = IMAGE, {"fastapi": "image mine:1 not available"}
    check_own_service(run)
    assert said(run, "service") == {"fastapi": ("error", "image mine:1 not available")}
    assert proven_on(run).startswith("your service (mine:1)")


def test_a_library_may_be_empty_as_long_as_nothing_uses_it(run: Run, stack: Stack, recorded: str) -> None:
    run.pack = dataclasses.replace(run.pack, stack=stack)
    with live_apis.serving(live_apis.Api({"/metrics": recorded})) as api:
        check_service(run, api.base, ask_pages=False)
        assert run.idle == {"sqlalchemy": "nothing in the run makes your service use SQLAlchemy"}
        api.says["/metrics"] = without(recorded, "db_client_")
        check_service(run, api.base, ask_pages=False)
    assert run.missing == {"sqlalchemy": "your service's endpoint shows none of its metrics"}


def test_an_empty_panel_of_what_nothing_uses_is_no_failure(run: Run) -> None:
    board = next(board for board in boards(run) if board.name == "redis")
    (one,) = [query for query in board.queries if query.panel == "Cache hit rate"]
    run.idle["redis"] = "nothing uses it"
    queries._empty(run, one, "kv_up")
    assert said(run, "query") == {one.subject: ("skipped", "nothing uses it: the metric kv_up never existed")}


def test_the_reference_service_is_not_looked_at(run: Run) -> None:
    check_own_service(run)
    assert not run.results


# The way to a service on this machine


def test_nothing_is_started_where_nothing_answers(stack: Stack) -> None:
    with pytest.raises(ObsbootError, match=r"--service-url http://127\.0\.0\.1:1: nothing answers there") as caught:
        check_reachable("http://127.0.0.1:1", stack)
    assert caught.value.code is Exit.COULD_NOT_CHECK


def test_every_connection_is_handed_on(service: live_apis.Api) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, (host, int(port))), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/metrics"
        for _ in range(3):
            assert "http_requests_total" in requests.get(url, timeout=5).text
        service.says["/metrics"] = "x" * 3_000_000
        assert len(requests.get(url, timeout=5).text) == 3_000_000


def test_a_connection_that_leads_nowhere_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, ("127.0.0.1", 1)), daemon=True).start()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=5)


class _Network:
    def __init__(self, gateway: str) -> None:
        self.attrs = {"IPAM": {"Config": [{"Gateway": gateway}]}}


@pytest.fixture
def led(run: Run, proof, recipes, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The run of a service elsewhere, in a network with this gateway."""

    def at(gateway: str) -> Run:
        run.options = URL
        run.recipes = substituted(proof.pack.stack, recipes, URL)
        monkeypatch.setattr(relay, "_gateway", lambda run: gateway)
        lead_to_service(run)
        return run

    return at


def test_the_container_in_the_services_place_leads_to_this_process(led) -> None:  # type: ignore[no-untyped-def]
    run = led("127.0.0.1")
    source, port, gateway, listens = run.recipes["fastapi"].containers["service"].command[2:]
    assert (port, gateway) == ("8000", "127.0.0.1")
    compile(source, "relay", "exec")
    socket.create_connection((gateway, int(listens)), timeout=5).close()
    run.after.close()
    with pytest.raises(OSError):
        socket.create_connection((gateway, int(listens)), timeout=5)


def test_a_gateway_of_another_machine_is_told(led) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ObsbootError, match="is not an address of it") as caught:
        led("192.0.2.1")
    assert caught.value.code is Exit.COULD_NOT_CHECK
    assert "--service-image" in caught.value.fix
