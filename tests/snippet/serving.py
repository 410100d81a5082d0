"""The application `logged` in a real server, and what it wrote to stdout, a document a line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .conftest import HERE, RENDERED
from .workers import eventually, free_port

Document = dict[str, Any]
UVICORN = ("-m", "uvicorn", "logged:app", "--workers", "2", "--port", "{port}", "--timeout-graceful-shutdown", "2")
PATHS = os.pathsep.join([str(RENDERED), str(HERE)])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def id(self) -> str:
        return self.headers["x-request-id"]


@dataclass
class Server:
    """`out` is where its stdout goes, `errors` its stderr."""

    port: int
    out: Path
    errors: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def ask(self, path: str, method: str = "GET", headers: Sequence[tuple[str, str]] = ()) -> Answer:
        """One request on a connection of its own. `path` is quoted, a query with it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        began = time.perf_counter()
        connection.putrequest(method, quote(path, safe="/?=&%"))
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        with suppress(OSError, Exception):  # an answer that is broken off is one, too
            body = b""
            body = response.read()
        seconds = time.perf_counter() - began
        connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body, seconds)

    def workers(self, number: int = 2) -> set[int]:
        """The process ids of so many workers, once all of them have answered."""
        found: set[int] = set()

        def all_answer() -> bool:
            assert self.process.poll() is None, self.errors.read_text()
            with suppress(OSError):
                found.add(int(self.ask("/healthz").body))
            return len(found) == number

        eventually(all_answer, within=60)
        return found

    def documents(self) -> list[Document]:
        """All that is written. While the server runs, its last line may be seen half written: that one has to wait."""
        runs = self.process.poll() is None
        written = self.out.read_bytes()
        return documents(written[: written.rfind(b"\n") + 1] if runs else written)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)


@contextmanager
def serving(folder: Path, *command: str, stdout: int | None = None, workers: int = 2) -> Iterator[Server]:
    """Runs the server, uvicorn by default, until the block ends. `stdout` is written to instead of a file."""
    server = Server(free_port(), folder / "stdout", folder / "stderr")
    arguments = [each.format(port=server.port) for each in command or UVICORN]
    environment = os.environ | {"PYTHONPATH": PATHS}
    with server.out.open("wb") as out, server.errors.open("wb") as errors:
        server.process = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=out if stdout is None else stdout, stderr=errors
        )
    try:
        server.workers(workers)
        yield server
    finally:
        server.end()


def documents(written: bytes) -> list[Document]:
    """Every line as JSON. Fails at a line that is none, or that is too long."""
    assert written.endswith(b"\n") or not written
    found = []
    for line in written.split(b"\n")[:-1]:
        assert len(line) < 64 * 1024
        assert line.isascii()
        document = json.loads(line)
        assert isinstance(document, dict), line
        found.append(document)
    return found


def script(text: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """What a program did that was started with the snippet at hand."""
    environment = os.environ | {"PYTHONPATH": PATHS}
    return subprocess.run(
        [sys.executable, "-c", text, *arguments], env=environment, capture_output=True, timeout=60, check=check
    )
