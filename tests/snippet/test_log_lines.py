"""The lines of structured_logging, one handler at a time: what they hold, what they hide, and what is lost."""

import datetime
import decimal
import json
import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import pytest
import structured_logging
from structured_logging import QUEUE_BYTES, QueuedHandler, encoded, prepared

from .serving import Document, documents, script
from .workers import eventually

LONG = 64 * 1024
NAMED = {"name": "shop", "levelno": 20, "msg": "said"}


class Log:
    """A logger with a handler of its own that writes to a file."""

    def __init__(self, path: Path, room: int = QUEUE_BYTES, descriptor: int | None = None) -> None:
        self.path = path
        self.logger = logging.Logger("shop")
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT) if descriptor is None else descriptor
        self.handler = QueuedHandler(self.descriptor, room)
        self.logger.addHandler(self.handler)

    def documents(self) -> list[Document]:
        self.handler.flush()
        return documents(self.path.read_bytes())

    def last(self) -> Document:
        return self.documents()[-1]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


def extra(log: Log, value: object, key: str = "value") -> Any:
    log.logger.info("said", extra={key: value})
    return log.last()["extra"][key]


# What is said


@pytest.mark.parametrize(
    ("level", "name"),
    [(5, "debug"), (10, "debug"), (20, "info"), (25, "info"), (30, "warning"), (40, "error"), (60, "critical")],
)
def test_levels_have_the_names_of_the_pack(log: Log, level: int, name: str) -> None:
    log.logger.log(level, "said")
    assert log.last()["log"]["level"] == name


def test_the_time_is_that_of_the_record(log: Log) -> None:
    record = logging.makeLogRecord(NAMED | {"created": 1795671245.9996})
    log.handler.handle(record)
    assert log.last()["@timestamp"] == "2026-11-26T05:34:05.999Z"


AWKWARD = (
    "line\r\n\x1b[31mred\x1b[0m \"quoted\" 'so' \\ \x00 \x85 \u2028 \u00e9 \u4e2d \U0001f600 </script> %{x} ${y} {{z}}"
)


def test_no_text_breaks_out_of_its_line(log: Log) -> None:
    log.logger.info("%s", AWKWARD, extra={"k\n" + AWKWARD: AWKWARD})
    said = log.last()
    assert said["message"] == AWKWARD
    assert said["extra"] == {"k\n" + AWKWARD.replace("[", "_"): AWKWARD}
    assert log.path.read_bytes().count(b"\n") == 1


def test_half_a_surrogate_is_shown_and_makes_no_invalid_utf_8(log: Log) -> None:
    log.logger.info("caf\udce9 \ud83d", extra={"\udc00": "\udfff"})
    assert log.last()["message"] == r"caf\udce9 \ud83d"
    assert log.last()["extra"] == {r"\udc00": r"\udfff"}


class Colour(Enum):
    RED = 1


class Size(IntEnum):
    LARGE = 3


class Text(str):
    """A text that says something else when asked."""

    def __str__(self) -> str:
        return "another"


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("not even a repr")

    __str__ = __repr__


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (1.5, 1.5),
        ("text", "text"),
        ([1, (2, "b")], [1, [2, "b"]]),
        ({"a": {"b": [None]}}, {"a": {"b": [None]}}),
        ({1: "one", None: "none"}, {"1": "one", "null": "none"}),
        (Size.LARGE, 3),
        (Text("itself"), "itself"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (2**63, 2**63),
        (Colour.RED, "<Colour.RED: 1>"),
        (decimal.Decimal("1.10"), "Decimal('1.10')"),
        (datetime.date(2026, 11, 26), "datetime.date(2026, 11, 26)"),
        (b"\xff\x00", "b'\\xff\\x00'"),
        ({7}, "{7}"),
        (Broken(), "<Broken, unspeakable>"),
    ],
)
def test_what_json_lacks_becomes_its_repr(log: Log, value: object, said: object) -> None:
    assert extra(log, value) == said


