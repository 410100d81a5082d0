"""What a line of the log costs the request that writes it: the pack's snippet beside a plain StreamHandler.

Both write the very same JSON, to a file and to a pipe whose reader is slow, interleaved, and the shortest run counts. The
snippet's queue is written out after each run and holds more than a run has, so that it gains nothing by dropping.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2

SNIPPET = Path(__file__).resolve().parents[2] / "templates/components/fastapi/snippet/structured_logging.py.jinja"
LINES = 2000
READER = "import os, time\nwhile os.read(0, 16384): time.sleep(0.0125)"
"""Takes 1.3 MB a second: a disk that is busy, or a collector that is behind."""


@dataclass
class Writer:
    """One way to write to one sink; a run gives the seconds of each line, `settle` lets all of them arrive."""

    name: str
    handler: logging.Handler
    settle: Callable[[], object]
    runs: list[list[float]] = field(default_factory=list)

    def run(self) -> None:
        """One more run of so many lines, each as an application writes it."""
        logger = logging.Logger("shop.orders")
        logger.addHandler(self.handler)
        seconds = []
        for number in range(LINES):
            began = time.perf_counter()
            logger.info("order %s placed", number, extra={"lines": 3, "customer": "ada"})
            seconds.append(time.perf_counter() - began)
        self.settle()
        self.runs.append(sorted(seconds))

    @property
    def mean(self) -> float:
        """Microseconds."""
        return min(sum(each) / len(each) for each in self.runs) * 1e6

    @property
    def p99(self) -> float:
        """Microseconds."""
        return min(each[len(each) * 99 // 100] for each in self.runs) * 1e6


def snippet(folder: Path) -> ModuleType:
    """The module that a pack hands out."""
    environment = jinja2.Environment(variable_start_string="<<", variable_end_string=">>", autoescape=False)
    path = folder / "structured_logging.py"
    path.write_text(environment.from_string(SNIPPET.read_text()).render(service="shop-api"))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where its dataclasses look for their names
    spec.loader.exec_module(module)
    return module


def writers(module: ModuleType, folder: Path) -> Iterator[Writer]:
    """A StreamHandler and the snippet's handler for each sink, next to each other."""

    class SameJson(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return str(module.encoded(module.prepared(record)[0])[:-1], "ascii")

    for sink, opened in (("a file", _file(folder)), ("a slow pipe", _slow_pipe())):
        plain = logging.StreamHandler(os.fdopen(opened, "w"))
        plain.setFormatter(SameJson())
        yield Writer(f"StreamHandler to {sink}", plain, lambda: time.sleep(0.3))
        queued = module.QueuedHandler(opened)
        yield Writer(f"snippet to {sink}", queued, _emptied(queued))


def _emptied(queued: Any) -> Callable[[], object]:
    def settle() -> None:
        while queued.added > queued.taken:
            queued.flush()
        assert not any(queued.lost.values()), "lines were dropped, so the time means nothing"

    return settle


def _file(folder: Path) -> int:
    return os.open(folder / "log", os.O_WRONLY | os.O_CREAT)


def _slow_pipe() -> int:
    """The end to write to. The reader ends when nobody has that end any more, at the latest with this process."""
    reader, writer = os.pipe()
    subprocess.Popen([sys.executable, "-c", READER], stdin=reader)
    os.close(reader)
    return writer


def measured(folder: Path, runs: int) -> Sequence[Writer]:
    """All writers after so many interleaved runs; `folder` is a place for their files."""
    every = list(writers(snippet(folder), folder))
    for _ in range(runs):
        for each in every:
            each.run()
    return every


def shown(every: Sequence[Writer]) -> Iterator[str]:
    """The lines of the table."""
    yield f"{'microseconds a log line in the request':44}{'mean':>10}{'p99':>10}{'runs':>14}"
    for each in every:
        yield f"{each.name:44}{each.mean:10.1f}{each.p99:10.1f}{len(each.runs):14}"


def compared(every: Sequence[Writer]) -> Iterator[tuple[str, float]]:
    """What the snippet's line costs, as a share of the StreamHandler's, for each sink."""
    for plain, queued in zip(every[::2], every[1::2], strict=True):
        yield f"log line to {queued.name.partition(' to ')[2]} / StreamHandler", queued.mean / plain.mean
