"""Structured logging of shop-api: one JSON object a line on stdout, with ECS names.

    app = FastAPI()
    set_up_logging(app)
    ...
    logging.getLogger("orders").info("order %s placed", 7, extra={"lines": 3})

field                      says
@timestamp                 when, in UTC, to the millisecond
log.level                  debug, info, warning, error or critical
log.logger, log.origin     who: the logger, and file, line and function
message                    what
process.pid                which worker
trace.id                   the trace of the request, from a W3C traceparent
http.request.id            the request: its X-Request-ID if that is harmless, else a new
                           one; the answer carries it as X-Request-ID. In nginx:
                           proxy_set_header X-Request-ID $request_id;
error                      type, message and stack_trace of an exception
extra                      what the application gave as extra={...}

All records of a request have its ids, in the threads of run_in_threadpool as well. It has
one record of its own, of the logger http.access, an error where the status is 5xx: with
http.request.method, http.route (the template, /items/{item_id}), url.path,
http.response.status_code, http.response.seconds and http.response.body.bytes. It takes
the place of uvicorn's access log, and has neither query strings, headers nor bodies. A
WebSocket has the ids and no such record.

A request never waits for stdout. Records go through a bounded queue to one thread per
process. While it is full, records below warning are dropped and counted, and a line says
how many once there is room again; warnings and worse have a quarter more. What waits is
written at a normal exit and at the end of the lifespan; SIGKILL loses it.

Values of keys like password, token or cookie, and passwords in URLs, become ***. What
cannot be JSON becomes its repr(). A line is shorter than 64 KiB, and says where it was
cut. Control characters and all that is not ASCII is escaped: no text can begin a line.

Needs nothing but Starlette. What prints to stdout past `logging` is no JSON.
"""

from __future__ import annotations

import json
import logging
import math
import os
import queue
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
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

# What may wait to be written, as rough bytes of memory. With more, records are dropped.
QUEUE_BYTES = 16 * 1024 * 1024
# How long an exit waits for a stdout that nobody reads.
FLUSH_SECONDS = 3.0
# Lines are gathered so long, lest every record wakes the thread.
GATHER_SECONDS = 0.01
BATCH_BYTES = 64 * 1024
# Encoding so many takes a fraction of a millisecond, for which a request may wait.
YIELD_LINES = 8
# While drops go on, they are told this often.
TELL_SECONDS = 10.0

# Bytes of JSON, by field; of all others LONGEST_NAME. Together they stay below 64 KiB.
LONGEST = {"message": 12288, "stack_trace": 24576, "path": 2048, "extra": 8192}
LONGEST_NAME = 512
# Characters that a text is kept with until it is encoded.
LONGEST_TEXT = 32768
DEEPEST = 6

LEVELS = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))
# What every record has, and what uvicorn gives its own for colours: no extra.
NO_EXTRA = {"message", "asctime", "taskName", "color_message", "_exchange"}
STANDARD = NO_EXTRA.union(logging.makeLogRecord({}).__dict__)
# Their console handlers would write each record a second time, as plain text.
SERVER_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "gunicorn.error")
ACCESS = logging.getLogger("http.access")

MASK = "***"
SECRETS = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "apikey",
    "credential",
    "privatekey",
    "accesskey",
    "sessionid",
)
HINTS = ("pass", "pwd", "secret", "token", "credential", "session", "key")
# Nothing in these looks for its end in two ways, so that no text keeps the thread busy.
URL = re.compile(r"://[^\s\"'<>]+")
PORT = re.compile(r"[^:]*:\d{1,5}/")
HEADER_VALUE = re.compile(
    r"((?:authorization|cookie)s?\\{0,3}[\"']?\s{0,3}[=:]\s{0,3}\\{0,3}[\"']?)[^\"'\\\r\n]+"
    r"|(\bbearer\s{1,3})[a-z0-9._~+/=-]{6,}",
    re.IGNORECASE,
)
SECRET_VALUE = re.compile(
    r"((?:passw(?:or)?d|passphrase|pwd|secret|token|credential|session[_-]?id"
    r"|(?:api|private|access)[_-]?key)[a-z0-9_-]{0,20}\\{0,3}[\"']?\s{0,3}[=:]\s{0,3})"
    r"(?:\\{0,3}(?:\"[^\"\r\n]*\"?|'[^'\r\n]*'?)|[^\s\"',;&]+)",
    re.IGNORECASE,
)
# So much more than what is kept is searched, lest half a secret is left at a cut.
REACH = 4096