def test_a_number_too_long_to_be_shown_is_no_reason_to_fail(log: Log) -> None:
    log.logger.info("said", extra={"value": 10**5000})
    assert log.last()["message"] == "said"
    assert re.search("unspeakable|characters cut|0{4000}", json.dumps(log.last()["extra"]))


def test_what_holds_itself_ends(log: Log) -> None:
    circle: list[object] = [{"password": "hunter2"}]
    circle.append(circle)
    log.logger.info("said", extra={"value": circle})
    assert log.last()["extra"] == {"repr": "{'value': [{'password': ***}, [...]]}"}


def test_values_are_those_of_the_moment(log: Log) -> None:
    mutable = {"state": ["before"]}
    log.logger.info("%s", mutable, extra={"mutable": mutable})
    mutable["state"][0] = "after"
    assert log.last()["message"] == "{'state': ['before']}"
    assert log.last()["extra"] == {"mutable": {"state": ["before"]}}


def test_arguments_that_do_not_fit_are_shown(log: Log) -> None:
    log.logger.info("%d and %d", "one", 2)
    assert log.last()["message"] == "'%d and %d' % ('one', 2)"
    log.logger.info("%s", Broken())
    assert log.last()["message"] == "'%s' % <tuple, unspeakable>"
    log.logger.info("")
    assert log.last()["message"] == ""


def test_an_exception_is_told_as_it_was(log: Log) -> None:
    class UnspeakableError(Exception):
        def __str__(self) -> str:
            raise ValueError("unspeakable")

    for error in (KeyError("token"), UnspeakableError(), ExceptionError):
        try:
            raise error
        except Exception:
            log.logger.exception("failed")
    first, second, third = (each["error"] for each in log.documents())
    assert first["type"] == "KeyError"
    assert first["message"] == "'token'"
    assert first["stack_trace"].splitlines()[-1] == "KeyError: 'token'"
    assert second["type"].endswith("UnspeakableError")
    assert second["message"] == "<UnspeakableError, unspeakable>"
    assert third["message"] == "the cause is named"


class ExceptionError(Exception):
    def __str__(self) -> str:
        return "the cause is named"


def test_a_stack_without_an_exception_is_kept(log: Log) -> None:
    log.logger.info("here", stack_info=True)
    assert log.last()["error"]["stack_trace"].startswith("Stack (most recent call last):\n")
    log.logger.exception("outside of any except")
    assert "error" not in log.last()


def test_the_application_sets_no_field_but_its_own(log: Log) -> None:
    log.logger.info("said", extra={"service": {"name": "another"}, "@timestamp": "never", "log": 1, "fields": "x"})
    said = log.last()
    assert said["extra"] == {"service": {"name": "another"}, "@timestamp": "never", "log": 1, "fields": "x"}
    assert set(said) == {"@timestamp", "log", "message", "process", "extra"}


def test_keys_mean_nothing_to_what_reads_them(log: Log) -> None:
    """For Logstash brackets make a path of a key, or an error that costs the whole line; dots do for Elasticsearch."""
    log.logger.info("said", extra={"items[]": 1, "a": 1, "a.b": [{"[c][d]": {"": "]", "..": "."}}]})
    assert log.last()["extra"] == {"items__": 1, "a": 1, "a_b": [{"_c__d_": {"_": "]", "__": "."}}]}
    log.logger.info("said", extra={"long": ["x" * 900] * 900})
    assert set(log.last()["extra"]) == {"cut"}


def test_a_record_is_left_as_it_was(log: Log) -> None:
    record = log.logger.makeRecord("shop", 20, "f.py", 1, "%s", ("x",), None, extra={"password": "kept"})
    before = dict(record.__dict__)
    log.handler.handle(record)
    log.handler.flush()
    assert record.__dict__ == before


# What is hidden


SECRET_KEYS = """
password PASSWORD db_password userPassword passwd token access-token Authorization Set-Cookie client_secret api_key
apiKey x-api-key private_key credentials sessionId auth
"""


@pytest.mark.parametrize("key", SECRET_KEYS.split())
def test_values_of_secret_keys_are_hidden(log: Log, key: str) -> None:
    for value in ("hunter2", 4711, ["hunter2"], {"a": "hunter2"}):
        log.logger.info("said", extra={key: value, "in": [{key: value}]})
    assert [each["extra"] for each in log.documents()] == [{key: "***", "in": [{key: "***"}]}] * 4


