"""A run that ends early: by a signal, by what it needs being gone, or by a disk that is full; and what it takes away."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import docker
import pytest
from live_doubles import Client, Container, box, engine, said

from obsboot.live import engine as engines
from obsboot.live import health, interrupts, own_stack
from obsboot.live.containers import Died, Marks
from obsboot.live.disk import writing
from obsboot.live.engine import RUN_LABEL, remove
from obsboot.live.interrupts import Ending, apart, interruptible, to_the_end
from obsboot.live.own_stack import OwnStack
from obsboot.live.run import Run
from obsboot.live.waiting import Stopped, unless_stopped
from obsboot.model import Exit, ObsbootError


class Terminated(BaseException):
    """What the command line makes of SIGTERM."""


@pytest.fixture
def terminated() -> Iterator[None]:
    def raise_it(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, raise_it)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Ending:
    monkeypatch.setattr(interrupts, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(interrupts, "_PATIENCE_SECONDS", 0.05)
    return Ending(threading.Event(), lambda: None, lambda: None)


def interrupted(work: Callable[[], object], ending: Ending) -> None:
    """Do the work apart, and interrupt it."""
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    with interruptible():
        apart(work, ending)


# Signals


def test_a_termination_reaches_whoever_waited_for_it_after_the_clean_up(terminated: None) -> None:
    done = []

    @interruptible()
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            done.append("clean-up")

    with pytest.raises(Terminated):
        work()
    assert done == ["clean-up"]


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_while_one_is_handled_no_other_is_heard(terminated: None, second: signal.Signals) -> None:
    done = []

    @interruptible()
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            try:
                raise ObsbootError("in the midst of it")
            except ObsbootError:
                signal.raise_signal(second)
            done.append("clean-up")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["clean-up"]


def test_a_signal_that_was_lost_does_not_make_the_next_one_unheard() -> None:
    @interruptible()
    def work() -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        work()


def test_an_end_that_is_interrupted_as_it_begins_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def work() -> None:
        done.append("work")
        if len(done) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_the_end(work)
    assert done == ["work", "work"]


# Work apart


def test_work_apart_gives_what_it_gives(ending: Ending) -> None:
    assert apart(lambda: threading.current_thread() is not threading.main_thread(), ending)
    with pytest.raises(ZeroDivisionError):
        apart(lambda: 1 // 0, ending)


def test_a_signal_lets_the_work_come_to_an_end_of_its_own(ending: Ending) -> None:
    ended = threading.Event()

    def work() -> None:
        ending.stopping.wait(10)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        interrupted(work, ending)
    assert ended.is_set(), "so no request to the engine is cut in two"


def test_what_the_work_waits_for_in_vain_is_taken_away(ending: Ending) -> None:
    taken = threading.Event()
    stubborn = Ending(ending.stopping, taken.set, ending.look)
    with pytest.raises(KeyboardInterrupt):
        interrupted(lambda: taken.wait(10), stubborn)
    assert taken.is_set()


def test_what_is_seen_meanwhile_ends_the_work(ending: Ending) -> None:
    def look() -> None:
        raise Died("prometheus is gone")

    with pytest.raises(Died, match="prometheus is gone"):
        apart(lambda: ending.stopping.wait(10), Ending(ending.stopping, ending.take_away, look))
    assert ending.stopping.is_set()


def test_a_call_that_takes_minutes_is_left_alone_when_the_run_ends() -> None:
    stopping, never = threading.Event(), threading.Event()
    assert unless_stopped(lambda: 7, stopping) == 7
    threading.Timer(0.02, stopping.set).start()
    with pytest.raises(Stopped):
        unless_stopped(lambda: never.wait(5), stopping)
    never.set()


# Containers that end by themselves


@pytest.fixture
def made(run: Run) -> Client:
    """The run's engine, which knows its containers."""
    client: Client = run.engine.client
    for each in (*run.services.values(), *run.boxes.values()):
        each.container.options["labels"] = {RUN_LABEL: run.marks.run}
        client.made.append(each.container)
    return client


def test_a_container_that_ends_by_itself_is_told_once_with_its_last_lines(run: Run, made: Client) -> None:
    run.services["host"].container.status = "exited"
    run.boxes["redis", "server"].container.status = "exited"
    for _ in range(2):
        run.look()
    assert said(run, "container") == {
        "host": ("failed", "exited with code 0 by itself, its last lines:\nits last words"),
        "redis/server": ("error", "exited with code 0 by itself, its last lines:\nits last words"),
    }
    assert len(run.results) == 2


