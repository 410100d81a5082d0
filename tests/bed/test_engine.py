"""The engine script on machines that have no engine; what it does on one that has is shown by every live test."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ENGINE = Path(__file__).with_name("engine")
NEEDED = ("bash", "env", "awk", "cut", "id", "sed", "timeout", "tail", "dirname", "rm", "cat")


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH has no docker."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return {"PATH": str(programs), "HOME": str(tmp_path), "OBSBOOT_ENGINE_STATE": str(tmp_path / "state")}


def engine(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ENGINE), *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False
    )


def install(environment: dict[str, str], name: str, text: str) -> None:
    program = Path(environment["PATH"]) / name
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)


def test_nothing_is_installed_without_a_yes(machine: dict[str, str]) -> None:
    install(machine, "id", "echo 0")
    install(machine, "apt-get", "echo called >>$HOME/apt-get")
    done = engine(machine, "up")
    assert done.returncode == 6
    assert "BOOTSTRAP=1 is not set" in done.stderr
    assert "the docker client is not installed" in done.stderr
    assert not (Path(machine["HOME"]) / "apt-get").exists()


@pytest.mark.parametrize(
    ("user", "programs", "reason"),
    [
        ("1000", ["apt-get"], "installing one needs root"),
        ("0", [], "this is not Debian or Ubuntu"),
    ],
)
def test_where_it_cannot_install_it_says_how_to_get_one(
    machine: dict[str, str], user: str, programs: list[str], reason: str
) -> None:
    install(machine, "id", f"echo {user}")
    for name in programs:
        install(machine, name, "exit 1")
    done = engine({**machine, "BOOTSTRAP": "1"}, "up")
    assert done.returncode == 6
    assert reason in done.stderr
    assert "install Docker Engine with its compose and buildx plugins" in done.stderr


def test_another_engine_that_does_not_answer_is_not_worked_around(machine: dict[str, str]) -> None:
    install(machine, "id", "echo 0")
    install(machine, "apt-get", "exit 1")
    install(machine, "docker", "exit 1")
    done = engine({**machine, "BOOTSTRAP": "1", "DOCKER_HOST": "tcp://127.0.0.1:1"}, "up")
    assert done.returncode == 6
    assert "DOCKER_HOST" in done.stderr


def test_an_engine_that_is_there_is_used_as_it_is(machine: dict[str, str]) -> None:
    install(machine, "docker", "echo 1.2.3")
    done = engine(machine, "up")
    assert done.returncode == 0
    assert "1.2.3" in done.stdout
    assert engine(machine, "pid").stdout == ""


def test_status_tells_what_is_missing(machine: dict[str, str]) -> None:
    install(machine, "docker", '[ "$1" = info ]')
    done = engine(machine, "status")
    assert done.returncode == 6
    assert done.stdout.splitlines() == ["docker compose version 2 is missing", "docker buildx is missing"]


def test_down_stops_nothing_that_it_did_not_start(machine: dict[str, str]) -> None:
    state = Path(machine["OBSBOOT_ENGINE_STATE"])
    state.mkdir()
    # This process has the number, but did not start at that time.
    (state / "dockerd").write_text(f"{os.getpid()} 1\n", encoding="utf-8")
    done = engine(machine, "down")
    assert done.returncode == 0
    assert "nothing to stop" in done.stderr
    assert not (state / "dockerd").exists()


def test_down_stops_what_it_started(machine: dict[str, str]) -> None:
    state = Path(machine["OBSBOOT_ENGINE_STATE"])
    state.mkdir()
    with subprocess.Popen(["sleep", "600"]) as started:
        start = Path(f"/proc/{started.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
        (state / "dockerd").write_text(f"{started.pid} {start}\n", encoding="utf-8")
        assert engine(machine, "pid").stdout.split() == [str(started.pid)]
        waiting = subprocess.Popen([str(ENGINE), "down"], env={**machine, "PATH": os.environ["PATH"]})
        assert started.wait(timeout=30) == -15
        assert waiting.wait(timeout=30) == 0
    assert engine(machine, "pid").stdout == ""


@pytest.mark.parametrize("arguments", [(), ("start",), ("up", "now")])
def test_usage(machine: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = engine(machine, *arguments)
    assert done.returncode == 2
    assert "usage: engine up | down | status" in done.stderr
