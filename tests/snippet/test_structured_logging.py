"""structured_logging under real servers: whatever a request does, its lines are whole, and it does not wait for them."""

import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structured_logging import HANDLER, set_up_logging
from websockets.sync.client import connect

from .conftest import HERE, RENDERED
from .serving import Answer, Document, Server, documents, script, serving
from .workers import eventually

TRACE = "0af7651916cd43dd8448eb211c80319c"
SINGLE = ("-m", "uvicorn", "logged:app", "--port", "{port}", "--timeout-graceful-shutdown", "2")
NAMES = {"@timestamp", "log", "message", "process", "trace", "http", "url", "error", "extra"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server
        server.end()
        assert all(set(each) <= NAMES for each in server.documents())


def of(server: Server, request: str, number: int) -> list[Document]:
    """The documents that carry the id, once there are so many."""
    found: list[Document] = []

    def there() -> bool:
        found[:] = [each for each in server.documents() if each.get("http", {}).get("request", {}).get("id") == request]
        return len(found) >= number

    eventually(there)
    assert len(found) == number, found
    return found


def access(server: Server, answer: Answer, number: int = 1) -> Document:
    """The access record of an answer, which is the last of so many documents of its request."""
    record = of(server, answer.id, number)[-1]
    assert record["log"] == {"level": record["log"]["level"], "logger": "http.access"}
    return record


# What the lines say


def test_a_request_has_one_access_record_and_its_ids_in_all_others(server: Server) -> None:
    answer = server.ask(
        "/items/7?password=hunter2", headers=[("Cookie", "session=abc"), ("Authorization", "Basic eA==")]
    )
    said, record = of(server, answer.id, 2)
    assert said["message"] == "item 7 is read"
    assert said["log"]["logger"] == "shop"
    assert said["log"]["level"] == "info"
    assert said["log"]["origin"]["file"]["name"] == "logged.py"
    assert said["log"]["origin"]["function"] == "item"
    assert said["process"]["pid"] == record["process"]["pid"]
    assert 0 < record["http"]["response"].pop("seconds") < 5
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("@timestamp"))
    assert isinstance(record.pop("process")["pid"], int)
    assert record == {
        "log": {"level": "info", "logger": "http.access"},
        "message": "GET /items/7 200",
        "http": {
            "request": {"id": answer.id, "method": "GET"},
            "response": {"status_code": 200, "body": {"bytes": len(answer.body)}},
            "route": "/items/{item_id}",
        },
        "url": {"path": "/items/7"},
    }


def test_both_workers_and_the_server_itself_write_json_to_stdout(server: Server) -> None:
    workers = server.workers()
    started = {each["process"]["pid"] for each in server.documents() if each["message"].startswith("Started server")}
    assert started == workers
    plain = server.errors.read_text().splitlines()  # of the parent, which never sees the application
    assert [line for line in plain if "parent process" in line or "Uvicorn running" in line] == plain


def test_ids_of_the_client_are_taken_over(server: Server) -> None:
    sent = [("x-request-id", "order-4711.A:b_c"), ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01")]
    answer = server.ask("/items/1", headers=sent)
    assert answer.id == "order-4711.A:b_c"
    assert [each["trace"] for each in of(server, answer.id, 2)] == [{"id": TRACE}] * 2


@pytest.mark.parametrize(
    "sent",
    [[""], ["a b"], ["x" * 129], ['a"b'], ["../../etc"], ["<script>"], ["%{x}"], ["caf\u00e9"], ["-x"]],
)
def test_an_id_that_may_do_harm_is_replaced(server: Server, sent: list[str]) -> None:
    answer = server.ask("/items/1", headers=[("X-Request-ID", each) for each in sent])
    assert re.fullmatch("[0-9a-f]{32}", answer.id)
    access(server, answer, 2)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        TRACE,
        f"00-{TRACE.upper()}-b7ad6b7169203331-01",
        f"ff-{TRACE}-b7ad6b7169203331-01",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-b7ad6b7169203331-01-more",
    ],
)
def test_a_traceparent_out_of_order_is_none(server: Server, sent: str) -> None:
    assert "trace" not in access(server, server.ask("/items/1", headers=[("traceparent", sent)]), 2)


def test_a_newer_traceparent_may_have_more(server: Server) -> None:
    sent = [("traceparent", f"cc-{TRACE}-b7ad6b7169203331-01-what-the-future-holds")]
    assert access(server, server.ask("/items/1", headers=sent), 2)["trace"] == {"id": TRACE}


