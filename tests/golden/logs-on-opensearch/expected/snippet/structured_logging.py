"""Structured logging of orders: one JSON object a line on stdout, with ECS names.

    app = FastAPI()
    set_up_logging(app)
    logging.getLogger("orders").info("order %s placed", 7, extra={"lines": 3})

All records of a request have its ids, in threads of run_in_threadpool as well: http.request.id is the X-Request-ID that
came if it is harmless, else a new one, and the answer carries it; trace.id is that of a W3C traceparent. In nginx:
proxy_set_header X-Request-ID $request_id;

A request has one record of its own, of the logger http.access, an error where the status is 5xx. It takes the place of
uvicorn's access log, without query strings, headers and bodies.

Requests never wait for stdout: records go through a bounded queue to one thread a process. While it is full they are
dropped and counted, those below warning first, and a line tells how many. What waits is written at a normal exit.

Values of keys like password, token or cookie, and passwords in URLs, become ***. What JSON lacks becomes its repr(). In
keys, [ ] and . become _, for they mean something to Logstash and Elasticsearch. A line is ASCII, and below 64 KiB: what
is too long says where it was cut.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from contextvars import ContextVar
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

try:
    import fcntl
except ImportError:  # Windows, where several workers share no pipe
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Document = dict[str, Any]

QUEUE_BYTES = 16 * 1024 * 1024  # of memory, roughly, that may wait to be written
FLUSH_SECONDS = 3.0  # that an exit waits for a stdout that nobody reads
GATHER_SECONDS = 0.01  # lest every record wakes the thread
YIELD_LINES = 8  # that take a fraction of a millisecond to encode, for which a request may wait
LONGEST = 64 * 1024  # bytes of a line, and about those of a write
CUTS = (16384, 4096, 1024, 256)  # characters of each text: the first that make the line short enough
LONGEST_EXTRA = 8192  # characters of JSON

LEVELS = ("debug", "debug", "info", "warning", "error", "critical")  # by ten
# What every record has, and what uvicorn gives its own for colours: no extra.
STANDARD = {"message", "asctime", "taskName", "color_message", *vars(logging.makeLogRecord({}))}
# Their console handlers would write each record a second time, as plain text.
SERVER_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "gunicorn.error")
ACCESS = logging.getLogger("http.access")
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
TRACEPARENT = re.compile(rb"(?!ff|00.{54})[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?")
WEBSOCKET_QUERY = re.compile(r'("WebSocket [^\s?]*)\?\S*"')

UNREAD = str.maketrans("[].", "___")  # in a key, Logstash takes brackets for a path, Elasticsearch dots
MASK = "***"
HEADERS = "authorization|cookie"  # whose values go to the end of the line
WORDS = "passw|passphrase|pwd|secret|token|credential|session_id|api_key|private_key|access_key"
HINTS = {word.partition("_")[0] for word in f"{HEADERS}|{WORDS}|bearer".split("|")}
NAMES = rf"(?:(?P<header>{HEADERS})|{WORDS})".replace("_", r"[\W_]?")
SECRET_KEY = re.compile(rf"{NAMES}|^auth$", re.IGNORECASE)
# What stands before a secret, and the secret. No part looks for its end in two ways, so that no text takes long.
SECRET = re.compile(
    rf"""({NAMES}[a-z0-9_-]{{0,20}}\\{{0,3}}["']?\s{{0,3}}[=:]\s{{0,3}})"""
    r"""(?:\\{0,3}(?:"[^"\r\n]*"?|'[^'\r\n]*'?)|[\[({][^\])}\r\n]*|(?(header)[^"'\\\r\n]+|[^\s"',;&]+))"""
    r"""|(\bbearer\s{1,3})[a-z0-9._~+/=-]{6,}""",
    re.IGNORECASE,
)
# A number and a slash are no password: https://host:8443/@scope.
PASSWORD = re.compile(r"""(://[^\s:/?#"'<>]*:)(?!\d{1,5}/)(?:(?!://)[^\s"'<>])+@""")
REACH = 4096  # characters, more than a secret has


def set_up_logging(app: Starlette, level: int | str = logging.INFO, quiet: Collection[str] = ()) -> None:
    """Writes all records of `level` and worse to stdout, and follows the app's requests.

    Requests to the paths `quiet` (probes, scrapes) have an access record only if they fail. Handlers that write to the
    console go, all others stay. Call it before the app answers its first request.
    """
    if app.middleware_stack is not None:
        raise RuntimeError("too late for set_up_logging(): the app has begun to answer")
    logging.getLogger().setLevel(level)
    take_over()
    build = app.build_middleware_stack

    def build_inside() -> ASGIApp:
        take_over()  # uvicorn.run(app) sets up its own loggers after the app was made
        return Requests(build(), quiet)

    # With add_middleware(), the answer to an exception that nobody handles would have no id.
    app.build_middleware_stack = build_inside  # type: ignore[method-assign]


def take_over() -> None:
    """Makes the one handler that of the root logger, and of the server's loggers."""
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    consoles = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for logger in (root, access, *map(logging.getLogger, SERVER_LOGGERS)):
        logger.propagate = logger is not access  # which then has nobody to write for, and is not asked to
        for handler in list(logger.handlers):
            if isinstance(handler, logging.StreamHandler) and handler.stream in consoles:
                logger.removeHandler(handler)
    if HANDLER not in root.handlers:
        root.addHandler(HANDLER)


# The ids of a request, copied into its tasks and the threads of run_in_threadpool.
CURRENT: ContextVar[Document | None] = ContextVar("request_ids", default=None)


class AccessRecord(logging.LogRecord):
    """That of a request and its answer."""

    fields: Document


class Requests:
    """Gives each request its ids, and each HTTP request its access record."""

    def __init__(self, app: ASGIApp, quiet: Collection[str]) -> None:
        self.app, self.quiet = app, frozenset(quiet)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            HANDLER.ending = False
            await self.app(scope, receive, lambda message: until_the_end(message, send))
        elif "request_ids" in scope:
            await self.app(scope, receive, send)  # an app that is mounted in another
        else:
            exchange = Exchange(scope, send, self.quiet)
            token = CURRENT.set(exchange.ids)
            try:
                await self.app(scope, receive, exchange.send)
            except BaseException as error:
                exchange.finish(error)
                raise  # the ids stay: the server's own record of it comes after this
            exchange.finish()
            CURRENT.reset(token)


async def until_the_end(message: Message, send: Send) -> None:
    await send(message)
    if message["type"] != "lifespan.startup.complete":
        HANDLER.ending = True  # uvicorn ends itself by the signal that it got, so nothing runs at exit
        HANDLER.flush()


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, quiet: Collection[str]) -> None:
        self.scope, self.send_on = scope, send
        self.began, self.status, self.bytes = time.perf_counter(), 0, 0
        # Kept from before the app: one that is mounted changes them.
        self.path, self.root = scope["path"], scope.get("root_path", "")
        self.quiet, self.finished = self.path in quiet, scope["type"] != "http"
        headers = dict(scope["headers"])
        request = REQUEST_ID.fullmatch(headers.get(b"x-request-id", b""))
        trace = TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
        self.id = request[0].decode() if request else uuid.uuid4().hex
        self.ids: Document = {"trace": {"id": trace[1].decode()}} if trace else {}
        self.ids["http"] = {"request": {"id": self.id}}
        scope["request_ids"] = self.ids

    async def send(self, message: Message) -> None:
        if message["type"] in STARTS:
            self.status = message.get("status", 0)
            headers = [pair for pair in message.get("headers") or () if pair[0].lower() != b"x-request-id"]
            message = {**message, "headers": [*headers, (b"x-request-id", self.id.encode())]}
        await self.send_on(message)
        if message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
            if not message.get("more_body"):
                # In the answer to an exception, that one is being handled right now.
                self.finish(sys.exc_info()[1] if self.status >= 500 else None)

    def finish(self, error: BaseException | None = None) -> None:
        """Writes the access record, once."""
        again, self.finished = self.finished, True
        failed = error is not None or not 0 < self.status < 500
        level = logging.ERROR if failed else logging.INFO
        unheard = self.quiet and not failed and self.status < 400
        if again or unheard or not ACCESS.isEnabledFor(level):
            return
        method, status = self.scope["method"], {"status_code": self.status} if self.status else {}
        seconds = round(time.perf_counter() - self.began, 6)
        answer = {**status, "seconds": seconds, "body": {"bytes": 0 if method == "HEAD" else self.bytes}}
        http = {"request": {"id": self.id, "method": method}, "response": answer, **self.route()}
        said = (method, self.path, self.status or "without an answer")
        record = AccessRecord(ACCESS.name, level, "", 0, "%s %s %s", said, None)
        record.fields = {**self.ids, "http": http, "url": {"path": self.path}}
        if error is not None:
            record.fields["error"] = described(error)
        ACCESS.handle(record)

    def route(self) -> dict[str, str]:
        """Returns the template of the route, where one answers."""
        # Newer FastAPIs keep what include_router() puts before it in a place of its own.
        context = self.scope.get("fastapi", {}).get("effective_route_context")
        for route in (context, self.scope.get("route")):
            if path := getattr(route, "path_format", None):
                return {"route": self.scope.get("root_path", "").removeprefix(self.root) + path}
        return {}


