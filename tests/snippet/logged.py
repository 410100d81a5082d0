"""An application whose log the tests read: each route writes one kind of record, or fails in one way."""

import logging
import os
import threading
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, BackgroundTasks, FastAPI, HTTPException, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from structured_logging import set_up_logging

log = logging.getLogger("shop")
app = FastAPI()
set_up_logging(app, quiet={"/healthz"})


class RefusedError(Exception):
    """One for which the application has a handler."""


@app.exception_handler(RefusedError)
async def refused(_: Any, error: RefusedError) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503)


@app.get("/healthz")
async def healthz(status: int = 200) -> Response:
    return Response(str(os.getpid()), status_code=status)


@app.get("/items/{item_id}")
async def item(item_id: int) -> dict[str, int]:
    log.info("item %s is read", item_id)
    return {"id": item_id}


@app.get("/thread")
def thread(tasks: BackgroundTasks) -> str:
    log.info("in the thread %s", threading.current_thread().name)
    tasks.add_task(log.info, "after the answer")
    return "done"


@app.get("/crash")
async def crash() -> None:
    raise RuntimeError("nobody handles\nthis: postgresql://shop:hunter2@db/shop")


@app.get("/refused")
def refuse() -> None:
    raise RefusedError("by the application")


@app.get("/missing")
async def missing() -> None:
    raise HTTPException(404, "not there")


@app.get("/stream")
async def stream(fail: bool = False) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        if fail:
            raise ValueError("in the middle")
        yield b"y" * 234

    return StreamingResponse(parts(), headers={"X-Request-ID": "of-the-application"})


@app.get("/burst")
def burst(lines: int, letters: int = 10) -> str:
    for number in range(lines):
        log.info("line %d %s", number, "x" * letters)
    return "done"


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    log.info("over the socket")
    await websocket.close()


router = APIRouter(prefix="/inner")


@router.get("/{name}")
async def inner(name: str) -> str:
    return name


other = FastAPI()
set_up_logging(other)


@other.get("/deep/{name}")
async def deep(name: str) -> str:
    return name


app.include_router(router, prefix="/outer")
app.mount("/mounted", other)
