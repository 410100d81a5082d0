"""The container engine: what is refused and why, and that nothing of a run is left."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import docker
import pytest
from live_doubles import Client, Container, engine

from obsboot.live import cleaning
from obsboot.live.engine import FOLDER_LABEL, OWNER_LABEL, RUN_LABEL, connect, dead_runs, is_dead, owner, remove
from obsboot.model import Exit, ObsbootError

DEAD = f"{socket.gethostname()} 999999999 1"


@pytest.fixture
def info(docker_said: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the engine says of itself; an exception is raised instead."""
    info: dict[str, Any] = {
        "ServerVersion": "29.0.1",
        "NCPU": 2,
        "MemTotal": 8_000,
        "SecurityOptions": ["name=seccomp"],
    }

    class Answering:
        def __init__(self, base_url: str, timeout: int) -> None:
            self.base_url = base_url

        def info(self) -> dict[str, Any]:
            if error := info.get("raises"):
                raise error
            return info

    monkeypatch.setattr(docker, "DockerClient", Answering)
    return info


def refused() -> ObsbootError:
    with pytest.raises(ObsbootError) as caught:
        connect()
    return caught.value


def test_the_engine_is_that_of_the_clients_context(info: dict[str, Any]) -> None:
    found = connect()
    assert (found.host, found.version, found.processors) == ("unix:///run/here.sock", "29.0.1", 2)
    assert found.client.base_url == found.host


def test_docker_host_stands_above_the_context(info: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    assert connect().host == "unix:///run/other.sock"


def test_a_client_without_contexts_means_the_usual_socket(info: dict[str, Any], docker_said: Path) -> None:
    (docker_said / "context").write_text("unknown command\n")
    assert connect().host == "unix:///var/run/docker.sock"


def test_an_engine_on_another_machine_is_refused(info: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    error = refused()
    assert error.code == Exit.REFUSED
    assert "on another machine (tcp://elsewhere:2375)" in error.message


def test_a_rootless_engine_is_refused(info: dict[str, Any]) -> None:
    info["SecurityOptions"] = ["name=seccomp", "name=rootless"]
    error = refused()
    assert (error.code, "rootless" in error.message) == (Exit.REFUSED, True)


def test_without_the_client_there_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    error = refused()
    assert (error.code, "not on PATH" in error.message) == (Exit.COULD_NOT_CHECK, True)


@pytest.mark.parametrize("version", ["1.29.2", "", "no such command"])
def test_compose_has_to_be_of_version_two(info: dict[str, Any], docker_said: Path, version: str) -> None:
    (docker_said / "compose-version").write_text(version)
    error = refused()
    assert (error.code, "docker compose version 2 is missing" in error.message) == (Exit.COULD_NOT_CHECK, True)


@pytest.mark.parametrize(
    ("error", "fix"), [("Permission denied", "group docker"), ("connection refused", "install Docker Engine")]
)
def test_an_engine_that_does_not_answer_is_told_with_the_way_out(info: dict[str, Any], error: str, fix: str) -> None:
    info["raises"] = docker.errors.DockerException(error)
    said = refused()
    assert (said.code, fix in said.fix) == (Exit.COULD_NOT_CHECK, True)
    assert "unix:///run/here.sock" in said.message


def test_a_run_is_dead_when_its_process_is() -> None:
    assert not is_dead(owner())
    assert is_dead(DEAD)
    host, pid, _ = owner().split()
    assert is_dead(f"{host} {pid} 1"), "the number is another process's by now"
    assert not is_dead(f"{host} {pid} -"), "when it began is not known"
    assert not is_dead(f"another-host {pid} 1")
    assert not is_dead("nonsense")


def test_a_process_of_another_user_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", denied)
    assert not is_dead(owner())


def left_by(run: str, by: str, folder: str = "") -> dict[str, str]:
    return {RUN_LABEL: run, OWNER_LABEL: by, FOLDER_LABEL: folder}


def test_only_what_a_dead_run_left_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = Client()
    monkeypatch.setattr(cleaning, "connect", lambda: engine(client))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folders = [tmp_path / f"obsboot-run-{name}" for name in ("dead", "alive", "alone")]
    for folder, by in zip(folders, (DEAD, owner(), DEAD), strict=True):
        folder.mkdir()
        (folder / "owner").write_text(by)
    client.made = [
        Container("one", {"labels": left_by("obsboot-dead", DEAD, str(folders[0]))}),
        Container("two", {"labels": left_by("obsboot-dead", DEAD, str(folders[0]))}),
        Container("three", {"labels": left_by("obsboot-alive", owner(), str(folders[1]))}),
        Container("four", {"labels": {}}),
    ]
    assert dead_runs(engine(client)) == {"obsboot-dead": str(folders[0])}
    removed = cleaning.clean()
    assert removed == ["obsboot-dead: 2 containers, networks and volumes", str(folders[2])]
    assert [container.gone for container in client.made] == [True, True, False, False]
    assert [folder.exists() for folder in folders] == [False, True, False]


def test_a_folder_that_is_none_of_a_run_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A label is only text: it must not make obsboot remove a folder of somebody's."""
    client, mine = Client(), tmp_path / "mine"
    mine.mkdir()
    monkeypatch.setattr(cleaning, "connect", lambda: engine(client))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "empty"))
    client.made = [Container("one", {"labels": left_by("obsboot-dead", DEAD, str(mine))})]
    cleaning.clean()
    assert mine.is_dir()


@pytest.mark.parametrize(("status", "raised"), [(404, False), (409, False), (500, True)])
def test_what_is_gone_already_is_no_error(status: int, raised: bool) -> None:
    class Answer:
        status_code = status
        reason = url = ""

    class Stubborn(Container):
        def remove(self, **_: object) -> None:
            self.gone = True
            raise docker.errors.APIError("no", response=Answer())

    client = Client()
    client.made = [Stubborn("one", {"labels": {RUN_LABEL: "r"}})]
    if raised:
        with pytest.raises(docker.errors.APIError):
            remove(engine(client), "r")
    else:
        assert remove(engine(client), "r") == 1
