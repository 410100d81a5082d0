"""Servers in this process that speak HTTP as Prometheus, Alertmanager and the sink do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

RECORDED = Path(__file__).parent / "live" / "recorded"
"""What real servers answered in a proving run, shortened to a few entries."""

Parameters = dict[str, str]
Series = list[tuple[dict[str, str], float]]


def recorded(server: str) -> Any:
    return json.loads((RECORDED / f"{server}.json").read_text())


@dataclass
class Api:
    """Answers each path with what `says` holds for it: text, what becomes JSON, or a function of the parameters.

    A tuple is a status with one of these.
    """

    says: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, Parameters]] = field(default_factory=list)
    url: str = ""

    def base(self) -> str:
        return self.url

    def answer(self, method: str, path: str, parameters: Parameters) -> tuple[int, str, str]:
        self.asked.append((method, path, parameters))
        said = self.says.get(path, (404, "no such page"))
        said = said(parameters) if callable(said) else said
        status, body = said if isinstance(said, tuple) else (200, said)
        return (status, "text/plain", body) if isinstance(body, str) else (status, "application/json", json.dumps(body))


@dataclass
class Prometheus(Api):
    """A Prometheus of a test's making: `now` is what each query finds, `ever` the series that a selector once had."""

    now: dict[str, Series] = field(default_factory=dict)
    ever: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, parameters: Parameters) -> tuple[int, str, str]:
        made: dict[str, Callable[[], object]] = {
            "query": lambda: self._vector(parameters),
            "query_range": lambda: self._matrix(parameters),
            "series": lambda: self.ever.get(parameters["match[]"], []),
            "alerts": lambda: {"alerts": self.alerts},
            "targets": lambda: {"activeTargets": self.targets},
            "rules": lambda: {"groups": self.groups},
        }
        for name, values in self.values.items():
            made[f"label/{name}/values"] = lambda values=values: values
        what = path.removeprefix("/api/v1/")
        if what in made and path not in self.says:
            self.asked.append((method, path, parameters))
            return 200, "application/json", json.dumps({"status": "success", "data": made[what]()})
        return super().answer(method, path, parameters)

    def _vector(self, parameters: Parameters) -> object:
        found = self.now.get(parameters["query"], [])
        at = float(parameters.get("time", 0))
        return {"resultType": "vector", "result": [{"metric": m, "value": [at, str(v)]} for m, v in found]}

    def _matrix(self, parameters: Parameters) -> object:
        found = self.now.get(parameters["query"], [])
        start = float(parameters["start"])
        return {"resultType": "matrix", "result": [{"metric": m, "values": [[start, str(v)]]} for m, v in found]}


Made = TypeVar("Made", bound=Api)


class Quick(ThreadingHTTPServer):
    """Without the look-up of its own name, which a machine without a network waits for."""

    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The URL of a server with this handler, for the time of the `with`."""
    server = Quick(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(api: Made) -> Iterator[Made]:
    """`api` with its `url`, for the time of the `with`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: the body would wait for the client's word that the head has come

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parameters = dict(parse_qsl(asked.query) + parse_qsl(body))
            status, kind, text = api.answer(self.command, asked.path, parameters)
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *_: object) -> None:
            """Nothing: `asked` is the log."""

    with listening(Handler) as api.url:
        yield api
