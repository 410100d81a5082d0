"""What runs in the live tests is like the official image that a pack is written for, be it that image or a stand-in."""

from __future__ import annotations

import functools
import json
import os
import stat
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

pytestmark = pytest.mark.live

HERE: Final = Path(__file__).parent
IMAGES_FILE: Final = Path(os.environ.get("OBSBOOT_IMAGES") or HERE.parents[1] / "build" / "images.yaml")
START_SECONDS: Final = 60
DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NO_SUCH_PROGRAM: Final = 127
"""What `docker run` ends with when the program is not in the image."""


@dataclass(frozen=True)
class Subject:
    """An image that a pack pins, what runs instead of it, and what is promised about it."""

    official: str
    reference: str | None
    contract: Mapping[str, Any]

    @property
    def stands_in(self) -> bool:
        return self.reference != self.official


def contract_for(official: str) -> Mapping[str, Any] | None:
    repository, _, tag = official.partition(":")
    contracts: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "CONTRACT.yaml").read_text(encoding="utf-8"))
    for entries in contracts.values():
        for entry in entries:
            if entry["repository"] == repository and any(tag.startswith(start) for start in entry.get("tags", [""])):
                return entry
    return None


def pinned() -> list[str]:
    inventory = yaml.safe_load((HERE / "images.yaml").read_text(encoding="utf-8"))
    return [item["official"] for item in (*inventory["images"], *inventory["unavailable"])]


def images() -> dict[str, str | None]:
    if not IMAGES_FILE.is_file():
        return {}
    found: dict[str, str | None] = yaml.safe_load(IMAGES_FILE.read_text(encoding="utf-8"))["images"]
    return found


@pytest.fixture(params=pinned())
def subject(request: pytest.FixtureRequest) -> Subject:
    official: str = request.param
    contract = contract_for(official)
    assert contract is not None, f"CONTRACT.yaml says nothing about {official}"
    known = images()
    if not known:
        pytest.skip(f"no images file at {IMAGES_FILE}: `make images` writes one")
    if known.get(official) is None:
        pytest.skip(f"image {official} is not available")
    return Subject(official, known[official], contract)


# --- asking the engine