WEBSOCKET_QUERY = re.compile(r'("WebSocket [^\s?]*)\?\S*"')
REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
TRACEPARENT = re.compile(
    rb"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}"
    rb"-[0-9a-f]{2}(?:-.*)?"
)
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
ENDINGS = (
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
)


def set_up_logging(
    app: Starlette,
    level: int | str = logging.INFO,
    quiet: Collection[str] = (),
) -> None:
    """Writes all records of `level` and worse to stdout, and follows the app's requests.

    Requests to the paths `quiet` (probes, scrapes) have an access record only if they
    fail. Call it before the app answers its first request; the place does not matter.
    Handlers that write to the console go, all others stay.
    """
    if app.middleware_stack is not None:
        raise RuntimeError("too late for set_up_logging(): the app has begun to answer")
    logging.getLogger().setLevel(level)
    take_over()
    build = app.build_middleware_stack

    def build_inside() -> ASGIApp:
        take_over()  # uvicorn.run(app) sets up its own loggers after the app was made
        return Requests(build(), frozenset(quiet))

    # Around all middleware: add_middleware() would leave the answer to an exception that
    # nobody handled outside, without an id.
    app.build_middleware_stack = build_inside  # type: ignore[method-assign]


def take_over() -> None:
    """Makes the one handler that of the root logger, and of the server's loggers."""
    root = logging.getLogger()
    for logger in (root, *map(logging.getLogger, (*SERVER_LOGGERS, "uvicorn.access"))):
        for handler in list(logger.handlers):
            if is_console(handler):
                logger.removeHandler(handler)
        logger.propagate = True
    # Without a handler to reach, uvicorn does not even put its access lines together.
    logging.getLogger("uvicorn.access").propagate = False
    if HANDLER not in root.handlers:
        root.addHandler(HANDLER)


def is_console(handler: logging.Handler) -> bool:
    consoles = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return isinstance(handler, logging.StreamHandler) and handler.stream in consoles


# In the request


@dataclass(frozen=True)
class Ids:
    """What ties the records of one request together."""

    request: str
    trace: str | None

    @classmethod
    def of(cls, scope: Scope) -> Ids:
        """Returns those that the client sent, where they are in order, else new ones."""
        sent: dict[bytes, list[bytes]] = {b"x-request-id": [], b"traceparent": []}
        for name, value in scope.get("headers", ()):
            if name in sent:
                sent[name].append(value)
        # Twice the same header is no header: who knows which one others take.
        request = REQUEST_ID.fullmatch(b" ".join(sent[b"x-request-id"]))
        trace = TRACEPARENT.fullmatch(b" ".join(sent[b"traceparent"]))
        return cls(
            request[0].decode() if request else uuid.uuid4().hex,
            trace[1].decode() if trace else None,
        )


# Copied into the tasks of the request and the threads of run_in_threadpool.
CURRENT: ContextVar[Ids | None] = ContextVar("request_ids", default=None)


