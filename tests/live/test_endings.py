"""However a proving run ends, and whatever else runs beside it: it ends soon, says why, and nothing of it is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit
from tests.live.conftest import IMAGES, RUN_LABEL, obsboot

pytestmark = pytest.mark.live

COMPOSE = "name: tiny\nservices:\n  cache: {image: 'redis:8'}\n"
QUIET = """\
redis:
  RedisConnectionsRejected: {enabled: false}
  RedisSaveFailed: {enabled: false}
alertmanager:
  AlertmanagerNotificationsFail: {enabled: false}
prometheus:
  PrometheusRulesFailing: {enabled: false}
"""
"""One fault is enough to see how a fault is left behind."""

SOON = 20.0
"""Seconds from a signal to the end, on a machine that has other things to do."""


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a cache and a pack, of which no run may change a byte."""
    files = {"compose.yaml": COMPOSE, "observability/overrides.yaml": QUIET}
    root = lay_out(tmp_path_factory.mktemp("tiny") / "tiny", files)
    done = obsboot("init", "--yes", "--set", "team=a", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


class Running:
    """One `obsboot validate` in a process of its own, with temporary files of its own."""

    def __init__(self, root: Path, folder: Path, *options: str, images: Path = IMAGES, umask: int = -1) -> None:
        self.root, self.temporary = root, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.before, self.lines = snapshot(root), [""]
        command = [sys.executable, "-u", "-m", "obsboot", "validate", "--quick", "--images", str(images), *options]
        self.process = subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=umask,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def until(self, words: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None, f"it ended before {words!r}: {self.said}"
            assert time.monotonic() < end, f"{words!r} was not said: {self.said}"
            time.sleep(0.05)

    def ended(self, seconds: float = SOON) -> int:
        """Its exit code; nothing of it is left then, and its repository is as it was."""
        self.process.wait(timeout=seconds)
        self.reader.join(timeout=5)
        assert "Traceback" not in self.said
        assert self.owned() == []
        assert [path.name for path in self.temporary.iterdir()] == []
        assert self.clients() == []
        assert snapshot(self.root) == self.before
        return self.process.returncode

    def owned(self, *kinds: str) -> list[str]:
        """The names of its containers, networks and volumes."""
        found = []
        for kind in kinds or ("container", "network", "volume"):
            every = ["-a"] if kind == "container" else []
            template = '{{.%s}}\t{{.Label "obsboot.owner"}}' % ("Names" if kind == "container" else "Name")
            for line in docker(kind, "ls", *every, "--filter", f"label={RUN_LABEL}", "--format", template).splitlines():
                name, _, owner = line.partition("\t")
                if owner.split()[1:2] == [str(self.process.pid)]:
                    found.append(name)
        return found

    def named(self, end: str) -> str:
        """Its container whose name ends so."""
        return next(name for name in self.owned("container") if name.endswith(end))

    def clients(self) -> list[str]:
        """The command lines of processes that still work for it."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.temporary) in words:
                found.append(words)
        return found


@pytest.fixture
def started(tiny: Path, tmp_path: Path) -> Iterator[list[Running]]:
    """The runs of a test; those that it forgot are ended."""
    runs: list[Running] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(timeout=60)


# Interrupted


@pytest.fixture
def deaf_registry(tmp_path: Path) -> Iterator[tuple[Path, socket.socket]]:
    """An images file whose cache comes from a registry that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        images = yaml.safe_load(IMAGES.read_text())["images"]
        images["redis:8"] = f"127.0.0.1:{listening.getsockname()[1]}/never/redis:8"
        path = tmp_path / "images.yaml"
        path.write_text(yaml.safe_dump({"images": images}))
        listening.settimeout(30)
        yield path, listening


def test_ctrl_c_while_images_are_looked_up(
    tiny: Path, tmp_path: Path, started: list[Running], deaf_registry: tuple[Path, socket.socket]
) -> None:
    images, listening = deaf_registry
    run = Running(tiny, tmp_path / "tmp", images=images)
    started.append(run)
    connection, _ = listening.accept()
    run.process.send_signal(signal.SIGINT)
    try:
        assert run.ended() == 128 + signal.SIGINT
    finally:
        connection.close()
    assert "obsboot: interrupted" in run.said


@pytest.mark.parametrize(
    ("words", "delay", "numbers"),
    [
        ("start (about", 0.3, [signal.SIGTERM]),
        ("server ready", 0.1, [signal.SIGINT]),
        ("odd ready", 0.8, [signal.SIGTERM]),
        ("healthy load (about", 2.0, [signal.SIGINT, signal.SIGINT, signal.SIGTERM]),
    ],
    ids=["first containers", "servers", "compose", "healthy load, again in the clean-up"],
)
def test_a_signal_ends_a_run_with_its_code_and_all_that_it_started(
    tiny: Path, tmp_path: Path, started: list[Running], words: str, delay: float, numbers: Sequence[signal.Signals]
) -> None:
    run = Running(tiny, tmp_path / "tmp")
    started.append(run)
    run.until(words)
    time.sleep(delay)
    for number in numbers:
        run.process.send_signal(number)
        time.sleep(0.7)
    assert run.ended() == 128 + numbers[0]
    assert run.said.count("obsboot: ") == 1
    assert "removing everything that the run started" in run.said


def test_a_container_that_dies_is_named_and_the_run_goes_on_until_a_signal_in_a_fault(
    tiny: Path, tmp_path: Path, started: list[Running]
) -> None:
    run = Running(tiny, tmp_path / "tmp")
    started.append(run)
    run.until("faults (about")
    docker("kill", run.named("host-1"))
    run.until("failed: container host: exited with code 137 by itself, its last lines: ", 15)
    run.until("redis/stopped: stop server", 60)
    run.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 128 + signal.SIGTERM
    assert "obsboot: terminated" in run.said


# Dying


def test_without_prometheus_the_run_ends_and_says_its_last_words(
    tiny: Path, tmp_path: Path, started: list[Running]
) -> None:
    run = Running(tiny, tmp_path / "tmp")
    started.append(run)
    run.until("healthy load (about")
    docker("kill", run.named("prometheus-1"))
    assert run.ended() in (Exit.COULD_NOT_CHECK, Exit.FAILED)
    assert "error: run the run: prometheus exited with code 137, its last lines: " in run.said
    assert "Server is ready to receive web requests" in run.said


# A full disk


def test_a_disk_without_room_for_the_copy_is_told(tiny: Path, tmp_path: Path, started: list[Running]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    able = os.geteuid() == 0 and shutil.which("mount")
    if not able or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        run = Running(tiny, disk)
        started.append(run)
        assert run.ended() in (Exit.REFUSED, Exit.COULD_NOT_CHECK, Exit.FAILED)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert f"{disk}/obsboot-run-" in run.said
    assert "no space is left for the run's files; make room there, or let TMPDIR name another folder" in run.said


# Others on the machine


@pytest.fixture
def foreign_stack(tiny: Path) -> Iterator[list[str]]:
    """The pack, as its user has it running: with its project's name, its containers' names, its network and its ports."""
    images = yaml.safe_load(IMAGES.read_text())["images"]
    label = [
        "--label",
        "com.docker.compose.project=tiny-observability",
        "--label",
        "com.docker.compose.service=prometheus",
    ]
    made = [
        ["--name", "tiny-cache-1", "--network", "tiny_default", "--network-alias", "cache", images["redis:8"]],
        ["--name", "tiny-observability-prometheus-1", *label, "-p", "127.0.0.1:9090:9090", images["redis:8"]],
    ]
    docker("network", "create", "tiny_default")
    try:
        for arguments in made:
            docker("run", "-d", *arguments)
        yield [arguments[1] for arguments in made]
    finally:
        subprocess.run(["docker", "rm", "-f", *(arguments[1] for arguments in made)], capture_output=True, check=False)
        docker("network", "rm", "tiny_default")


def untouched(names: Sequence[str]) -> list[object]:
    """What would tell that somebody has touched, or even spoken to, these containers."""
    looks = "{{.State.StartedAt}} {{.State.Status}} {{.RestartCount}} {{json .NetworkSettings.Networks}}"
    calls = docker("exec", names[0], "redis-cli", "info", "stats")
    return [docker("inspect", "-f", looks, *names), next(x for x in calls.split() if x.startswith("total_connections"))]


def test_two_runs_beside_the_users_own_stack_and_a_dead_run(
    tiny: Path, tmp_path: Path, started: list[Running], foreign_stack: list[str]
) -> None:
    """One of them writes for its user alone; the third is killed, and what it left is removed while they go on."""
    reports = [tmp_path / "one.json", tmp_path / "two.json"]
    before, said = untouched(foreign_stack), int(str(untouched(foreign_stack)[1]).partition(":")[2])
    one = Running(tiny, tmp_path / "one", "--report", str(reports[0]), umask=0o077)
    two = Running(tiny, tmp_path / "two", "--report", str(reports[1]))
    dead = Running(tiny, tmp_path / "dead")
    started += [one, two, dead]
    dead.until("odd ready")
    dead.process.kill()
    dead.process.wait()
    for run in (one, two):
        run.until("targets and rules")
    living = one.owned() + two.owned()
    left = dead.owned()
    assert left
    done = obsboot("clean", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert left[0][: len("obsboot-12345678")] in done.stdout
    assert dead.owned() == []
    assert set(living) <= set(one.owned() + two.owned())
    networks = [set(run.owned("network")) for run in (one, two)]
    assert networks[0]
    assert not networks[0] & networks[1]
    assert list(dead.temporary.iterdir()) == []
    for run, report in zip((one, two), reports, strict=True):
        code = run.ended(seconds=240)
        results = json.loads(report.read_text())["results"]
        assert code == Exit.DONE, [r for r in results if r["outcome"] in ("failed", "error")]
        assert {r["outcome"] for r in results if r["check"] == "live/alert" and r["subject"] == "redis/RedisDown"} == {
            "passed"
        }
    after = untouched(foreign_stack)
    assert after[0] == before[0]
    assert int(str(after[1]).partition(":")[2]) - said <= 2, "only this test itself has asked it"
