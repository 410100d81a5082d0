"""A workload inside a container: started, counted by its own lines, ended with everything that it started."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from live_doubles import box, until

from obsboot.live.interrupts import interruptible, uninterrupted
from obsboot.live.tally import Tally
from obsboot.live.waiting import Stopped, TimedOut, wait_for
from obsboot.live.workload import ExecLoad, wait_for_count
from obsboot.model import Exit, ObsbootError

COUNTING = 'while :; do echo "{\\"hits\\": 8, \\"misses\\": 2}"; sleep 0.05; done\n'


def script(text: str, **environment: str) -> ExecLoad:
    return ExecLoad(box(), ("sh", "-s", "--", "given"), text, environment)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_its_lines_are_its_tally(docker_said: Path) -> None:
    load = script(COUNTING)
    load.start()
    assert load.alive()
    assert wait_for_count(load, 5, threading.Event())
    load.stop()
    assert not load.alive()
    counted = load.tally.between(0, time.time())
    assert counted["hits"] == 4 * counted["misses"] == 8 * counted["lines"]


def test_what_is_no_count_is_said_in_the_complaint(docker_said: Path) -> None:
    load = script('echo oh; echo "[1]"; echo "no $1" >&2; echo "secret is $WORD"', WORD="set")
    load.start()
    until(lambda: not load.alive() and len(load.complaint().split(" | ")) == 4)
    assert set(load.complaint().split(" | ")) == {"oh", "[1]", "no given", "secret is set"}
    assert load.tally.count() == 0
    assert not wait_for_count(load, 5, threading.Event()), "what has ended counts no more"
    load.stop()


def test_everything_that_it_started_ends_with_it(docker_said: Path, tmp_path: Path) -> None:
    load = script(f"sleep 60 & echo $! > {tmp_path}/pid; trap 'echo tidied > {tmp_path}/tidy; exit' TERM; wait\n")
    load.start()
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    child = int((tmp_path / "pid").read_text())
    assert is_there(child)
    load.stop()
    assert (tmp_path / "tidy").read_text() == "tidied\n", "it is given the time to tidy up"
    until(lambda: not is_there(child))
    load.stop()


def test_a_container_that_goes_takes_its_workload_along(docker_said: Path) -> None:
    load = script("sleep 60")
    load.start()
    load.abandon()
    assert not load.alive()


def test_a_command_that_does_not_start_is_told(docker_said: Path) -> None:
    load = ExecLoad(box(), ("/no/such/command",))
    load.start()
    until(lambda: not load.alive())
    until(lambda: "/no/such/command" in load.complaint())
    (docker_said / "docker").write_text("#!/bin/sh\necho no such container >&2; exit 1\n")
    with pytest.raises(ObsbootError, match="cache: server: `sh` does not start: no such container") as caught:
        script("").start()
    assert caught.value.code == Exit.COULD_NOT_CHECK


def test_a_run_that_ends_waits_for_no_count() -> None:
    class Alive:
        tally = Tally()

        def alive(self) -> bool:
            return True

    stopping = threading.Event()
    assert not wait_for_count(Alive(), 0.3, stopping)  # type: ignore[arg-type]
    stopping.set()
    began = time.monotonic()
    assert not wait_for_count(Alive(), 30, stopping)  # type: ignore[arg-type]
    assert time.monotonic() - began < 5


# Waiting


def test_waiting_ends_as_soon_as_the_condition_is_true() -> None:
    looks = iter(["", "", "found"])
    assert wait_for("it", lambda: next(looks), 30, threading.Event()) == "found"


def test_a_wait_that_is_too_long_says_what_it_last_saw() -> None:
    with pytest.raises(TimedOut, match=r"the moon rises: not within 0 s; last seen: a cloud") as caught:
        wait_for("the moon rises", lambda: None, 0, threading.Event(), lambda: "a cloud")
    assert caught.value.code == Exit.COULD_NOT_CHECK
    with pytest.raises(TimedOut, match=r"within 0 s$"):
        wait_for("it", lambda: None, 0, threading.Event())


def test_whoever_waits_gives_up_when_the_run_ends() -> None:
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Stopped):
        wait_for("it", lambda: None, 30, stopping)


# Signals


def test_a_termination_is_an_interruption_within_and_none_after() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_cleaning_up_is_not_interrupted() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    went: list[str] = []

    def work() -> None:
        with interruptible(), uninterrupted():
            went.append("through")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert went == ["through"]
