"""promtool: finding it, running it, and reading what it says of a rule test that failed."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsboot.model import Exit, ObsbootError

LIMIT = 300.0
"""How many seconds one call may take."""

OLDEST = (2, 42)
"""The oldest promtool that knows `keep_firing_for`."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call said. `code` None: it could not be run, or did not end in time."""

    code: int | None
    output: str
    seconds: float

    @property
    def brief(self) -> str:
        """The first lines of what it said, on one."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        told = [line for line in lines if not line.startswith(("Checking ", "Unit Testing:", "FAILED:"))]
        return "; ".join(told[:6] or lines[:6]) or "promtool failed without a word"


Runner = Callable[[Sequence[str]], Ran]
"""Runs promtool with these arguments in the folder that holds `rules/` and `tests/`."""


def find(named: str | None) -> str | None:
    """The program's path: the one named, else the one on PATH, else None. Raises ObsbootError for a wrong name."""
    tool = shutil.which(named or "promtool")
    if tool is None and named:
        raise ObsbootError(f"--promtool: {named!r} is no program that can be run", code=Exit.USAGE)
    return str(Path(tool).absolute()) if tool else None


def local(tool: str, folder: Path, limit: float = LIMIT) -> Runner:
    """A runner of the program `tool` in `folder`; each call may take `limit` seconds."""

    def run(arguments: Sequence[str]) -> Ran:
        began = time.monotonic()
        try:
            done = subprocess.run(
                [tool, *arguments], cwd=folder, capture_output=True, encoding="utf-8", errors="replace",
                timeout=limit, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Ran(None, f"promtool did not end within {limit:g} s", time.monotonic() - began)
        except OSError as error:
            return Ran(None, f"promtool cannot be run: {error}", time.monotonic() - began)
        return Ran(done.returncode, done.stdout + done.stderr, time.monotonic() - began)

    return run


def version(ran: Ran) -> tuple[int, ...]:
    """The numbers in what `promtool --version` said; empty where there are none."""
    found = re.search(r"version (\d+)\.(\d+)(?:\.(\d+))?", ran.output) if ran.code == 0 else None
    return tuple(int(number) for number in found.groups() if number) if found else ()


@dataclass(frozen=True, slots=True)
class Failure:
    """One assertion that did not hold; `expected` and `got` as a person writes numbers, `nothing` for no series."""

    alert: str
    expr: str
    at: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.expr} at {self.at}: expected {self.expected}, got {self.got}"


_FAILURE = re.compile(
    r'expr: "(?P<expr>(?:[^"\\]|\\.)*)", time: (?P<at>[^,\s]+),\s*\n'
    r"\s*exp:\s?(?P<exp>[^\n]*)\n"
    r"\s*got:\s?(?P<got>[^\n]*)"
)
_ALERT = re.compile(r'alertname="(\w+)"')


def failures(output: str) -> Iterator[Failure]:
    """The assertions that promtool says did not hold. `alert` is empty where the expression names none."""
    for found in _FAILURE.finditer(output):
        expr = found["expr"].replace('\\"', '"').replace("\\\\", "\\")
        alert = _ALERT.search(expr)
        yield Failure(alert.group(1) if alert else "", expr, found["at"], _plain(found["exp"]), _plain(found["got"]))


def _plain(text: str) -> str:
    """`{} 4E+00` is 4; `nil` is nothing."""
    text = text.strip().strip('"')
    if text in ("nil", ""):
        return "nothing"
    value = re.fullmatch(r"\{\} (\S+)", text)
    return f"{float(value.group(1)):g}" if value else text