class Requests:
    """Gives each request its ids, and each HTTP request its access record."""

    def __init__(self, app: ASGIApp, quiet: Collection[str]) -> None:
        self.app = app
        self.quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
        elif scope["type"] not in ("http", "websocket") or "request_ids" in scope:
            await self.app(scope, receive, send)  # or an app that is mounted in another
        else:
            await self.answer(scope, receive, send)

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            await send(message)
            # uvicorn ends itself by the signal that it got, so nothing runs at exit.
            if message["type"] in ENDINGS:
                HANDLER.hurry()

        HANDLER.take_time()
        await self.app(scope, receive, watch)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["request_ids"] = ids = Ids.of(scope)
        exchange = Exchange(scope, send, ids, scope.get("path") in self.quiet)
        token = CURRENT.set(ids)
        try:
            await self.app(scope, receive, exchange.send)
        except BaseException as error:
            exchange.finish(error)
            raise  # the ids stay: the server's own record of it comes after this
        exchange.finish()
        CURRENT.reset(token)


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, ids: Ids, quiet: bool) -> None:
        self.scope, self.send_on, self.ids, self.quiet = scope, send, ids, quiet
        self.began = time.perf_counter()
        # Kept from before the app: a mounted one changes them.
        self.path = shortened(scope.get("path", ""), LONGEST["path"])
        self.root: str = scope.get("root_path", "")
        self.method: str = scope.get("method", "")
        self.status: int | None = None
        self.bytes = 0
        self.error: BaseException | None = None
        self.seconds = 0.0
        self.finished = scope["type"] != "http"

    async def send(self, message: Message) -> None:
        if message["type"] in STARTS:
            self.status = message.get("status")
            given = message.get("headers") or ()
            headers = [pair for pair in given if pair[0].lower() != b"x-request-id"]
            headers.append((b"x-request-id", self.ids.request.encode()))
            message = {**message, "headers": headers}
        await self.send_on(message)
        if message["type"] == "http.response.body":
            self.bytes += len(message.get("body") or b"")
            if not message.get("more_body"):
                # In the answer to an exception, that one is being handled right now.
                self.finish(sys.exc_info()[1] if (self.status or 0) >= 500 else None)

    def finish(self, error: BaseException | None = None) -> None:
        """Writes the access record, once."""
        if self.finished:
            return
        self.finished = True
        self.seconds = time.perf_counter() - self.began
        self.error = error
        failed = error is not None or self.status is None or self.status >= 500
        level = logging.ERROR if failed else logging.INFO
        if self.quiet and not failed and (self.status or 0) < 400:
            return
        if ACCESS.isEnabledFor(level):
            said = (self.method, self.path, self.status or "without an answer")
            which = {"_exchange": self}
            at = (ACCESS.name, level, "", 0)
            record = ACCESS.makeRecord(*at, "%s %s %s", said, None, extra=which)
            ACCESS.handle(record)

    def route(self) -> str | None:
        """Returns the template of the route, or None where none answers."""
        # Newer FastAPIs keep what include_router() puts before it in a place of its own.
        context = self.scope.get("fastapi", {}).get("effective_route_context")
        for route in (context, self.scope.get("route")):
            if isinstance(path := getattr(route, "path_format", None), str):
                mounted: str = self.scope.get("root_path", "")
                return mounted.removeprefix(self.root) + path
        return None

    def document(self) -> Document:
        """Returns the fields that only an access record has; `http` has the id as well."""
        answer: Document = {
            "seconds": round(self.seconds, 6),
            "body": {"bytes": 0 if self.method == "HEAD" else self.bytes},
        }
        if self.status is not None:
            answer = {"status_code": self.status, **answer}
        request = {"id": self.ids.request, "method": self.method}
        http: Document = {"request": request, "response": answer}
        if (route := self.route()) is not None:
            http["route"] = route
        return {"http": http, "url": {"path": self.path}}


# From the record to the queue: the request's time


def prepared(record: logging.LogRecord) -> tuple[Document, int]:
    """Returns what the line will say, and about how many bytes it takes until then.

    All values are plain, so that nobody can change them. What can wait, waits: masks,
    cuts and JSON are the thread's work.
    """
    document: Document = {
        "@timestamp": record.created,
        "log": {"level": level_name(record.levelno), "logger": record.name},
        "message": message_of(record),
        "process": {"pid": record.process},
    }
    if record.pathname:
        file = {"name": record.filename, "line": record.lineno}
        document["log"]["origin"] = {"file": file, "function": record.funcName}
    said = record.__dict__
    exchange = said.get("_exchange")
    ids = exchange.ids if isinstance(exchange, Exchange) else CURRENT.get()
    if ids is not None:
        if ids.trace:
            document["trace"] = {"id": ids.trace}
        document["http"] = {"request": {"id": ids.request}}
    if isinstance(exchange, Exchange):
        document.update(exchange.document())
        if exchange.error is not None:
            document["error"] = described(exchange.error)
    elif error := error_of(record):
        document["error"] = error
    weight = 1024 + len(document["message"])
    weight += sum(map(len, document.get("error", {}).values()))
    if given := {name: said[name] for name in said if name not in STANDARD}:
        copy = Copy()
        document["extra"] = copy.of(given)
        weight += LONGEST["extra"] - copy.left
    return document, weight