def test_threads_and_tasks_of_a_request_have_its_ids(server: Server) -> None:
    answer = server.ask("/thread")
    found = of(server, answer.id, 3)
    assert re.match(r"in the thread AnyIO worker", found[0]["message"])
    assert {each["message"] for each in found[1:]} == {"GET /thread 200", "after the answer"}


def test_requests_at_the_same_time_keep_their_ids_apart(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: (number, server.ask(f"/items/{number}")), range(200)))
    for number, answer in answers:
        assert [each["message"] for each in of(server, answer.id, 2)] == [
            f"item {number} is read",
            f"GET /items/{number} 200",
        ]


def test_an_exception_that_nobody_handles_has_one_stack_trace_and_the_ids(server: Server) -> None:
    answer = server.ask("/crash")
    assert answer.status == 500
    record, server_said = of(server, answer.id, 2)
    said = {"type": "RuntimeError", "message": "nobody handles\nthis: postgresql://shop:***@db/shop"}
    assert record["log"]["level"] == "error"
    assert record["http"]["response"]["status_code"] == 500
    assert record["error"] == said
    trace = server_said["error"].pop("stack_trace")
    assert server_said["error"] == said
    assert server_said["message"] == "Exception in ASGI application"
    assert trace.startswith("Traceback (most recent call last):\n")
    assert 'raise RuntimeError("nobody handles\\nthis: postgresql://shop:***@db/shop")' in trace


def test_what_the_application_handles_is_named_where_it_fails_the_request(server: Server) -> None:
    record = access(server, server.ask("/refused"))
    assert record["error"] == {"type": "logged.RefusedError", "message": "by the application"}
    assert record["log"]["level"] == "error"
    missing = access(server, server.ask("/missing"))
    assert "error" not in missing
    assert missing["log"]["level"] == "info"


def test_an_answer_that_is_streamed_is_counted_to_its_end(server: Server) -> None:
    answer = server.ask("/stream")
    assert answer.id != "of-the-application"
    assert access(server, answer)["http"]["response"]["body"]["bytes"] == 1234
    broken = server.ask("/stream?fail=true")
    record = of(server, broken.id, 2)[0]
    assert record["http"]["response"]["status_code"] == 200
    assert record["http"]["response"]["body"]["bytes"] == 1000
    assert record["error"]["message"] == "in the middle"
    assert record["log"]["level"] == "error"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/outer/inner/x", "/outer/inner/{name}"),
        ("/mounted/deep/x", "/mounted/deep/{name}"),
        ("/no/such", None),
        ("/items/x/", None),
    ],
)
def test_the_route_is_its_whole_template(server: Server, path: str, route: str | None) -> None:
    record = access(server, server.ask(path))
    assert record["http"].get("route") == route
    assert record["url"]["path"] == path


def test_no_body_no_bytes(server: Server) -> None:
    record = access(server, server.ask("/items/1", "HEAD"))
    assert record["http"]["response"] == record["http"]["response"] | {"status_code": 405, "body": {"bytes": 0}}


def test_a_path_cannot_break_out_of_its_line(server: Server) -> None:
    path = '/a\n{"log":{"level":"critical"}}\r\x1b[31m"\u2028\u00e9\x00%{x}'
    record = access(server, server.ask(path))
    assert record["url"]["path"] == path
    long = access(server, server.ask("/" + "%00" * 9000))["url"]["path"]
    assert re.search(r"\[\.\.\. \d+ characters cut \.\.\.\]", long)


def test_quiet_paths_are_told_when_they_fail(server: Server) -> None:
    failed = server.ask("/healthz?status=503")
    assert access(server, failed)["http"]["response"]["status_code"] == 503
    assert not [each for each in server.documents() if each["message"] == "GET /healthz 200"]


def test_a_socket_has_the_ids_and_nothing_of_its_query(server: Server) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/socket?name=ada&x=1") as socket:
        assert socket.response is not None
        request = socket.response.headers["X-Request-ID"]
    eventually(lambda: any(each["message"] == "over the socket" for each in server.documents()))
    said = [each for each in server.documents() if each.get("http", {}).get("request", {}).get("id") == request]
    assert {"over the socket", "connection open"} <= {each["message"] for each in said}
    assert not [each for each in server.documents() if "ada" in each["message"]]