def test_the_health_of_what_was_told_to_be_dead_is_not_asked(run: Run, made: Client) -> None:
    run.services["host"].container.status = "exited"
    run.look()
    health.check_containers(run)
    assert said(run, "container")["host"][1].startswith("exited with code 0 by itself")
    assert len([r for r in run.results if r.subject == "host"]) == 1


def test_what_a_fault_has_stopped_is_no_death(run: Run, made: Client) -> None:
    run.boxes["redis", "server"].container.status = "exited"
    run.boxes["redis", "server"].stopped = True
    run.look()
    assert run.results == []


@pytest.mark.parametrize("name", ["prometheus", "alertmanager", "sink"])
def test_without_eyes_there_is_nothing_to_see(run: Run, made: Client, name: str) -> None:
    run.sink_box = box("sink")
    eye = run.sink_box if name == "sink" else run.services[name]
    eye.container.status, eye.container.code = "exited", 137
    with pytest.raises(Died, match=f"{name} exited with code 137, its last lines:\nits last words") as caught:
        run.look()
    assert caught.value.code == Exit.COULD_NOT_CHECK


def test_a_fault_may_stop_a_container_while_it_is_looked_at(run: Run, made: Client) -> None:
    eye = run.services["prometheus"]

    class Stopping(Container):
        def reload(self) -> None:
            eye.stopped = True

    eye.container = Stopping("prometheus", status="exited")
    run.check_alive()


# Taking away


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_SETTLE_SECONDS", 0.0)


def test_what_comes_late_is_taken_away_as_well(quick: None) -> None:
    client = Client()

    class Late(Container):
        def remove(self, **options: object) -> None:
            super().remove(**options)
            client.made.append(Container("late", {"labels": {RUN_LABEL: "r"}}))

    client.made = [Late("first", {"labels": {RUN_LABEL: "r"}})]
    assert remove(engine(client), "r") == 2
    assert all(container.gone for container in client.made)


def test_what_cannot_be_taken_away_is_named(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        status_code = 409
        reason = url = ""

    class Held(Container):
        def remove(self, **_: object) -> None:
            raise docker.errors.APIError("in use", response=Answer())

    monkeypatch.setattr(engines, "_REMOVE_SECONDS", 0.02)
    client = Client()
    client.made = [Held("held", {"labels": {RUN_LABEL: "r"}})]
    with pytest.raises(ObsbootError, match="does not remove held") as caught:
        remove(engine(client), "r")
    assert "obsboot clean" in caught.value.fix


# Compose


@pytest.fixture
def slow_compose(tmp_path: Path, docker_said: Path, monkeypatch: pytest.MonkeyPatch) -> OwnStack:
    (docker_said / "docker").write_text(
        f"#!/bin/sh\ntrap 'touch {tmp_path}/ended; exit 1' TERM\nsleep 0.2 & wait\nsleep 20 & wait\n"
    )
    monkeypatch.setattr(own_stack, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(own_stack, "_GIVE_UP_SECONDS", 0.1)
    return OwnStack(engine(), Marks("obsboot-test", ""), tmp_path, tmp_path / "env")


def test_a_compose_at_work_is_given_time_and_then_ended(slow_compose: OwnStack, tmp_path: Path) -> None:
    threading.Timer(0.3, slow_compose.stopping.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        slow_compose.config()
    assert time.monotonic() - began < 5
    assert (tmp_path / "ended").exists()


def test_a_compose_that_finishes_in_that_time_has_finished(slow_compose: OwnStack, docker_said: Path) -> None:
    (docker_said / "docker").write_text("#!/bin/sh\nsleep 0.05\necho 'services: {}'\n")
    slow_compose.stopping.set()
    assert slow_compose.config() == {"services": {}}


# The disk


@pytest.mark.parametrize(
    ("number", "why"),
    [(errno.ENOSPC, "no space is left"), (errno.EDQUOT, "no space is left"), (errno.EROFS, "it cannot be written")],
)
def test_a_disk_that_takes_nothing_is_told_with_the_way_out(tmp_path: Path, number: int, why: str) -> None:
    with pytest.raises(ObsbootError, match=f"{tmp_path}: {why}") as caught, writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert (caught.value.code, "TMPDIR" in caught.value.fix) == (Exit.REFUSED, True)


def test_what_is_no_matter_of_the_disk_stays_what_it_is(tmp_path: Path) -> None:
    error: Any = OSError("a request that failed")
    with pytest.raises(OSError, match="a request that failed"), writing(tmp_path):
        raise error
