"""An application as a user might have it, with both snippets: each route provokes one thing that the tests count.

SQLite in a file has the pool that a server's dialect has (QueuePool), and sleep() makes a statement as slow as asked.
"""

import os
import time
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from http_metrics import instrument
from pool_metrics import instrument_pool
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

engine = create_engine(f"sqlite:///{os.environ['DATABASE']}", pool_size=2, max_overflow=1, pool_timeout=2)
instrument_pool(engine, "main")


@event.listens_for(engine, "connect")
def add_sleep(connection: Any, _entry: Any) -> None:
    connection.create_function("sleep", 1, time.sleep)


app = FastAPI()


@app.exception_handler(PoolTimeoutError)
@app.exception_handler(DBAPIError)
async def unavailable(_: Any, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": type(error).__name__}, status_code=503)


@app.get("/healthz")
async def healthz() -> int:
    return os.getpid()


@app.get("/items/{item_id}")
async def item(item_id: int) -> dict[str, int]:
    return {"id": item_id}


@app.get("/status/{code}")
async def status(code: int) -> Response:
    return Response(status_code=code)


@app.get("/crash")
async def crash() -> None:
    raise RuntimeError("not caught by anything")


@app.get("/payload")
async def payload(size: int) -> Response:
    return Response(b"x" * size)


@app.get("/hang")
def hang(until: str) -> None:
    """Returns once the file exists, and keeps a thread until then."""
    while not os.path.exists(until):  # noqa: PTH110
        time.sleep(0.01)


@app.get("/hold")
def hold(until: str) -> None:
    """Keeps a connection, too."""
    with engine.connect():
        hang(until)


@app.get("/statement")
def statement(sql: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(sql))


instrument(app)