def level_name(number: int) -> str:
    return next((name for least, name in LEVELS if number >= least), "debug")


def message_of(record: logging.LogRecord) -> str:
    """Returns the message; arguments that do not fit it are shown, not lost."""
    said = attempted(record.getMessage)
    if said is None:
        said = f"{shown(record.msg)} % {shown(record.args)}"
    said = said.rstrip("\n")
    if record.name == "uvicorn.error":  # tells the query string of a WebSocket
        said = WEBSOCKET_QUERY.sub(r'\1"', said)
    return shortened(said)


def error_of(record: logging.LogRecord) -> dict[str, str]:
    """Returns type, message and stack trace, as far as the record has them."""
    error = record.exc_info[1] if record.exc_info else None
    trace, stack = record.exc_text, record.stack_info
    if error is not None and not trace:
        trace = attempted(lambda: "".join(traceback.format_exception(error)))
    told = {} if error is None else described(error)
    if trace or stack:
        both = "\n".join(each.rstrip("\n") for each in (trace, stack) if each)
        told["stack_trace"] = shortened(both)
    return told


def described(error: BaseException) -> dict[str, str]:
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    message = attempted(lambda: str(error)) or shown(error)
    return {"type": f"{module}{kind.__qualname__}", "message": shortened(message)}


def shown(value: object) -> str:
    return attempted(lambda: repr(value)) or f"<{type(value).__name__}, unspeakable>"


def attempted(say: Callable[[], str]) -> str | None:
    """Returns what an object says of itself, or None where even that fails."""
    with suppress(Exception):
        return say()
    return None


