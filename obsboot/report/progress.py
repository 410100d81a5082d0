"""Live progress of a long run: a bar by predicted time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from obsboot.report.console import safe
from obsboot.report.detail import clock
from obsboot.report.listening import Listener

_MARKS = {
    "": ("·", "dim"),
    "passed": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "error": ("!", "bold yellow"),
    "skipped": ("-", "dim"),
}


@contextmanager
def progress(console: Console, predicted_seconds: float) -> Iterator[Listener]:
    """A listener for one run of that predicted length."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description:<24}"), _ByTime(), _Clock())
    bars = Progress(*columns, console=console, refresh_per_second=4)
    with bars:
        yield _Bars(bars, predicted_seconds)


class Lines:
    """One plain line a phase and an event, each with the seconds since the start."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self.console, self.now, self.start = console, now, now()

    def phase(self, name: str, predicted_seconds: float) -> None:
        self._say(f"{name} (about {clock(predicted_seconds)})")

    def event(self, text: str, outcome: str = "") -> None:
        self._say(f"  {outcome}: {text}" if outcome else f"  {text}")

    def _say(self, text: str) -> None:
        line = f"[{self.now() - self.start:6.1f} s] " + text.replace("\n", " ")
        self.console.print(Text(line), soft_wrap=True, highlight=False)


class _Bars:
    """The whole run and its present phase as bars; events scroll by above them."""

    def __init__(self, bars: Progress, predicted_seconds: float) -> None:
        self.bars = bars
        self.whole = bars.add_task("the whole run", total=max(predicted_seconds, 1.0))
        self.current: TaskID | None = None

    def phase(self, name: str, predicted_seconds: float) -> None:
        if self.current is not None:
            self.bars.remove_task(self.current)
        self.current = self.bars.add_task(safe(name), total=max(predicted_seconds, 1.0))

    def event(self, text: str, outcome: str = "") -> None:
        mark, style = _MARKS.get(outcome, _MARKS[""])
        self.bars.console.print(Text(f"{mark} ", style).append(safe(text), "default"), highlight=False)


class _ByTime(ProgressColumn):
    """How much of the predicted time has passed; full, not fuller, when it takes longer."""

    def render(self, task: Task) -> ProgressBar:
        total = task.total or 1.0
        return ProgressBar(total=total, completed=min(task.elapsed or 0.0, total), width=32)


class _Clock(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{clock(task.elapsed or 0.0)} of about {clock(task.total)}", "dim")
