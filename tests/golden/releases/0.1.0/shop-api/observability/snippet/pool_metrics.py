"""Connection pool and statement metrics of shop-api, for SQLAlchemy 2.

    engine = create_engine(url, pool_size=10)  # or create_async_engine
    instrument_pool(engine, "main")            # in the worker process, after any fork

name                                    type       unit         labels
db_client_connection_max                gauge      connections  pool
db_client_connection_idle_max           gauge      connections  pool
db_client_connection_used               gauge      connections  pool
db_client_connection_idle               gauge      connections  pool
db_client_connection_overflow           gauge      connections  pool
db_client_connection_pending_requests   gauge      requests     pool
db_client_connection_timeouts_total     counter    requests     pool
db_client_connection_opened_total       counter    connections  pool
db_client_connection_wait_time_seconds  histogram  seconds      pool
db_client_connection_use_time_seconds   histogram  seconds      pool
db_client_operation_duration_seconds    histogram  seconds      pool, operation
db_client_operation_errors_total        counter    errors       pool, error

Names are those of OpenTelemetry's db.client.*, where it has one. max is pool_size +
max_overflow, +Inf without limit; idle_max is pool_size. pending_requests are threads or
tasks that wait because every connection is used. operation is the first keyword of a
statement, error a class of SQLAlchemy's; both come from closed sets.

Several workers: with PROMETHEUS_MULTIPROC_DIR set, gauges are sums over the live ones,
so used / max is the share of the whole service.
"""

import math
import re
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Engine, ExceptionContext, ExecutionContext, event
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool
from sqlalchemy.util.queue import Empty, QueueCommon

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# Slow statements are all of them less those in the bucket of the threshold, exactly.
STATEMENT_BUCKETS = [
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.1311,
    0.1638,
    0.2048,
    0.256,
    0.32,
    0.4,
    0.5,  # beyond it, a statement is slow
    0.625,
    0.7812,
    0.9766,
    1.221,
    1.526,
    1.907,
    2.5,
    5.0,
    10.0,
    30.0,
]
POOL_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

# Closed sets: texts of statements and classes of drivers must not become labels.
OPERATIONS = ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CALL")
ERRORS = (
    "DataError",
    "DatabaseError",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "other",
)
FIRST_WORD = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(\w*)", re.DOTALL)


def _gauge(name: str, documentation: str) -> Gauge:
    name = f"db_client_connection_{name}"
    return Gauge(name, documentation, ["pool"], multiprocess_mode="livesum")


MAX = _gauge("max", "Connections the pool may open: pool_size + max_overflow.")
IDLE_MAX = _gauge("idle_max", "Connections the pool keeps open: pool_size.")
USED = _gauge("used", "Connections checked out.")
IDLE = _gauge("idle", "Connections in the pool, dead ones not yet noticed included.")
OVERFLOW = _gauge("overflow", "Connections checked out beyond pool_size.")
PENDING = _gauge("pending_requests", "Threads or tasks that wait for a connection.")
TIMEOUTS = Counter(
    "db_client_connection_timeouts_total",
    "Waits for a connection that ended at pool_timeout.",
    ["pool"],
)
OPENED = Counter(
    "db_client_connection_opened_total",
    "Connections opened to the server.",
    ["pool"],
)
WAIT_TIME = Histogram(
    "db_client_connection_wait_time_seconds",
    "Time to get a connection, with opening or testing it.",
    ["pool"],
    buckets=POOL_BUCKETS,
)
USE_TIME = Histogram(
    "db_client_connection_use_time_seconds",
    "Time from a connection's checkout to its return.",
    ["pool"],
    buckets=POOL_BUCKETS,
)
OPERATION_DURATION = Histogram(
    "db_client_operation_duration_seconds",
    "Time of a statement at the server and on the way, without fetching its rows.",
    ["pool", "operation"],
    buckets=STATEMENT_BUCKETS,
)
OPERATION_ERRORS = Counter(
    "db_client_operation_errors_total",
    "Failed statements, and failed attempts to connect.",
    ["pool", "error"],
)


def instrument_pool(engine: "Engine | AsyncEngine", name: str) -> None:
    """Measures the engine's connections and statements under the label pool=`name`.

    Once per engine, each under its own name. A pool that is no QueuePool (NullPool,
    StaticPool) has no limit and no queue: then max, idle and their like stay 0.
    """
    sync_engine = engine if isinstance(engine, Engine) else engine.sync_engine
    PoolMeter(sync_engine, name).listen()
    StatementMeter(name).listen(sync_engine)