@pytest.mark.parametrize("rest", ["x" * 20_000, ["x" * 900] * 900], ids=["text", "items"])
def test_values_of_secret_keys_are_hidden_where_the_rest_is_cut(log: Log, rest: object) -> None:
    for value in ("hunter2", ["hunter2"], {"a": [1, "hunter2"]}):
        log.logger.info("said", extra={"auth": value, "in": [{"token": value}], "rest": rest, "pwd": value})
    assert all("characters cut" in each["extra"]["cut"] for each in log.documents())
    assert "hunter2" not in log.path.read_text()


@pytest.mark.parametrize("key", ["author", "monkey", "keyboard", "passenger", "key", "description"])
def test_other_keys_are_not(log: Log, key: str) -> None:
    assert extra(log, "told", key) == "told"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://shop:hunter2@db:5432/shop", "postgresql+psycopg://shop:***@db:5432/shop"),
        ("redis://:hunter2@redis:6379/0", "redis://:***@redis:6379/0"),
        ("amqp://u:p@ss:w/rd@h/x", "amqp://u:***@h/x"),
        ("https://host:8443/@scope/package", "https://host:8443/@scope/package"),
        ("https://host/a?b=c mailto:x@y", "https://host/a?b=c mailto:x@y"),
        ("two http://a:hunter2@b and http://c:hunter2@d", "two http://a:***@b and http://c:***@d"),
        ("password=hunter2", "password=***"),
        ("PASSWORD: hunter2, next", "PASSWORD: ***, next"),
        ("{'password': 'hunter 2', 'user': 'ada'}", "{'password': ***, 'user': 'ada'}"),
        ('{"api_key":"hunter2","n":1}', '{"api_key":***,"n":1}'),
        ("?token=hunter2&page=2", "?token=***&page=2"),
        ("Authorization: Bearer hunter2.abc-d", "Authorization: ***"),
        ("Cookie: a=hunter2; b=hunter2\nHost: x", "Cookie: ***\nHost: x"),
        ("with Bearer hunter2", "with Bearer ***"),
        ("the bearer of it", "the bearer of it"),
        ('{\\"password\\": \\"hunter2\\"}', '{\\"password\\": ***}'),
        ("password='hunter 2", "password=***"),
        ("token=" + "hunter2" * 900, "token=***"),
        ("Cookie: " + "hunter2" * 900, "Cookie: ***"),
        ("postgresql://rds:" + "hunter2" * 900 + "@db/x", "postgresql://rds:***@db/x"),
        ("a://u:hunter2@h,b://v:hunter2@i/x", "a://u:***@h,b://v:***@i/x"),
        ("{'authorization': 'Basic hunter2', 'accept': '*'}", "{'authorization': ***, 'accept': '*'}"),
        ("{'tokens': ['hunter2', 'hunter2'], 'n': 1}", "{'tokens': ***], 'n': 1}"),
        ("client_secret = hunter2", "client_secret = ***"),
        ("SecretStr('**********')", "SecretStr('**********')"),
        ("the token is gone", "the token is gone"),
        ("the keyboard: loud", "the keyboard: loud"),
    ],
)
def test_secrets_in_texts_are_hidden(log: Log, text: str, shown: str) -> None:
    log.logger.info(text, extra={"text": text})
    assert log.last()["message"] == shown
    assert log.last()["extra"]["text"] == shown
    assert "hunter2" not in log.path.read_text()


def test_secrets_in_exceptions_and_their_source_are_hidden(log: Log) -> None:
    try:
        raise ValueError("cannot connect to postgresql://shop:hunter2@db/shop")
    except ValueError:
        log.logger.exception("failed")
    assert log.last()["error"]["message"] == "cannot connect to postgresql://shop:***@db/shop"
    assert "hunter2" not in log.path.read_text()


