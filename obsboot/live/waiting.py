"""Waiting for a condition, never for a time: each wait has a bound and says what it last saw."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from obsboot.model import Exit, ObsbootError

T = TypeVar("T")

_PAUSE_SECONDS = 0.5


class Stopped(Exception):
    """The run ends; whoever waits gives up."""


class TimedOut(ObsbootError):
    """A condition did not come true within its bound."""

    def __init__(self, what: str, seconds: float, seen: str) -> None:
        said = f"{what}: not within {seconds:.0f} s" + (f"; last seen: {seen}" if seen else "")
        super().__init__(said, code=Exit.COULD_NOT_CHECK)


def begun(call: Callable[[], T]) -> Future[T]:
    """What a call returns or raises, once it has. Its thread does not keep the process from ending."""
    done: Future[T] = Future()

    def work() -> None:
        try:
            done.set_result(call())
        except BaseException as error:  # raised again where it is waited for
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return done


def unless_stopped(call: Callable[[], T], stopping: threading.Event) -> T:
    """What a call returns or raises that may take minutes. Raises Stopped when the run ends, and leaves it alone."""
    done = begun(call)
    while not wait((done,), _PAUSE_SECONDS).done:
        if stopping.is_set():
            raise Stopped
    return done.result()


def wait_for(
    what: str,
    look: Callable[[], T | None],
    seconds: float,
    stopping: threading.Event,
    seen: Callable[[], str] = str,
) -> T:
    """What `look` returns as soon as that is true. Raises TimedOut after `seconds`, Stopped when the run ends."""
    end = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() >= end:
            raise TimedOut(what, seconds, seen())
        if stopping.wait(_PAUSE_SECONDS):
            raise Stopped
