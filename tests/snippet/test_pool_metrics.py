"""pool_metrics: in two real workers, and where it is about one pool alone, in this process."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from pool_metrics import instrument_pool, operation, set_latest
from prometheus_client import REGISTRY, Gauge
from sqlalchemy import Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from .workers import Samples, Service, eventually, running

# Of one worker of application.py
LIMIT = 3
POOL_TIMEOUT = 2


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as service:
        yield service


def pool(**values: float) -> Samples:
    return {f"db_client_connection_{name} pool=main": value for name, value in values.items()}


def test_used_idle_overflow_and_limits_are_exact_over_workers(service: Service) -> None:
    one, other = service.clients(3)
    with service.held("/hold", [*one[:3], other[0]]):
        service.settle(pool(used=4, idle=0, overflow=1, pending_requests=0, max=6, idle_max=4, opened_total=4))
    # Of the first worker's three, the pool keeps two.
    service.settle(pool(used=0, idle=3, overflow=0, use_time_seconds_count=4, wait_time_seconds_count=4))


def test_waiting_and_timeouts_under_contention(service: Service) -> None:
    one, _ = service.clients(LIMIT + 4)
    with service.held("/hold", one[:LIMIT]):
        service.settle(pool(used=LIMIT, pending_requests=0))
        with service.held("/hold", one[LIMIT:]) as late:
            service.settle(pool(used=LIMIT, pending_requests=4), within=POOL_TIMEOUT)
            eventually(lambda: len(late) == 4)
            assert late == [503] * 4
        samples = service.settle(pool(used=LIMIT, pending_requests=0, timeouts_total=4))
        assert samples["db_client_connection_wait_time_seconds_sum pool=main"] >= 4 * POOL_TIMEOUT
    service.settle(pool(used=0))


def test_slow_statements_are_all_less_the_bucket_of_the_threshold(service: Service) -> None:
    one, other = service.clients(1)
    for client, slow, fast in ((one[0], 3, 5), (other[0], 2, 7)):
        for sql in ["SELECT sleep(0.15)"] * slow + ["SELECT 1"] * fast:
            client.get("/statement", sql=sql)
    duration = "db_client_operation_duration_seconds_{} pool=main".format
    service.settle({duration("count operation=SELECT"): 17, duration("bucket le=0.1 operation=SELECT"): 12})


def test_failed_statements_are_counted_and_timed(service: Service) -> None:
    client = service.clients(1)[0][0]
    assert client.get("/statement", sql="DELETE FROM nothing")[0] == 503
    errors = "db_client_operation_errors_total error={} pool=main".format
    service.settle(
        {
            errors("OperationalError"): 1,
            errors("IntegrityError"): 0,
            "db_client_operation_duration_seconds_count operation=DELETE pool=main": 1,
        }
    )


# One pool, in this process

Read = Callable[[str], float]


@pytest.fixture
def read(request: pytest.FixtureRequest) -> Read:
    """Reads a metric of the pool that carries the test's name."""

    def value(name: str) -> float:
        found = REGISTRY.get_sample_value(f"db_client_connection_{name}", {"pool": request.node.name})
        assert found is not None
        return found

    return value


@pytest.fixture
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/one.db", pool_size=2, max_overflow=1, pool_timeout=10)
    instrument_pool(engine, request.node.name)
    yield engine
    engine.dispose()


def queue_pool(engine: Engine) -> QueuePool:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool


