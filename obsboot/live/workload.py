"""Workloads: commands inside containers that count what they do, and HTTP loads that obsboot drives itself."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from obsboot.live.containers import Box
from obsboot.live.load import HttpLoad
from obsboot.live.tally import Tally
from obsboot.model import Exit, ObsbootError

LIMIT_SECONDS = 1200.0
_FIRST_LINE_SECONDS = 15.0
_TIDY_SECONDS = 8.0
_TELL_PID = 'echo "$$"; exec "$@"'


class Load(Protocol):
    """Something that keeps a component busy and counts what it did."""

    tally: Tally

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End, and wait until nothing of it is left."""

    def abandon(self) -> None:
        """End this side of it at once; the container goes anyway."""

    def alive(self) -> bool:
        """Whether it still runs."""

    def complaint(self) -> str:
        """What it said when it ended by itself."""


@dataclass(slots=True)
class ExecLoad:
    """A command inside a container that prints a JSON object of counts a second."""

    box: Box
    command: tuple[str, ...]
    stdin: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    _process: subprocess.Popen[bytes] | None = None
    _pid: str = ""
    _said: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin. Raises ObsbootError where the container cannot run it."""
        argv = self.box.exec_argv(["sh", "-c", _TELL_PID, "sh", *self.command], tuple(self.environment))
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.box.env(self.environment),
            start_new_session=True,
        )
        self._pid = self._first_line(self._process)
        self._threads = [threading.Thread(target=step, daemon=True) for step in (self._count, self._listen)]
        for thread in self._threads:
            thread.start()
        self._feed(self._process)

    def _first_line(self, process: subprocess.Popen[bytes]) -> str:
        timer = threading.Timer(_FIRST_LINE_SECONDS, process.kill)
        timer.start()
        try:
            line = process.stdout.readline().decode().strip() if process.stdout else ""
        finally:
            timer.cancel()
        if not line.isdigit():
            said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
            process.kill()
            process.wait()
            raise ObsbootError(
                f"{self.box.what}: `{self.command[0]}` does not start: {said or line}", code=Exit.COULD_NOT_CHECK
            )
        return line

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None:
            return
        try:
            process.stdin.write(self.stdin.encode())
            process.stdin.close()
        except BrokenPipeError:
            return

    def _count(self) -> None:
        for line in self._process.stdout or () if self._process else ():
            try:
                counts = json.loads(line)
                self.tally.add({name: float(count) for name, count in counts.items()})
            except (ValueError, AttributeError, TypeError):
                self._said.append(line.decode(errors="replace").strip())

    def _listen(self) -> None:
        for line in self._process.stderr or () if self._process else ():
            self._said.append(line.decode(errors="replace").strip())

    def stop(self) -> None:
        """End the command's whole session inside the container, and the client."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None and self.box.state().startswith("running"):
            # Without `--`, which not every shell's kill knows. What it traps is given the time to tidy up.
            self._signal("TERM")
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_TIDY_SECONDS)
            self._signal("KILL")
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for thread in self._threads:
            thread.join(timeout=5)

    def _signal(self, name: str) -> None:
        """To everything that the command started: an exec leads a session of its own."""
        self.box.run(["sh", "-c", f"kill -{name} -{self._pid} 2>/dev/null; true"], seconds=15)

    def abandon(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def complaint(self) -> str:
        return " | ".join(self._said[-4:])


def wait_for_count(load: Load, seconds: float, stopping: threading.Event) -> bool:
    """Whether the load counts something within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stopping.is_set():
        if load.tally.count() >= 2:
            return True
        if not load.alive() or stopping.wait(0.2):
            return False
    return False


__all__ = ["LIMIT_SECONDS", "ExecLoad", "HttpLoad", "Load", "wait_for_count"]