class PoolMeter:
    """Keeps the gauges of an engine's pool at what is true now.

    No locks: the garbage collector may return a forgotten connection at any moment.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.checked_out: dict[ConnectionPoolEntry, float] = {}
        self.max, self.idle_max = MAX.labels(name), IDLE_MAX.labels(name)
        self.used, self.idle = USED.labels(name), IDLE.labels(name)
        self.overflow, self.pending = OVERFLOW.labels(name), PENDING.labels(name)
        self.timeouts, self.opened = TIMEOUTS.labels(name), OPENED.labels(name)
        self.wait_time, self.use_time = WAIT_TIME.labels(name), USE_TIME.labels(name)

    def listen(self) -> None:
        event.listen(self.engine, "connect", lambda *_: self.opened.inc())
        event.listen(self.engine, "checkout", self.on_checkout)
        event.listen(self.engine, "checkin", self.on_return)
        event.listen(self.engine, "detach", self.on_return)
        # dispose() puts a new pool in place. It inherits the listeners above, but not
        # what follow() changes.
        event.listen(self.engine, "engine_disposed", lambda _: self.follow())
        self.follow()

    def follow(self) -> None:
        """Measures the pool that the engine has now."""
        pool = self.engine.pool
        pool.connect = self.timed(pool.connect)  # type: ignore[method-assign]
        if isinstance(pool, QueuePool):
            # No event tells that a request must wait. It does so in one place only, the
            # get() of this queue.
            pool._pool = MeteredQueue(pool._pool, self)  # type: ignore[assignment]
            size, overflow = pool.size(), pool._max_overflow
            self.idle_max.set(size or math.inf)
            self.max.set(math.inf if overflow < 0 else size + overflow)
        self.report_idle()

    def timed(
        self, connect: Callable[[], PoolProxiedConnection]
    ) -> Callable[[], PoolProxiedConnection]:
        def timed_connect() -> PoolProxiedConnection:
            with self.wait_time.time():
                try:
                    return connect()
                except PoolTimeoutError:
                    self.timeouts.inc()
                    raise

        return timed_connect

    def on_checkout(self, _: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        # Comes again, for the same checkout, when another listener finds the connection
        # dead and has it replaced.
        self.checked_out.setdefault(entry, perf_counter())
        self.report_used()

    def on_return(self, _: Any, entry: ConnectionPoolEntry) -> None:
        # Comes also after a checkout that failed (server down) and so was never seen:
        # inc() and dec() would drift.
        since = self.checked_out.pop(entry, None)
        if since is not None:
            self.use_time.observe(perf_counter() - since)
            self.report_used()

    def report_used(self) -> None:
        pool = self.engine.pool
        kept = pool.size() if isinstance(pool, QueuePool) else 0
        set_latest(self.used, lambda: len(self.checked_out))
        if kept:
            set_latest(self.overflow, lambda: max(0, len(self.checked_out) - kept))

    def report_idle(self) -> None:
        pool = self.engine.pool
        if isinstance(pool, QueuePool):
            set_latest(self.idle, pool.checkedin)


def set_latest(gauge: Gauge, read: Callable[[], int]) -> None:
    """Sets the gauge. Of several threads, none leaves an older reading behind."""
    value = read()
    gauge.set(value)
    while (latest := read()) != value:
        value = latest
        gauge.set(value)


class MeteredQueue:
    """The pool's queue of idle connections, which also tells who waits for one."""

    def __init__(
        self, queue: QueueCommon[ConnectionPoolEntry], meter: PoolMeter
    ) -> None:
        self.queue = queue
        self.meter = meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self.queue, name)

    def get(
        self, block: bool = True, timeout: float | None = None
    ) -> ConnectionPoolEntry:
        try:
            entry = self.queue.get(False)
        except Empty:
            if not block:
                raise
            with self.meter.pending.track_inprogress():
                entry = self.queue.get(True, timeout)
        self.meter.report_idle()
        return entry

    def put(
        self,
        entry: ConnectionPoolEntry,
        block: bool = True,
        timeout: float | None = None,
    ) -> None:
        self.queue.put(entry, block, timeout)
        self.meter.report_idle()


class StatementMeter:
    """Times statements and counts errors, by SQLAlchemy's events."""

    def __init__(self, pool: str) -> None:
        self.pool = pool
        self.started: WeakKeyDictionary[ExecutionContext, float] = WeakKeyDictionary()
        # At zero before the first error: rate() does not see how a series begins.
        self.errors = {error: OPERATION_ERRORS.labels(pool, error) for error in ERRORS}

    def listen(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self.on_start)
        event.listen(engine, "after_cursor_execute", self.on_end)
        event.listen(engine, "handle_error", self.on_error)

    def on_start(self, *execution: Any) -> None:
        _connection, _cursor, _statement, _parameters, context, _executemany = execution
        if context is not None:
            self.started[context] = perf_counter()

    def on_end(self, *execution: Any) -> None:
        _connection, _cursor, statement, _parameters, context, _executemany = execution
        if context is not None:
            self.observe(statement, context)

    def on_error(self, failure: ExceptionContext) -> None:
        # A failed pre-ping is no error: the pool replaces the dead connection it found.
        if failure.is_pre_ping:
            return
        cause = failure.sqlalchemy_exception or failure.original_exception
        error = type(cause).__name__
        self.errors[error if error in ERRORS else "other"].inc()
        # A statement that was cut off by a timeout was slow, too.
        if failure.statement and failure.execution_context:
            self.observe(failure.statement, failure.execution_context)

    def observe(self, statement: str, context: ExecutionContext) -> None:
        started = self.started.pop(context, None)
        if started is not None:
            duration = OPERATION_DURATION.labels(self.pool, operation(statement))
            duration.observe(perf_counter() - started)


def operation(statement: str) -> str:
    """Returns the first keyword of the statement, or OTHER."""
    first = FIRST_WORD.match(statement)
    word = first[1].upper() if first else ""
    return word if word in OPERATIONS else "OTHER"
