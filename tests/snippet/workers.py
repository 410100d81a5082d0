"""The application of this folder in real uvicorn workers on loopback, and clients that know their worker."""

import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlencode

from prometheus_client.parser import text_string_to_metric_families

from .conftest import HERE, RENDERED

Samples = dict[str, float]


def eventually(truth: Callable[[], bool], within: float = 15) -> None:
    """Polls until it is true. Fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not truth():
        assert time.monotonic() < deadline, f"not true within {within} s"
        time.sleep(0.05)


@dataclass
class Client:
    """A kept-alive connection. It stays with the worker that accepted it."""

    port: int
    connection: HTTPConnection = field(init=False)
    worker: int = field(init=False)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.worker = int(self.get("/healthz")[1])

    def get(self, path: str, **query: object) -> tuple[int, bytes]:
        self.connection.request("GET", f"{path}?{urlencode(query)}" if query else path)
        response = self.connection.getresponse()
        return response.status, response.read()


@dataclass
class Service:
    port: int
    directory: Path
    process: subprocess.Popen[bytes]

    def scrape(self) -> Samples:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        assert response.status == 200
        families = text_string_to_metric_families(response.read().decode())
        connection.close()
        return {series(sample.name, sample.labels): sample.value for family in families for sample in family.samples}

    def settle(self, expected: Samples, within: float = 15) -> Samples:
        """Polls until these series have these values, for a worker counts after it has answered. Returns the scrape."""
        deadline = time.monotonic() + within
        while True:
            samples: Samples = {}
            with suppress(ConnectionError):  # a worker that was just killed had accepted it
                samples = self.scrape()
            found = {name: samples.get(name, math.nan) for name in expected}
            if found == expected:
                return samples
            assert time.monotonic() < deadline, f"after {within} s: {found}, not {expected}"
            time.sleep(0.02)

    def workers(self) -> list[int]:
        prefix = "process_start_time_seconds pid="
        return sorted(int(name.removeprefix(prefix)) for name in self.scrape() if name.startswith(prefix))

    def clients(self, number: int) -> list[list[Client]]:
        """Returns so many connections to each of the two workers."""
        one, other = self.workers()
        return [self.clients_of(one, other, number), self.clients_of(other, one, number)]

    def clients_of(self, worker: int, other: int, number: int) -> list[Client]:
        # The kernel may deal every connection to one worker: only while the other is stopped the choice is ours.
        os.kill(other, signal.SIGSTOP)
        try:
            clients = [Client(self.port) for _ in range(number)]
        finally:
            os.kill(other, signal.SIGCONT)
        assert {client.worker for client in clients} == {worker}
        return clients

    @contextmanager
    def held(self, path: str, clients: list[Client]) -> Iterator[list[int]]:
        """One request per client, each hanging until the block ends. Yields the list that receives the statuses."""
        release = self.directory / f"release-{time.monotonic_ns()}"
        statuses: list[int] = []

        def request(client: Client) -> None:
            with suppress(RemoteDisconnected):  # its worker was killed
                statuses.append(client.get(path, until=release)[0])

        threads = [threading.Thread(target=request, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        try:
            yield statuses
        finally:
            release.touch()
            for thread in threads:
                thread.join(timeout=30)


def series(name: str, labels: dict[str, str]) -> str:
    return name + "".join(f" {label}={value}" for label, value in sorted(labels.items()))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(directory: Path, *options: str) -> Iterator[Service]:
    """Runs the application with two workers, in the way that the snippet's docstring tells."""
    shared = directory / "metrics"
    shared.mkdir()
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(RENDERED), str(HERE)]),
        "PROMETHEUS_MULTIPROC_DIR": str(shared),
        "DATABASE": str(directory / "shop.db"),
    }
    command = [sys.executable, "-m", "uvicorn", "application:app", "--port", str(port), "--workers", "2"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--no-access-log", "--timeout-graceful-shutdown", "1", *options],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    service = Service(port, directory, process)
    try:
        eventually(lambda: answering_workers(service) == 2, within=60)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def answering_workers(service: Service) -> int:
    assert service.process.poll() is None, (service.directory / "log").read_text()
    try:
        return len(service.workers())
    except OSError:
        return 0