def test_gauges_agree_with_the_pool_after_a_storm(engine: Engine, read: Read) -> None:
    def storm() -> None:
        for _ in range(100):
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")

    threads = [threading.Thread(target=storm) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (read("used"), read("pending_requests"), read("overflow")) == (0, 0, 0)
    assert read("idle") == queue_pool(engine).checkedin() == 2
    assert read("wait_time_seconds_count") == read("use_time_seconds_count") == 1200


def test_a_server_that_is_down_leaves_no_trace_in_used(
    engine: Engine, read: Read, request: pytest.FixtureRequest
) -> None:
    with engine.connect() as connection:
        connection.invalidate()  # so that the next checkout must open a new connection

    @event.listens_for(engine, "do_connect")
    def refuse(*_: Any) -> None:
        raise sqlite3.OperationalError("server is down")

    for _ in range(5):
        with pytest.raises(OperationalError):
            engine.connect()
    assert (read("used"), queue_pool(engine).checkedout()) == (0, 0)
    labels = {"pool": request.node.name, "error": "OperationalError"}
    assert REGISTRY.get_sample_value("db_client_operation_errors_total", labels) == 5


def test_dispose_is_followed_to_the_new_pool(engine: Engine, read: Read) -> None:
    kept = engine.connect()
    engine.connect().close()
    assert (read("used"), read("idle")) == (1, 1)
    engine.dispose()
    assert (read("used"), read("idle")) == (1, 0)
    kept.close()  # goes to the old pool, which nobody uses any more
    assert (read("used"), read("idle")) == (0, 0)
    with engine.connect():
        assert (read("used"), read("max"), read("opened_total")) == (1, 3, 3)
    assert read("idle") == 1


def test_a_detached_connection_is_no_longer_of_the_pool(engine: Engine, read: Read) -> None:
    connection = engine.connect()
    connection.detach()
    assert read("used") == queue_pool(engine).checkedout() == 0
    connection.close()
    assert read("used") == 0


def test_a_forgotten_connection_is_returned(engine: Engine, read: Read) -> None:
    forgotten = engine.raw_connection()
    assert read("used") == 1
    del forgotten
    assert (read("used"), read("idle")) == (0, 1)


def test_tasks_that_wait_are_counted_and_a_cancelled_one_is_not(
    read: Read, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/one.db", pool_size=1, max_overflow=0)
    instrument_pool(engine, request.node.name)

    async def use(release: asyncio.Event) -> None:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
            await release.wait()

    async def contend() -> None:
        release = asyncio.Event()
        tasks = [asyncio.create_task(use(release)) for _ in range(4)]
        await until(lambda: (read("used"), read("pending_requests")) == (1, 3))
        tasks[3].cancel()
        await until(lambda: read("pending_requests") == 2)
        release.set()
        await asyncio.gather(*tasks[:3])
        assert (read("used"), read("pending_requests"), read("idle")) == (0, 0, 1)
        await engine.dispose()

    asyncio.run(contend())


async def until(truth: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not truth():
            await asyncio.sleep(0.01)


def test_a_pool_without_limit_says_so(read: Read, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/one.db", pool_size=1, max_overflow=-1)
    instrument_pool(engine, request.node.name)
    assert (read("max"), read("idle_max")) == (float("inf"), 1)


def test_no_pool_at_all_is_no_error(read: Read, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/one.db", poolclass=NullPool)
    instrument_pool(engine, request.node.name)
    with engine.connect():
        assert read("used") == 1
    assert (read("used"), read("opened_total")) == (0, 1)


@pytest.mark.parametrize(
    ("statement", "label"),
    [
        ("SELECT 1", "SELECT"),
        ("\n  insert into t values (1)", "INSERT"),
        ("/* trace=abc */ UPDATE t SET a = 1", "UPDATE"),
        ("-- why\nDELETE FROM t", "DELETE"),
        ("(SELECT 1) UNION (SELECT 2)", "SELECT"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "WITH"),
        ("VACUUM", "OTHER"),
        ("SELECTED", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_operation_is_one_of_a_closed_set(statement: str, label: str) -> None:
    assert operation(statement) == label


def test_an_older_reading_never_stays() -> None:
    now, shown = 1, []

    class Overtaken:
        def set(self, value: float) -> None:
            """While the first value is on its way, another thread changes the state and shows that already."""
            nonlocal now
            now = 2
            shown.append(value)

    set_latest(cast("Gauge", Overtaken()), lambda: now)
    assert shown == [1, 2]
