"""Ctrl-C and SIGTERM end a run the same way: everything that it started goes first."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

from obsboot.live.waiting import begun

T = TypeVar("T")

_ENDING = (signal.SIGINT, signal.SIGTERM)
_PATIENCE_SECONDS = 4.0
"""How long a run that is interrupted may take to give up by itself; most of its waits look twice a second."""

_LAST_SECONDS = 30.0
_LOOK_SECONDS = 1.0


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, SIGTERM raises KeyboardInterrupt as Ctrl-C does, and while one is handled no other one is heard.

    Whoever handled SIGTERM before is told at the end, when everything is gone. Without effect outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        if not _is_handled():
            came.append(number)
            raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if signal.SIGTERM in came and callable(before[signal.SIGTERM]):
            signal.raise_signal(signal.SIGTERM)


def _is_handled() -> bool:
    """Whether what this thread does now is already the end of an interrupted run."""
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Within, a second Ctrl-C or SIGTERM is ignored: half a clean-up would leave containers behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in _ENDING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def to_the_end(work: Callable[[], object]) -> None:
    """Do `work` uninterrupted, and do it once more where an interruption came before that was in force."""
    try:
        with uninterrupted():
            work()
    except KeyboardInterrupt:
        with uninterrupted():
            work()
        raise


@dataclass(frozen=True, slots=True)
class Ending:
    """How work ends early: told by `stopping`, and, where that does not help, by `take_away` of what it waits for.

    `look` is called now and then, and ends it by raising.
    """

    stopping: threading.Event
    take_away: Callable[[], object]
    look: Callable[[], object]


def apart(work: Callable[[], T], ending: Ending) -> T:
    """What `work` returns or raises, done in a thread of its own while this one waits.

    So a signal never cuts a request to the engine in two: what the engine has begun would come when all else is gone.
    """
    done = begun(work)
    try:
        while not wait((done,), _LOOK_SECONDS).done:
            ending.look()
    except BaseException:
        ending.stopping.set()
        if not wait((done,), _PATIENCE_SECONDS).done:
            ending.take_away()
            wait((done,), _LAST_SECONDS)
        raise
    return done.result()