# What requests wait for


@pytest.mark.parametrize("letters", [10, 20000])
def test_a_stdout_that_nobody_reads_holds_up_no_request(tmp_path: Path, letters: int) -> None:
    reader, writer = os.pipe()
    received = bytearray()
    with serving(tmp_path, stdout=writer) as server:
        os.close(writer)
        answers = [server.ask(f"/burst?lines=4000&letters={letters}") for _ in range(16)]
        assert {each.status for each in answers} == {200}
        assert max(server.ask("/items/1").seconds for _ in range(20)) < 1
        reading = threading.Thread(target=read_all, args=[reader, received])
        reading.start()
        eventually(lambda: b'"logger":"structured_logging"' in received)
        eventually(lambda: b'"GET /items/1 200"' in received or server.ask("/items/1").status != 200)
    reading.join(timeout=30)
    found = documents(bytes(received))
    lost = [each["extra"] for each in found if each["log"]["logger"] == "structured_logging"]
    lines = [each for each in found if each["message"].startswith("line ")]
    others = [each for each in found if each["message"] in ("item 1 is read", "GET /items/1 200")]
    assert sum(each["below_warning"] for each in lost) >= 64000 - len(lines) > 0
    assert {each["warning_or_worse"] for each in lost} == {0}
    assert others


def read_all(descriptor: int, received: bytearray) -> None:
    while part := os.read(descriptor, 65536):
        received += part
    os.close(descriptor)


def test_lines_of_two_workers_never_mix(tmp_path: Path) -> None:
    """The reader is slower than both, so that their writes of more than 4 KiB would be taken in parts."""
    reader, writer = os.pipe()
    received = bytearray()

    def read_slowly() -> None:
        while part := os.read(reader, 3000):
            received.extend(part)
            time.sleep(0.0002)

    with serving(tmp_path, stdout=writer) as server:
        os.close(writer)
        reading = threading.Thread(target=read_slowly)
        reading.start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: server.ask("/burst?lines=40&letters=9000"), range(8)))
    reading.join(timeout=30)
    lines = [each for each in documents(bytes(received)) if each["message"].startswith("line ")]
    assert len(lines) == 320
    assert len({each["process"]["pid"] for each in lines}) == 2


@pytest.mark.parametrize("stdout", ["full", "closed"])
def test_a_stdout_that_fails_fails_nothing_else(tmp_path: Path, stdout: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    with serving(tmp_path, stdout=full if stdout == "full" else writer) as server:
        assert [server.ask("/items/1").status for _ in range(20)] == [200] * 20
        assert server.ask("/crash").status == 500
    os.close(full)
    os.close(writer)
    assert "Traceback" not in server.errors.read_text()


# Beginnings and ends


def test_all_is_written_when_the_server_is_stopped(tmp_path: Path) -> None:
    with serving(tmp_path, *SINGLE, workers=1) as server:
        answer = server.ask("/burst?lines=500")
        server.end()
    found = server.documents()
    assert [each["message"] for each in found][-3:] == [
        "Waiting for application shutdown.",
        "Application shutdown complete.",
        f"Finished server process [{found[-1]['process']['pid']}]",
    ]
    assert len([each for each in found if each["message"].startswith("line ")]) == 500
    assert len(of(server, answer.id, 501)) == 501


def test_a_server_ends_although_nobody_reads_its_stdout(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with serving(tmp_path, *SINGLE, stdout=writer, workers=1) as server:
        os.close(writer)
        server.ask("/burst?lines=4000")
        began = time.monotonic()
        server.end()
    assert time.monotonic() - began < 10
    os.close(reader)


def test_a_startup_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "from contextlib import asynccontextmanager\n"
        "from fastapi import FastAPI\n"
        "from structured_logging import set_up_logging\n"
        "@asynccontextmanager\n"
        "async def lifespan(_):\n"
        "    raise RuntimeError('no database: password=hunter2')\n"
        "    yield\n"
        "app = FastAPI(lifespan=lifespan)\n"
        "set_up_logging(app)\n"
    )
    paths = os.pathsep.join([str(RENDERED), str(tmp_path)])
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "failing:app"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    said = [each["message"] for each in documents(done.stdout)]
    assert said[-1] == "Application startup failed. Exiting."
    assert "RuntimeError: no database: password=***" in said[-2]


def test_the_server_may_set_up_its_own_logging_later(tmp_path: Path) -> None:
    """uvicorn.run(app) does so when the application is there already, and access lines would be written twice."""
    program = "import logged, sys, uvicorn; uvicorn.run(logged.app, port=int(sys.argv[1]), log_level='info')"
    with serving(tmp_path, "-c", program, "{port}", workers=1) as server:
        access(server, server.ask("/items/1"), 2)
    before = server.errors.read_text().splitlines()  # the application is asked for the first time after these
    assert [re.sub(r"\d+", "1", each) for each in before] == [
        "INFO:     Started server process [1]",
        "INFO:     Waiting for application startup.",
    ]
    assert "Application shutdown complete." in [each["message"] for each in server.documents()]


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["each", "preload"])
def test_forked_workers_of_gunicorn_write_their_own_lines(tmp_path: Path, preload: list[str]) -> None:
    command = ["-W", "ignore", "-m", "gunicorn", "logged:app", "--workers", "2", "--bind", "127.0.0.1:{port}"]
    with serving(tmp_path, *command, "-k", "uvicorn.workers.UvicornWorker", *preload) as server:
        workers = server.workers()
        answers = [server.ask("/items/1") for _ in range(40)]
        assert {of(server, each.id, 2)[-1]["process"]["pid"] for each in answers} <= workers
        assert server.ask("/crash").status == 500
    found = server.documents()
    ended = [each["process"]["pid"] for each in found if each["message"].startswith("Finished server process")]
    assert sorted(ended) == sorted(workers)