def docker(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = ["docker", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
    )


def succeed(*arguments: str) -> str:
    done = docker(*arguments)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@functools.cache
def configuration(reference: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(succeed("image", "inspect", reference))[0]["Config"]
    return found


@functools.cache
def files(reference: str) -> dict[str, tarfile.TarInfo]:
    """Every path in an image; read from outside, because some images have nothing that could list them."""
    container = succeed("create", reference, "none").strip()
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            assert export.stdout is not None
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                listed = {"/" + item.name.removeprefix("./").rstrip("/"): item for item in archive}
        assert export.returncode == 0
    finally:
        docker("rm", "--force", "--volumes", container)
    return listed


def resolve(reference: str, path: str) -> tarfile.TarInfo | None:
    """The file at a path, symbolic links followed in every part of it."""
    listed = files(reference)
    done, waiting, steps = "", path.strip("/").split("/"), 0
    while waiting and steps < 200:
        steps += 1
        part = waiting.pop(0)
        if part == "..":
            done = done.rpartition("/")[0]
            continue
        item = listed.get(f"{done}/{part}")
        if item is None:
            return None
        if item.issym():
            waiting = [*item.linkname.strip("/").split("/"), *waiting]
            done = "" if item.linkname.startswith("/") else done
        else:
            done = f"{done}/{part}"
    return listed.get(done)


def on_path(reference: str, program: str) -> bool:
    environment = dict(item.partition("=")[::2] for item in configuration(reference).get("Env") or [])
    folders = environment.get("PATH", DEFAULT_PATH).split(":")
    return any((item := resolve(reference, f"{folder}/{program}")) and item.mode & 0o111 for folder in folders)


@contextmanager
def container(subject: Subject, *options: str, arguments: Sequence[str] = ()) -> Iterator[str]:
    name = f"obsboot-contract-{uuid.uuid4().hex[:12]}"
    assert subject.reference is not None
    start = subject.contract.get("start", {})
    environment = [option for key, value in start.get("env", {}).items() for option in ("--env", f"{key}={value}")]
    arguments = [*start.get("args", []), *arguments]
    try:
        succeed("run", "--detach", "--name", name, *environment, *options, subject.reference, *arguments)
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def wait_until_well(subject: Subject, name: str) -> None:
    """Until the health check succeeds inside or, where there is none, the program answers from outside."""
    health, limit, said = subject.contract["health"], time.monotonic() + START_SECONDS, ""
    while time.monotonic() < limit:
        if succeed("inspect", "--format", "{{.State.Running}}", name).strip() != "true":
            break
        if isinstance(health, list):
            done = docker("exec", name, *health)
            said = done.stdout + done.stderr
            if done.returncode == 0:
                return
        elif answers(subject, name):
            return
        time.sleep(0.3)
    logs = docker("logs", "--tail", "20", name)
    pytest.fail(f"{subject.reference} is not well: {said}\n{logs.stdout}{logs.stderr}")


def answers(subject: Subject, name: str) -> bool:
    serves = subject.contract["serves"]
    published = docker("port", name, str(serves["port"])).stdout.split()
    if not published:
        return False
    try:
        with urllib.request.urlopen(f"http://{published[0]}{serves['path']}", timeout=10) as response:
            return bool(response.status == 200 and response.read(1))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


# --- the contract


@pytest.mark.parametrize("official", pinned())
def test_every_image_has_a_contract(official: str) -> None:
    assert contract_for(official) is not None


def test_configuration(subject: Subject) -> None:
    assert subject.reference is not None
    found, contract = configuration(subject.reference), subject.contract
    assert (found.get("User") or "") == contract["user"]
    if "entrypoint" in contract:
        assert (found.get("Entrypoint") or []) == contract["entrypoint"]
    assert (found.get("Cmd") or []) == contract["cmd"]
    assert (found.get("WorkingDir") or "").rstrip("/") == contract["workdir"]
    assert sorted(found.get("ExposedPorts") or {}) == sorted(contract["ports"])
    assert sorted(found.get("Volumes") or {}) == sorted(contract["volumes"])
    assert found.get("StopSignal", "SIGTERM") == contract.get("stop_signal", "SIGTERM")
    environment = dict(item.partition("=")[::2] for item in found.get("Env") or [])
    wanted = contract.get("env", {})
    assert {key: environment.get(key) for key in wanted} == wanted


def test_the_tag_tells_the_version(subject: Subject) -> None:
    assert subject.reference is not None
    program, *arguments = subject.contract["version"]
    done = docker("run", "--rm", "--entrypoint", program, subject.reference, *arguments)
    assert done.returncode == 0, done.stderr
    version = subject.reference.rpartition(":")[2].removeprefix("v").partition("-")[0]
    assert version in done.stdout + done.stderr
    if subject.stands_in:
        pin = subject.official.rpartition(":")[2].removeprefix("v").partition("-")[0]
        # A stand-in may be a later patch of what is pinned, never another minor version.
        parts = min(2, pin.count(".") + 1)
        assert version.split(".")[:parts] == pin.split(".")[:parts]


def test_programs_are_there_and_run(subject: Subject) -> None:
    assert subject.reference is not None
    program, *_ = subject.contract["version"]
    assert resolve(subject.reference, program) if program.startswith("/") else on_path(subject.reference, program)
    for name, arguments in subject.contract["present"].items():
        assert on_path(subject.reference, name), f"{name} is not on the PATH"
        done = docker("run", "--rm", "--entrypoint", name, subject.reference, *arguments)
        assert done.returncode == 0, f"{name} {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"


def test_programs_are_not_there(subject: Subject) -> None:
    assert subject.reference is not None
    absent = subject.contract["absent"]
    assert absent, "an image without anything absent has nothing to show here"
    assert [name for name in absent if on_path(subject.reference, name)] == []
    done = docker("run", "--rm", "--entrypoint", absent[0], subject.reference)
    assert done.returncode == NO_SUCH_PROGRAM, f"{absent[0]}: exit {done.returncode}"


def test_paths(subject: Subject) -> None:
    assert subject.reference is not None
    assert subject.contract["paths"]
    for path, wanted in subject.contract["paths"].items():
        item = resolve(subject.reference, path)
        assert item is not None, f"{path} is not in the image"
        if "owner" in wanted:
            assert f"{item.uid}:{item.gid}" == wanted["owner"], path
        if "mode" in wanted:
            assert format(stat.S_IMODE(item.mode), "04o") == wanted["mode"], path


def test_runs_as(subject: Subject) -> None:
    if "runs_as" not in subject.contract:
        pytest.skip(f"{subject.official} runs no server of its own")
    with container(subject, *publish(subject)) as name:
        wait_until_well(subject, name)
        # The engine's own process list: it needs no program inside.
        _, *processes = succeed("top", name, "-eo", "pid,ppid,uid,gid").splitlines()
        first = min((line.split() for line in processes), key=lambda fields: int(fields[0]))
        assert f"{first[2]}:{first[3]}" == subject.contract["runs_as"]
        if "serves" in subject.contract:
            assert answers(subject, name)


def test_runs_hardened(subject: Subject) -> None:
    if "hardened" not in subject.contract:
        pytest.skip(f"{subject.official} runs no server of its own")
    hardened = subject.contract["hardened"]
    options = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", hardened["user"]]
    options += [option for path in hardened.get("tmpfs", []) for option in ("--tmpfs", path)]
    options += [option for path in hardened.get("volumes", []) for option in ("--volume", path)]
    with container(subject, *options, *publish(subject)) as name:
        wait_until_well(subject, name)
        _, *processes = succeed("top", name, "-eo", "pid,uid,gid").splitlines()
        owners = {":".join(line.split()[1:]) for line in processes}
        assert owners == {hardened["user"]}


def test_health_check_fails_without_a_server(subject: Subject) -> None:
    """A check that succeeds whatever happens would prove nothing."""
    health = subject.contract["health"]
    if not isinstance(health, list):
        assert health.startswith("none: ")
        pytest.skip(f"{subject.official} has no health check ({health.removeprefix('none: ')})")
    assert subject.reference is not None
    done = docker("run", "--rm", "--entrypoint", health[0], subject.reference, *health[1:])
    assert done.returncode not in (0, NO_SUCH_PROGRAM), done.stdout + done.stderr


def publish(subject: Subject) -> list[str]:
    return ["--publish", f"127.0.0.1::{subject.contract['serves']['port']}"] if "serves" in subject.contract else []