@pytest.mark.parametrize("field", ["message", "extra"])
def test_a_secret_on_the_edge_of_a_cut_is_hidden(log: Log, field: str) -> None:
    """A message is cut to its bytes in the line, what the application gave to its characters before that."""
    secret = "hunter2" * 8
    said = f" password={secret} postgresql://shop:{secret}@db/shop "
    for before in range(5500, 6300, 17) if field == "message" else range(3700, 4200, 11):
        for rest in (9000, 40000):
            for text in ("a" * before + said + "b" * rest, "a" * rest + said + "b" * before):
                log.logger.info(text if field == "message" else "said", extra={"text": text})
    assert all("characters cut" in json.dumps(each) for each in log.documents())
    assert "hunter" not in log.path.read_text()


@pytest.mark.parametrize(
    "piece", ["a", "://", "://a:", "token=", "token", "password='", "cookie: ", "bearer ", "\\", "\x00", "\u00e9", "= "]
)
def test_no_text_keeps_the_thread_busy(piece: str) -> None:
    record = logging.makeLogRecord(NAMED | {"msg": piece * (1024 * 1024 // len(piece)), "text": piece * 100_000})
    began = time.process_time()
    assert len(encoded(prepared(record)[0])) < LONG
    assert time.process_time() - began < 0.5


# How long it is


@pytest.mark.parametrize("letter", ["a", '"', "\x00", "\u4e2d", "\U0001f600", "\ud800"])
def test_no_line_is_longer_than_64_kib_and_it_says_where_it_was_cut(log: Log, letter: str) -> None:
    text = letter * 1_000_000
    error = ValueError(text)
    record = log.logger.makeRecord(
        text, 20, text, 1, text, (), (ValueError, error, None), text, {"a": text, "b": {text: text}}
    )
    log.handler.handle(record)
    said = log.last()
    assert len(log.path.read_bytes()) > LONG // 5
    for where in (said["message"], said["error"]["message"], said["error"]["stack_trace"], said["log"]["logger"]):
        assert re.search(r"\[\.\.\. \d+ characters cut \.\.\.\]", where)
    assert "cut" in json.dumps(said["extra"])


@pytest.mark.parametrize(
    "value", [list(range(100_000)), {str(n): n for n in range(100_000)}, [["\x00" * 50] * 9] * 900]
)
def test_what_holds_much_is_cut(log: Log, value: object) -> None:
    log.logger.info("said", extra={"value": value})
    assert len(json.dumps(log.last()["extra"])) < 12_000
    assert re.search(r"\d+ more|characters cut", json.dumps(log.last()["extra"]))


def test_a_message_of_a_hundred_mebibytes_takes_no_time(log: Log) -> None:
    text = "password=hunter2 " * (100 * 1024 * 1024 // 17)
    began = time.process_time()
    log.logger.info(text)
    assert time.process_time() - began < 0.5
    assert "hunter2" not in json.dumps(log.last())


# What is lost


class Pipe(Log):
    """A log that is written to a pipe, which is only read when somebody says so."""

    def __init__(self, room: int) -> None:
        self.reader, writer = os.pipe()
        super().__init__(Path(os.devnull), room, writer)
        self.received = bytearray()
        self.reading: threading.Thread | None = None

    def read_all(self) -> list[Document]:
        def read() -> None:
            while part := os.read(self.reader, 65536):
                self.received += part

        self.reading = threading.Thread(target=read)
        self.reading.start()
        self.handler.flush()
        os.close(self.descriptor)
        self.reading.join(timeout=30)
        os.close(self.reader)
        return documents(bytes(self.received))


@pytest.fixture
def pipe() -> Pipe:
    return Pipe(room=100_000)


def test_a_full_queue_drops_what_matters_least_and_says_how_much(pipe: Pipe) -> None:
    for number in range(2000):
        pipe.logger.info("line %d", number)
    for number in range(20):
        pipe.logger.warning("warning %d", number)
    assert slowest_of(lambda: pipe.logger.info("line 2000"), 1000) < 0.5
    found, missing = parted(pipe.read_all())
    numbers = [int(each["message"].split()[1]) for each in found if each["log"]["level"] == "info"]
    assert numbers[:50] == list(range(50))
    assert numbers == sorted(numbers)
    assert [each["message"] for each in found if each["log"]["level"] == "warning"] == [
        f"warning {n}" for n in range(20)
    ]
    assert missing == {"below_warning": 3000 - len(numbers), "warning_or_worse": 0, "not_written": 0}


def parted(found: list[Document]) -> tuple[list[Document], Counter[str]]:
    """The documents of the application, and how many are missing by what the others tell."""
    missing: Counter[str] = Counter()
    for each in found:
        if each["log"] == {"level": "warning", "logger": "structured_logging"}:
            assert each["message"] == f"{sum(each['extra'].values())} records are missing here"
            missing.update(each["extra"])
    return [each for each in found if each["log"]["logger"] == "shop"], missing


def slowest_of(action: Callable[[], object], times: int) -> float:
    slowest = 0.0
    for _ in range(times):
        began = time.perf_counter()
        action()
        slowest = max(slowest, time.perf_counter() - began)
    return slowest


def test_warnings_have_a_limit_as_well(pipe: Pipe) -> None:
    for number in range(3000):
        pipe.logger.error("error %d", number)
    assert pipe.handler.added - pipe.handler.taken < 100_000 * 5 // 4 + 2000
    found, missing = parted(pipe.read_all())
    assert 0 < len(found) < 1000
    assert missing == {"below_warning": 0, "warning_or_worse": 3000 - len(found), "not_written": 0}


def test_long_records_count_for_what_they_are(pipe: Pipe) -> None:
    for _ in range(100):
        pipe.logger.info("x" * 20_000)
    assert pipe.handler.queue.qsize() < 10
    pipe.read_all()


def test_what_could_not_be_written_is_told_when_it_can(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", descriptor=os.open("/dev/full", os.O_WRONLY))
    for _ in range(5):
        log.logger.warning("lost")
        log.handler.flush()
    os.dup2(os.open(log.path, os.O_WRONLY | os.O_CREAT), log.descriptor)
    log.logger.info("kept")
    assert [each["message"] for each in log.documents()] == ["kept", "5 records are missing here"]


def test_a_line_that_was_cut_in_two_does_not_spoil_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, write = Log(tmp_path / "log"), os.write

    def fails_in_the_middle(descriptor: int, data: Any) -> int:
        monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError("full")))
        return write(descriptor, bytes(data[:30]))

    monkeypatch.setattr(os, "write", fails_in_the_middle)
    log.logger.info("cut")
    log.handler.flush()
    monkeypatch.undo()
    log.logger.info("whole")
    log.handler.flush()
    cut, *whole = log.path.read_bytes().splitlines()
    assert len(cut) == 30
    assert [json.loads(line)["message"] for line in whole] == ["whole", "1 records are missing here"]


def test_a_stdout_that_does_not_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.descriptor, False)
    for number in range(10):
        pipe.logger.warning("%d %s", number, "x" * 9000)
    assert len(pipe.read_all()) == 10


def test_nothing_that_goes_wrong_reaches_the_application(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(structured_logging, "prepared", fail)
        log.logger.info("not prepared")
    with monkeypatch.context() as patch:
        patch.setattr(structured_logging, "masked", fail)
        log.logger.info("not encoded")
        log.handler.flush()
    log.logger.info("all is well")
    assert [each["message"] for each in log.documents()] == ["all is well", "2 records are missing here"]


# Beginnings and ends

BEGIN = """\
import logging, os, sys, threading, time
import structured_logging
from fastapi import FastAPI
structured_logging.set_up_logging(FastAPI())
log = logging.getLogger("shop")
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("sys.exit(3)", 3), ("raise RuntimeError", 1), ("threading.Thread(target=sys.exit).start()", 0)],
)
def test_all_is_written_at_the_end(end: str, code: int) -> None:
    done = script(BEGIN + f"for n in range(3000): log.info('line %d', n)\n{end}", check=False)
    assert done.returncode == code
    assert [each["message"] for each in documents(done.stdout)] == [f"line {n}" for n in range(3000)]


def test_what_is_said_by_others_at_the_end_is_written() -> None:
    program = "import atexit, logging\natexit.register(lambda: logging.getLogger('shop').info('at the end'))\n" + BEGIN
    assert [each["message"] for each in documents(script(program).stdout)] == ["at the end"]


def test_a_forked_child_writes_its_own_lines_and_no_others() -> None:
    done = script(
        BEGIN
        + "structured_logging.GATHER_SECONDS = 0.2\n"
        + "log.info('of the parent')\n"
        + "time.sleep(0.05)\n"
        + "log.info('waits')\n"
        + "if child := os.fork():\n"
        + "    os.waitpid(child, 0)\n"
        + "    log.info('after it')\n"
        + "else:\n"
        + "    log.info('of the child')\n"
        + "    sys.exit(0)\n"
    )
    found = documents(done.stdout)
    assert sorted(each["message"] for each in found) == ["after it", "of the child", "of the parent", "waits"]
    pids = {each["message"]: each["process"]["pid"] for each in found}
    assert pids["of the child"] not in {pids["of the parent"], pids["after it"]}


def test_a_fork_in_the_midst_of_much_is_survived() -> None:
    """Whatever lock another thread held at that moment is held by nobody in the child."""
    done = script(
        BEGIN
        + "end = threading.Event()\n"
        + "def talk():\n"
        + "    while not end.is_set(): log.info('talk'); time.sleep(0.0001)\n"
        + "for _ in range(4): threading.Thread(target=talk, daemon=True).start()\n"
        + "for n in range(20):\n"
        + "    child = os.fork()\n"
        + "    if not child:\n"
        + "        log.info('child %d', n)\n"
        + "        logging.shutdown()\n"
        + "        os._exit(0)\n"
        + "    os.waitpid(child, 0)\n"
        + "end.set()\n"
    )
    said = [each["message"] for each in documents(done.stdout)]
    assert [each for each in said if each.startswith("child")] == [f"child {n}" for n in range(20)]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_write_theirs(method: str, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(BEGIN + "def work(n): log.info('child %d', n)\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import multiprocessing, work\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context({method!r})\n"
        "    children = [context.Process(target=work.work, args=[n]) for n in range(4)]\n"
        "    [child.start() for child in children]\n"
        "    [child.join() for child in children]\n"
    )
    (tmp_path / "program.py").write_text(program)
    done = script(f"import runpy; runpy.run_path({str(tmp_path / 'program.py')!r}, run_name='__main__')")
    assert sorted(each["message"] for each in documents(done.stdout)) == [f"child {n}" for n in range(4)]


def test_an_exit_does_not_wait_for_ever() -> None:
    """Nor does it for a stdout that is closed."""
    began = time.monotonic()
    program = "r, w = os.pipe(); os.dup2(w, 1)\nfor n in range(4000): log.info('line')\n"
    script(BEGIN + program)
    assert time.monotonic() - began < 10
    script("import os\nos.close(1)\n" + BEGIN + "log.info('nowhere')")
    script("import sys\nsys.stdout = None\n" + BEGIN + "log.info('still there')")


def test_a_finalizer_may_log_while_a_record_is_put(log: Log) -> None:
    """Garbage is collected whenever memory is asked for, in the midst of put() as well."""

    class Talking:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            log.logger.info("collected")

    with log.handler.lock:
        Talking().__del__()
    for _ in range(2000):
        Talking()
        log.logger.info("said")
    eventually(lambda: len([each for each in log.documents() if each["message"] == "collected"]) > 100)


def test_threads_lose_nothing(log: Log) -> None:
    def talk(name: str) -> None:
        for number in range(300):
            log.logger.info("%s %d", name, number)

    threads = [threading.Thread(target=talk, args=[str(n)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [each["message"].split() for each in log.documents()]
    for name in "01234567":
        assert [int(number) for who, number in said if who == name] == list(range(300))


def test_one_thread_writes_for_a_process(log: Log) -> None:
    for _ in range(100):
        log.logger.info("said")
        log.handler.flush()
    writers = [each for each in threading.enumerate() if each is log.handler.thread]
    assert len(writers) == 1
