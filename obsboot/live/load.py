"""An HTTP load at a steady pace, measured by its own clock."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from obsboot.live.tally import Tally
from obsboot.model import ObsbootError

_TIMEOUT_SECONDS = 10.0
_MOST_THREADS = 64
_MOST_PER_SECOND = 500.0
_FAILED = 500


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked: `per_second` requests in all, spread evenly; each takes its turn among `concurrency` threads.

    `paths` are asked in turn.
    """

    paths: tuple[str, ...] = ("/",)
    per_second: float = 20.0
    concurrency: int = 4
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    keep_alive: bool = True


@dataclass(slots=True)
class HttpLoad:
    """Counts `requests`, `errors` (no answer, or 500 and above), `status_2xx` ... and each latency."""

    base: Callable[[], str]
    shape: Shape
    tally: Tally = field(default_factory=Tally)
    limit: float = 1200.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _turn: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: dict[str, float] = field(default_factory=dict)
    _began: float = 0.0
    _last: str = ""

    def start(self) -> None:
        self._began = time.monotonic()
        count = min(_MOST_THREADS, max(1, self.shape.concurrency))
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(count)]
        self._threads.append(threading.Thread(target=self._report, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=_TIMEOUT_SECONDS + 5)

    def abandon(self) -> None:
        self._stop.set()

    def alive(self) -> bool:
        return bool(self._threads) and not self._stop.is_set()

    def complaint(self) -> str:
        return self._last

    def _next_turn(self) -> tuple[int, float]:
        """The number of the next request, and how long until it is due."""
        with self._lock:
            turn, self._turn = self._turn, self._turn + 1
            due = self._began + turn / min(self.shape.per_second, _MOST_PER_SECOND)
            behind = time.monotonic() - due
            if behind > 1.0:  # a server that hung is not flooded afterwards with what it missed
                self._began += behind
        return turn, -behind

    def _ask(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while time.monotonic() - self._began < self.limit:
            turn, wait = self._next_turn()
            if self._stop.wait(max(0.0, wait)):
                break
            connection = self._request(connection, self.shape.paths[turn % len(self.shape.paths)])
        if connection:
            connection.close()

    def _request(self, connection: http.client.HTTPConnection | None, path: str) -> http.client.HTTPConnection | None:
        began = time.perf_counter()
        try:
            if connection is None:
                connection = http.client.HTTPConnection(urlsplit(self.base()).netloc, timeout=_TIMEOUT_SECONDS)
            body = self.shape.body.encode() or None
            connection.request(self.shape.method, path, body=body, headers=dict(self.shape.headers))
            answer = connection.getresponse()
            answer.read()
            self._count(answer.status, time.perf_counter() - began)
        except (OSError, http.client.HTTPException, ObsbootError) as error:
            self._last = f"{self.shape.method} {path}: {error!r}"
            self._count(0, None)
            if connection:
                connection.close()
            return None
        if not self.shape.keep_alive:
            connection.close()
            return None
        return connection

    def _count(self, status: int, seconds: float | None) -> None:
        if seconds is not None:
            self.tally.add_latency(seconds)
        failed = status == 0 or status >= _FAILED
        with self._lock:
            for name in ("requests", *(("errors",) if failed else ()), f"status_{status // 100}xx"):
                self._counts[name] = self._counts.get(name, 0.0) + 1

    def _report(self) -> None:
        while not self._stop.wait(1.0):
            with self._lock:
                counts, self._counts = self._counts, {}
            self.tally.add({"requests": 0.0, "errors": 0.0, **counts})