# From the record to the queue, in the request: all that may change is made plain. Masks, cuts and JSON can wait.


def prepared(record: logging.LogRecord) -> tuple[Document, int]:
    """Returns what the line will say, and about how many bytes of memory it takes until then."""
    document: Document = {
        "@timestamp": record.created,
        "log": {"level": LEVELS[min(max(record.levelno // 10, 0), 5)], "logger": record.name},
        "message": message_of(record),
        "process": {"pid": record.process},
    }
    if record.pathname:
        file = {"name": record.filename, "line": record.lineno}
        document["log"]["origin"] = {"file": file, "function": record.funcName}
    if isinstance(record, AccessRecord):
        document.update(record.fields)
    else:
        document.update(CURRENT.get() or {})
        if error := error_of(record):
            document["error"] = error
        if extra := {name: value for name, value in vars(record).items() if name not in STANDARD}:
            document["extra"] = extra_of(extra)
    texts = (document["message"], document.get("extra", ""), *document.get("error", {}).values())
    return document, 1024 + sum(map(len, texts))


def message_of(record: logging.LogRecord) -> str:
    said = None
    with suppress(Exception):
        said = record.getMessage()
    if said is None:  # the arguments do not fit
        said = f"{shown(record.msg)} % {shown(record.args)}"
    if record.name == "uvicorn.error":  # tells the query string of a WebSocket
        said = WEBSOCKET_QUERY.sub(r'\1"', said)
    return shortened(said.rstrip("\n"))


def error_of(record: logging.LogRecord) -> dict[str, str]:
    error = record.exc_info[1] if record.exc_info else None
    told = {} if error is None else described(error)
    trace = "" if error is None else "".join(traceback.format_exception(error))
    if stack := "\n".join(filter(None, (trace.rstrip("\n"), record.stack_info))):
        told["stack_trace"] = shortened(stack)
    return told


def described(error: BaseException) -> dict[str, str]:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {"type": name, "message": shortened(shown(error, str))}


def shown(value: object, say: Callable[[object], str] = repr) -> str:
    with suppress(Exception):
        return say(value)
    return f"<{type(value).__name__}, unspeakable>"


def extra_of(given: Document) -> str:
    """Returns it as JSON, for that is the fastest copy. What holds itself, or is too long, becomes a text in it."""
    try:
        text = PLAIN(given)
    except (RuntimeError, TypeError, ValueError):
        text = PLAIN({"repr": shown(given)})
    if len(text) > LONGEST_EXTRA:
        text = PLAIN({"cut": shortened(PLAIN(DECODE(text)), LONGEST_EXTRA)})
    return text


def shortened(text: str, limit: int = CUTS[0]) -> str:
    """Returns at most so many characters. They are masked before they are cut: nobody could tell half a secret."""
    if len(text) <= limit:
        return text
    half = limit // 2 - 32
    head, tail = masked(text[: half + REACH])[:half], masked(text[-half - REACH :])[-half:]
    return f"{head}[... {len(text) - 2 * half} characters cut ...]{tail}"


def masked(text: str) -> str:
    """Returns the text without the secrets that can be told by what stands before them."""
    if "://" in text:
        text = PASSWORD.sub(rf"\1{MASK}@", text)
    if " " in text or "=" in text or ":" in text:
        small = text.lower()
        if any(hint in small for hint in HINTS):
            text = SECRET.sub(lambda found: f"{found[1] or found[3]}{MASK}", text)
    return text


# From the queue to the line, in the thread.


def encoded(document: Document) -> bytes:
    """Returns the line."""
    seconds, millis = divmod(int(document["@timestamp"] * 1000), 1000)
    moment = time.strftime(f"%Y-%m-%dT%H:%M:%S.{millis:03d}Z", time.gmtime(seconds))
    if "extra" in document:
        document = {**document, "extra": DECODE(document["extra"])}
    for limit in CUTS:
        line = ENCODE({**finished(document, limit), "@timestamp": moment})
        if len(line) < LONGEST - 1:
            break
    return line.encode("ascii") + b"\n"


def finished(value: Any, limit: int) -> Any:
    """Returns a document, or a part of it, with its texts masked and cut."""
    if isinstance(value, str):
        if not value.isascii():  # half a surrogate has no UTF-8
            value = value.encode("utf-8", "backslashreplace").decode()
        return shortened(masked(value), limit)
    if isinstance(value, list):
        return [finished(each, limit) for each in value]
    if isinstance(value, dict):
        return {key: finished(each, limit) for key, each in value.items()}
    return value


def harmless(members: list[tuple[str, Any]]) -> Document:
    """Returns an object of `extra` without secrets, and with keys that mean nothing to those who read them."""
    made: Document = {}
    for key, value in members:
        name = finished(key.translate(UNREAD) or "_", LONGEST_EXTRA)
        made[name] = MASK if SECRET_KEY.search(name) else value
    return made


PLAIN = json.JSONEncoder(default=shown).encode
DECODE = json.JSONDecoder(object_pairs_hook=harmless, parse_constant=str).decode
ENCODE = json.JSONEncoder(separators=(",", ":")).encode


class QueuedHandler(logging.Handler):
    """Puts records into a bounded queue, from which a thread of this process writes."""

    def __init__(self, descriptor: int | None = None, room: int = QUEUE_BYTES) -> None:
        super().__init__()
        if descriptor is None:  # where stdout was closed at the start, 1 may be anything now
            descriptor = sys.__stdout__.fileno() if sys.__stdout__ else -1
        self.descriptor, self.room = descriptor, room
        self.begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        """Begins anew in a forked child, too: the thread did not come with it, and what waits is the parent's."""
        self.queue: queue.SimpleQueue[tuple[Document, int] | threading.Event] = queue.SimpleQueue()
        self.thread: threading.Thread | None = None
        self.added = self.taken = 0  # rough bytes
        self.lost = {"below_warning": 0, "warning_or_worse": 0, "not_written": 0}
        self.told = self.lost.copy()
        self.ending = self.stuck = self.torn = False

    def emit(self, record: logging.LogRecord) -> None:
        bad = record.levelno >= logging.WARNING
        if self.added - self.taken > (self.room * 5 // 4 if bad else self.room):
            self.lost["warning_or_worse" if bad else "below_warning"] += 1
            return
        with suppress(Exception):  # that the log fails is no reason to fail
            document, weight = prepared(record)
            self.added += weight
            self.queue.put((document, weight))
            if self.thread is None:
                self.start()
            if self.ending:
                self.flush()
            return
        self.lost["not_written"] += 1

    def start(self) -> None:
        thread = threading.Thread(target=self.run, name="log writer", daemon=True)
        with suppress(RuntimeError):  # the interpreter is ending: flush() is called once more, and writes
            thread.start()
            self.thread = thread
            Finalize(None, self.flush, exitpriority=0)  # children of multiprocessing run nothing else at exit

    def flush(self) -> None:
        """Returns when all that was logged before is written, or stdout does not move."""
        if self.thread is None or not self.thread.is_alive():
            while not self.queue.empty():
                self.write_batch(self.queue.get())
        elif not self.stuck and self.thread is not threading.current_thread():
            written = threading.Event()
            self.queue.put(written)
            self.stuck = not written.wait(FLUSH_SECONDS)

    def run(self) -> None:
        while True:
            item = self.queue.get()
            if not self.ending and not isinstance(item, threading.Event):
                time.sleep(GATHER_SECONDS)
            self.write_batch(item)

    def write_batch(self, item: tuple[Document, int] | threading.Event) -> None:
        """Writes the item and what waits behind it, up to an event, which is then set."""
        lines, weight, number = bytearray(), 0, 0
        while not isinstance(item, threading.Event):
            weight, number = weight + item[1], number + 1
            with suppress(Exception):  # whatever is wrong with it: the thread has to go on
                lines += encoded(item[0])
            if len(lines) >= LONGEST or self.queue.empty():
                break
            if number % YIELD_LINES == 0 and self.added - self.taken < self.room // 2:
                time.sleep(0)  # a request that waits for the interpreter goes first
            item = self.queue.get()
        self.lost["not_written"] += number - lines.count(b"\n") + self.write(bytes(lines))
        self.taken += weight
        if self.lost != self.told:
            self.tell()
        if isinstance(item, threading.Event):
            item.set()

    def tell(self) -> None:
        """Says how many records are missing."""
        lost = self.lost.copy()
        missing = {name: lost[name] - self.told[name] for name in lost}
        message = f"{sum(missing.values())} records are missing here"
        record = logging.makeLogRecord({"name": __name__, "levelno": logging.WARNING, "msg": message, **missing})
        with suppress(Exception):
            if not self.write(encoded(prepared(record)[0])):
                self.told = lost

    def write(self, lines: bytes) -> int:
        """Returns how many lines could not be written."""
        torn, done = b"\n" * self.torn, 0  # else the next line would continue the one that was cut
        data = torn + lines
        lock(self.descriptor, "LOCK_EX")  # a pipe mixes writes of more than 4 KiB
        with suppress(OSError):
            while done < len(data):
                try:
                    done += os.write(self.descriptor, data[done:])
                    self.stuck = False
                except BlockingIOError:  # somebody made it so, for all that have it
                    time.sleep(GATHER_SECONDS)
        lock(self.descriptor, "LOCK_UN")
        if done:
            self.torn = data[done - 1 : done] != b"\n"
        return data.count(b"\n", max(done, len(torn)))


def lock(descriptor: int, how: str) -> None:
    """Keeps other workers off the same stdout, if that has locks."""
    with suppress(AttributeError, OSError):
        fcntl.lockf(descriptor, getattr(fcntl, how))


HANDLER = QueuedHandler()  # one a process: the logger of all apps in it is the same, too