class Copy:
    """Copies values into what JSON has, until a number of characters is used up."""

    def __init__(self) -> None:
        self.left = LONGEST["extra"]

    def of(self, value: object, depth: int = 0) -> Any:
        self.left -= 8
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(str.__str__(value))
        if isinstance(value, float) and math.isfinite(value):
            return float.__float__(value)
        if isinstance(value, int) and -(2**63) <= value < 2**63:
            return int.__int__(value)
        if depth < DEEPEST and isinstance(value, dict):
            return self.mapping(value, depth + 1)
        if depth < DEEPEST and isinstance(value, (list, tuple)):
            return self.items(value, depth + 1)
        return self.text(shown(value))

    def text(self, text: str) -> str:
        text = shortened(text, max(self.left, 64))
        self.left -= len(text)
        return text

    def mapping(self, values: dict[Any, Any], depth: int) -> Document:
        copy: Document = {}
        for key, value in list(islice(values.items(), LONGEST["extra"])):
            if self.left <= 0:
                copy["[cut]"] = f"{len(values) - len(copy)} more"
                break
            name = self.text(key if isinstance(key, str) else shown(key))
            copy[name] = MASK if is_secret(name) else self.of(value, depth)
        return copy

    def items(self, values: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        copy: list[Any] = []
        for value in values[: LONGEST["extra"]]:
            if self.left <= 0:
                copy.append(f"[... {len(values) - len(copy)} more ...]")
                break
            copy.append(self.of(value, depth))
        return copy


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether a key's value is nobody's business. A number of tokens is hidden, too."""
    letters = re.sub("[^a-z]", "", key.lower())
    return letters == "auth" or any(word in letters for word in SECRETS)


def shortened(text: str, limit: int = LONGEST_TEXT) -> str:
    """Returns at most so many characters, and says how many are missing from its middle.

    It is masked before it is cut: of half a secret nobody could tell that it is one.
    """
    if len(text) <= limit:
        return text
    half = limit // 2
    head = masked(text[: half + REACH])[:half]
    tail = masked(text[-half - REACH :])[-half:]
    return f"{head}[... {len(text) - 2 * half} characters cut ...]{tail}"


# From the queue to the line: the thread's time


def masked(text: str) -> str:
    """Returns the text without the secrets that can be told by what stands before them."""
    if "://" in text and "@" in text:
        text = URL.sub(without_password, text)
    small = text.lower()
    if "authorization" in small or "cookie" in small or "bearer" in small:
        text = HEADER_VALUE.sub(lambda found: f"{found[1] or found[2]}{MASK}", text)
    if any(hint in small for hint in HINTS):
        text = SECRET_VALUE.sub(rf"\1{MASK}", text)
    return text


def without_password(found: re.Match[str]) -> str:
    """Returns one or more URLs, from the first :// on, with *** for their passwords."""
    parts = found[0].split("://")
    for index, part in enumerate(parts):
        user, _, host = part.rpartition("@")
        if ":" in user and not PORT.match(user):  # https://host:8443/@scope
            parts[index] = f"{user.partition(':')[0]}:{MASK}@{host}"
    return "://".join(parts)


def fitting(text: str, limit: int) -> str:
    """Returns the text in characters that UTF-8 has, cut to so many bytes of JSON."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    keep, whole = len(text), text
    while keep * 12 > limit and (length := len(ENCODE(text)) - 2) > limit:
        keep = max(keep * (limit - 64) // length, 0)
        half = keep // 2
        cut = f"[... {len(whole) - 2 * half} characters cut ...]"
        text = whole[:half] + cut + whole[len(whole) - half :]
    return text


def finished(value: Any, field: str = "") -> Any:
    """Returns a document, or the part that is called `field`, as it is encoded."""
    if isinstance(value, str):
        if field not in LONGEST:
            return fitting(value, LONGEST_NAME)
        return fitting(masked(value), LONGEST[field])
    if isinstance(value, list):
        return [finished(each, field) for each in value]
    if not isinstance(value, dict):
        return value
    if field != "extra":
        return {key: finished(each, key) for key, each in value.items()}
    texts = {key: fitting(masked(key), LONGEST_NAME) for key in value}
    return {texts[key]: finished(each, field) for key, each in value.items()}


ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def encoded(document: Document) -> bytes:
    """Returns the line. A document that cannot be encoded becomes one that says so."""
    with suppress(Exception):
        line = finished({**document, "@timestamp": moment(document["@timestamp"])})
        extra = line.get("extra")
        if extra and len(text := ENCODE(extra)) > LONGEST["extra"]:
            line["extra"] = {"[cut]": fitting(text, LONGEST["extra"])}
        return ENCODE(line).encode("ascii") + b"\n"
    return ENCODE(own("a record could not be encoded")).encode("ascii") + b"\n"


def moment(seconds: float) -> str:
    whole, millis = divmod(int(seconds * 1000), 1000)
    return f"{second(whole)}.{millis:03d}Z"


@lru_cache(maxsize=16)
def second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def own(message: str, **extra: int) -> Document:
    """Returns a document of this module's own: that something is missing."""
    document: Document = {
        "@timestamp": moment(time.time()),
        "log": {"level": "warning", "logger": __name__},
        "message": message,
        "process": {"pid": os.getpid()},
    }
    return {**document, "extra": extra} if extra else document


Waiting = tuple[Document, int] | threading.Event


class QueuedHandler(logging.Handler):
    """Puts records into a bounded queue, from which a thread of this process writes."""

    def __init__(self, descriptor: int | None = None, room: int = QUEUE_BYTES) -> None:
        super().__init__()
        self.descriptor, self.room = descriptor, room
        self.begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        """Begins anew, in a forked child as well.

        The thread did not come with it, and what waits is for the parent to write.
        """
        self.guard = threading.RLock()  # again by a finalizer, in the midst of put()
        self.queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self.thread: threading.Thread | None = None
        self.added = self.taken = 0  # rough bytes
        self.lost = {"below_warning": 0, "warning_or_worse": 0, "not_written": 0}
        self.told = dict(self.lost)
        self.untold_since: float | None = None
        self.hurried_until = 0.0
        self.stuck = False
        self.torn = b""

    # In the request

    def handle(self, record: logging.LogRecord) -> bool:
        """Does not lock like others: a long stack trace would hold up all threads."""
        if passed := self.filter(record):
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return bool(passed)

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):  # that the log fails is no reason to fail
            self.put(*prepared(record), record.levelno)
            if self.hurried_until > time.monotonic():
                self.flush()
            return
        self.lost["not_written"] += 1

    def put(self, document: Document, weight: int, level: int) -> None:
        bad = level >= logging.WARNING
        with self.guard:
            if self.added - self.taken > (self.room * 5 // 4 if bad else self.room):
                self.lost["warning_or_worse" if bad else "below_warning"] += 1
                return
            self.added += weight
            self.queue.put((document, weight))
            if self.thread is None:
                self.start()

    def start(self) -> None:
        if self.descriptor is None:
            self.descriptor = standard_output()
        thread = threading.Thread(target=self.run, name="log writer", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return  # the interpreter is ending: flush() is called once more, and writes
        self.thread = thread
        # A child that multiprocessing forks ends without what is registered at exit.
        Finalize(None, self.flush, exitpriority=0)

    def flush(self) -> None:
        """Returns when all that was logged before is written, or stdout does not move."""
        if self.thread is None or not self.thread.is_alive():
            while not self.queue.empty():
                self.write_batch(self.queue.get())
        elif self.thread is not threading.current_thread() and not self.stuck:
            written = threading.Event()
            self.queue.put(written)
            self.stuck = not written.wait(FLUSH_SECONDS)

    def hurry(self) -> None:
        """From now on, and for as long as an exit may take, each record is waited for."""
        self.hurried_until = time.monotonic() + FLUSH_SECONDS
        self.flush()

    def take_time(self) -> None:
        """Requests are answered from here on."""
        self.hurried_until = 0.0

    # In the thread

    def run(self) -> None:
        while True:
            item = self.queue.get()
            if not isinstance(item, threading.Event) and not self.hurried_until:
                time.sleep(GATHER_SECONDS)
            self.write_batch(item)

    def write_batch(self, item: Waiting) -> None:
        """Writes the item and what waits behind it, up to an event, which is then set."""
        lines, weight, missing = bytearray(), 0, 0
        with suppress(Exception):  # no memory, or whatever: the thread has to go on
            while not isinstance(item, threading.Event):
                weight += item[1]
                missing += 1
                lines += encoded(item[0])
                if len(lines) >= BATCH_BYTES or self.queue.empty():
                    break
                if missing % YIELD_LINES == 0 and not self.half_full():
                    time.sleep(0)  # a request that wants the interpreter goes first
                item = self.queue.get()
            missing = self.write(lines)
        self.lost["not_written"] += missing
        self.taken += weight
        self.tell()
        if isinstance(item, threading.Event):
            item.set()

    def write(self, lines: bytes | bytearray) -> int:
        """Returns how many lines could not be written."""
        if not lines or self.descriptor is None:
            return 0
        data = self.torn + lines
        left = memoryview(data)
        try:
            with alone(self.descriptor):
                while left:
                    left = left[written(self.descriptor, left) :]
                    self.torn, self.stuck = b"", False
        except OSError:
            done = data[: len(data) - len(left)]
            # Else the next line would continue the one that was cut.
            self.torn = b"" if done.endswith(b"\n") else b"\n" if done else self.torn
        return bytes(left).count(b"\n")

    def half_full(self) -> bool:
        return self.added - self.taken > self.room // 2

    def tell(self) -> None:
        """Says how many records are missing, once there is room again."""
        lost, now = dict(self.lost), time.monotonic()
        if lost == self.told:
            return
        self.untold_since = self.untold_since or now
        if self.half_full() and now - self.untold_since < TELL_SECONDS:
            return
        missing = {name: lost[name] - self.told[name] for name in lost}
        message = f"{sum(missing.values())} records are missing here"
        if not self.write(ENCODE(own(message, **missing)).encode("ascii") + b"\n"):
            self.told, self.untold_since = lost, None


def written(descriptor: int, data: memoryview) -> int:
    """Returns how many bytes were written."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:  # somebody made it so, for all that have it
        time.sleep(GATHER_SECONDS)
        return 0


@contextmanager
def alone(descriptor: int) -> Iterator[None]:
    """Keeps other workers off the same pipe: it mixes writes of more than 4 KiB."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
    except (AttributeError, OSError):  # not everything that is written to has locks
        yield
        return
    try:
        yield
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


def standard_output() -> int:
    """Returns its descriptor. Where it was closed at the start, 1 may be anything now."""
    with suppress(AttributeError, OSError, ValueError):
        return sys.stdout.fileno()
    if sys.__stdout__ is not None:  # then it was only replaced, as by a test
        return sys.__stdout__.fileno()
    return os.open(os.devnull, os.O_WRONLY)


# One a process: the logger of all apps in it is the same, too.
HANDLER = QueuedHandler()