# In this process


def test_an_app_that_answers_already_is_refused() -> None:
    app = FastAPI()
    with TestClient(app) as client:
        client.get("/")
    with pytest.raises(RuntimeError, match="too late"):
        set_up_logging(app)


def test_what_else_listens_stays() -> None:
    class Kept(logging.Handler):
        """One that somebody else put there."""

    root, kept, console = logging.getLogger(), Kept(), logging.StreamHandler(sys.stderr)
    before = list(root.handlers)
    root.handlers[:] = [kept, console]
    try:
        set_up_logging(FastAPI())
        set_up_logging(FastAPI())
        assert root.handlers == [kept, HANDLER]
    finally:
        root.handlers[:] = before
        root.setLevel(logging.WARNING)


def test_the_sample_has_the_snippet_as_it_is() -> None:
    sample = HERE.parents[1] / "examples" / "shop-api" / "shop" / "structured_logging.py"
    assert sample.read_text() == (RENDERED / "structured_logging.py").read_text()


def test_metrics_and_log_get_along() -> None:
    program = (
        "from fastapi import FastAPI\n"
        "from fastapi.testclient import TestClient\n"
        "from http_metrics import instrument\n"
        "from structured_logging import set_up_logging\n"
        "app = FastAPI()\n"
        "set_up_logging(app)\n"
        "app.get('/items/{item}')(lambda item: item)\n"
        "instrument(app)\n"
        "with TestClient(app) as client:\n"
        "    client.get('/items/1')\n"
        "    assert 'handler=\"/items/{item}\"' in client.get('/metrics').text\n"
    )
    assert [
        each["message"] for each in documents(script(program).stdout) if each["log"]["logger"] == "http.access"
    ] == [
        "GET /items/1 200",
        "GET /metrics 200",
    ]


def test_middleware_that_runs_the_application_in_a_task_of_its_own_keeps_the_ids() -> None:
    program = (
        "import logging\n"
        "from fastapi import FastAPI\n"
        "from fastapi.testclient import TestClient\n"
        "from structured_logging import set_up_logging\n"
        "app = FastAPI()\n"
        "set_up_logging(app)\n"
        "@app.middleware('http')\n"
        "async def through(request, call_next):\n"
        "    return await call_next(request)\n"
        "@app.get('/crash')\n"
        "def crash():\n"
        "    logging.getLogger('shop').info('soon')\n"
        "    raise RuntimeError('now')\n"
        "answer = TestClient(app, raise_server_exceptions=False).get('/crash', headers={'X-Request-ID': 'abc'})\n"
        "assert (answer.status_code, answer.headers['X-Request-ID']) == (500, 'abc')\n"
    )
    found = [each for each in documents(script(program).stdout) if each["log"]["logger"] in ("shop", "http.access")]
    assert [each["http"]["request"]["id"] for each in found] == ["abc", "abc"]
    assert found[1]["error"] == {"type": "RuntimeError", "message": "now"}
