"""The reference service: what obsboot drives with workloads of known outcome to prove a pack.

Its metrics and its log come from the snippets that a pack hands out, unchanged. Every parameter is bounded, so that no workload
can hang or fill the machine. Environment, all optional: DATABASE_URL, POOL_SIZE, MAX_OVERFLOW, POOL_TIMEOUT, REDIS_URL.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Annotated, Any, cast

import redis
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from http_metrics import instrument
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structured_logging import set_up_logging

try:
    from pool_metrics import instrument_pool
except ImportError:  # a stack whose pool is not measured has no such snippet

    def instrument_pool(engine: Engine, name: str) -> None:
        """Measures nothing."""


Seconds = Annotated[float, Query(ge=0, le=60)]
Status = Annotated[int, Query(ge=200, le=599)]
Size = Annotated[int, Query(alias="bytes", ge=0, le=10 * 1024 * 1024)]
ItemId = Annotated[int, Path(ge=1, le=1_000_000)]

ITEM_TTL_SECONDS = 60
# Each held database request takes a thread. The default of 40 would queue requests before they reach the pool.
THREADS = 128

SCHEMA = (
    # One worker at a time: two CREATE TABLE IF NOT EXISTS at once can still collide.
    "SELECT pg_advisory_xact_lock(7411)",
    "CREATE TABLE IF NOT EXISTS items (id integer PRIMARY KEY, name text NOT NULL, price_cents integer NOT NULL)",
    "INSERT INTO items SELECT n, 'item ' || n, 100 + n % 900 FROM generate_series(1, 10000) n ON CONFLICT DO NOTHING",
)


def connect_database() -> Engine | None:
    """Returns the instrumented engine, or None without DATABASE_URL. Opens no connection yet."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    engine = create_engine(
        url,
        pool_size=int(os.environ.get("POOL_SIZE", "5")),
        max_overflow=int(os.environ.get("MAX_OVERFLOW", "10")),
        pool_timeout=float(os.environ.get("POOL_TIMEOUT", "5")),
        pool_pre_ping=True,
    )
    instrument_pool(engine, "main")
    return engine


def connect_cache() -> redis.Redis | None:
    """Returns a client that gives up soon, or None without REDIS_URL. Opens no connection yet."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return None
    # By default the client tries again for seconds, so an outage of the cache would become one of the service.
    once = Retry(NoBackoff(), retries=0)
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=1, socket_connect_timeout=1, retry=once)


database = connect_database()
cache = connect_cache()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    if database is not None:
        await asyncio.to_thread(create_schema, database)
    yield


def create_schema(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            for statement in SCHEMA:
                connection.execute(text(statement))
    except OperationalError as error:
        # Started while the database is down: serve what needs none, as after a restart in an outage.
        logging.getLogger("uvicorn.error").warning("schema not created: %s", error)


app = FastAPI(title="obsboot reference service", lifespan=lifespan)
# Probes and scrapes are the run's own, and no request of a workload.
set_up_logging(app, quiet={"/healthz", "/metrics"})


@app.exception_handler(PoolTimeoutError)
@app.exception_handler(OperationalError)
async def unavailable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"database unavailable: {type(error).__name__}"}, status_code=503)


def engine_or_503() -> Engine:
    if database is None:
        raise HTTPException(503, "no DATABASE_URL")
    return database


Database = Annotated[Engine, Depends(engine_or_503)]


@app.get("/healthz")
async def healthz() -> dict[str, Any]:
    """The process id lets a workload see which worker its kept-alive connection belongs to."""
    return {"status": "ok", "pid": os.getpid()}


@app.get("/work")
async def work(seconds: Seconds = 0, status: Status = 200) -> Response:
    """Takes the time and answers with the status that were asked for."""
    await asyncio.sleep(seconds)
    return Response(status_code=status)


@app.get("/ping")
async def ping() -> Response:
    return Response(status_code=200)


@app.get("/answer/{status}")
async def answer(status: Annotated[int, Path(ge=200, le=599)]) -> Response:
    """Answers with the status that is asked for: a route of its own, so that its share of errors is known."""
    return Response(status_code=status)


@app.get("/wait/{seconds}")
async def wait(seconds: Annotated[float, Path(ge=0, le=60)]) -> Response:
    """Takes the time that is asked for: a route of its own, so that its quantiles are known."""
    await asyncio.sleep(seconds)
    return Response(status_code=200)


@app.get("/payload")
async def payload(size: Size = 1024) -> Response:
    return Response(b"x" * size, media_type="application/octet-stream")


@app.get("/items/{item_id}")
def read_item(item_id: ItemId, engine: Database) -> Response:
    """Cache-aside: from the cache, else from the database and then into the cache."""
    key = f"item:{item_id}"
    body = from_cache(key)
    source = "cache"
    if body is None:
        source, body = "database", from_database(engine, item_id)
        into_cache(key, body)
    return Response(body, media_type="application/json", headers={"X-Source": source})


def from_cache(key: str) -> str | None:
    if cache is None:
        return None
    try:
        return cast("str | None", cache.get(key))
    except redis.RedisError:
        return None  # the cache is an optimisation: without it, read from the database


def into_cache(key: str, body: str) -> None:
    if cache is None:
        return
    try:
        cache.set(key, body, ex=ITEM_TTL_SECONDS)
    except redis.RedisError:
        return


def from_database(engine: Engine, item_id: int) -> str:
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT row_to_json(items)::text FROM items WHERE id = :id"), {"id": item_id}
        ).scalar_one_or_none()
    if row is None:
        raise HTTPException(404, "no such item")
    return str(row)


@app.get("/db/hold")
def hold_connection(engine: Database, seconds: Seconds = 0) -> dict[str, float]:
    """Keeps a connection out of the pool, and runs nothing on it."""
    with engine.connect():
        time.sleep(seconds)
    return {"held": seconds}


@app.get("/db/together")
def several_connections(engine: Database, connections: Annotated[int, Query(ge=1, le=100)] = 1) -> dict[str, int]:
    """Takes that many connections out of the pool at once, and gives them back together."""
    with ExitStack() as taken:
        for _ in range(connections):
            taken.enter_context(engine.connect())
    return {"taken": connections}


@app.get("/db/query")
def slow_statement(engine: Database, seconds: Seconds = 0) -> dict[str, float]:
    """Runs one statement that takes the time asked for."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
    return {"slept": seconds}


instrument(app)
