"""What stands in the way, on the machine and in what is said: one clear message, the exit code, an untouched repository."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from live_doubles import docker_client
from small_catalogue import lay_out, snapshot

from obsboot import live
from obsboot.model import Exit, Report, Result
from tests.cli.test_init import refused, without_secrets


@pytest.fixture
def packed(obsboot, shop: Path) -> Path:  # type: ignore[no-untyped-def]
    """A repository with a pack."""
    done = obsboot("init", "--yes")
    assert done.returncode == 0, done.stderr
    return shop


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """The folder as a small file system of its own; skips where nothing can be mounted."""
    folder.mkdir(exist_ok=True)
    able = os.geteuid() == 0 and shutil.which("mount")
    if not able or subprocess.run(["mount", "-t", "tmpfs", *options, "none", folder], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def sealed(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


# What is said


NAMES = {
    "quotes": "a\"b'c",
    "braces": "{{ service }}",
    "variables": "${HOME}",
    "lines": "shop\nteam: other",
    "long": "x" * 300,
    "path": "../../etc",
    "accents": "é",
    "dash": "-rf",
    "blank": " ",
    "empty": "",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("source", ["flag", "file", "environment"])
def test_no_service_gets_a_name_that_could_be_syntax(obsboot, shop: Path, name: str, source: str) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"a.yml": f"team: x\nservice: {json.dumps(name)}\n"})
    before = snapshot(shop)
    said = {
        "flag": lambda: obsboot("init", "--yes", "--set", f"service={name}"),
        "file": lambda: obsboot("init", "--answers", "a.yml"),
        "environment": lambda: obsboot("init", "--yes", OBSBOOT_SERVICE=name),
    }[source]()
    where = {"flag": "--set service=", "file": "a.yml:2: service", "environment": "OBSBOOT_SERVICE"}[source]
    refused(said, Exit.USAGE, where)
    assert snapshot(shop) == before
    assert max(map(len, said.stderr.split("\n"))) < 400, "300 characters are not said back in full"


def test_a_folder_with_such_a_name_is_no_service_either(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    odd = shop.rename(shop.parent / 'sh"op {{x}} $y')
    lay_out(odd, {"compose.yaml": "services:\n  cache: {image: 'redis:8'}\n"})
    (odd / "pyproject.toml").unlink()
    done = obsboot("init", "--yes", cwd=odd)
    if done.returncode:
        refused(done, Exit.USAGE, "--set service=")
        return
    for path in (odd / "observability").rglob("*"):
        assert not path.is_file() or 'sh"op' not in path.read_text()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"templates/components/kettle/component.yaml": "title: Kettle\nkind: server\nport: 1\nexporterr: {}\n"},
            "component.yaml:4:1: nothing is called 'exporterr' here (did you mean 'exporter'?)",
        ),
        ({"alerts/redis.yaml": "RedisDown:\n  signal: avalable\n"}, "alerts/redis.yaml:2:"),
        ({"templates/pack/known.yaml": "brook: [\n"}, "known.yaml:2:1: this is not YAML"),
    ],
)
@pytest.mark.parametrize("command", [["init", "--yes"], ["detect"]])
def test_a_typo_in_a_catalogue_is_told_with_its_line(  # type: ignore[no-untyped-def]
    obsboot, shop: Path, tmp_path: Path, files: dict[str, str], said: str, command: list[str]
) -> None:
    mine, before = lay_out(tmp_path / "mine", files), snapshot(shop)
    refused(obsboot(*command, "--catalog", str(mine)), Exit.USAGE, str(mine), said)
    assert snapshot(shop) == before


@pytest.mark.parametrize(
    ("files", "said", "way_out"),
    [
        (
            {"compose.prod.yaml": "services:\n  db:\n    image: postgres:15\n"},
            ["compose.yaml:8", "compose.prod.yaml:3", "--set postgresql.version="],
            ["postgresql.version=15"],
        ),
        (
            {"requirements.txt": "flask==3.1\n"},
            ["pyproject.toml:4", "requirements.txt:1", "--set flask.component=none"],
            ["flask.component=none"],
        ),
    ],
    ids=["two versions of a server", "two frameworks"],
)
def test_evidence_that_conflicts_is_for_the_user_to_judge(  # type: ignore[no-untyped-def]
    obsboot, shop: Path, files: dict[str, str], said: list[str], way_out: list[str]
) -> None:
    lay_out(shop, files)
    before = snapshot(shop)
    refused(obsboot("init", "--yes"), Exit.USAGE, *said)
    assert snapshot(shop) == before
    done = obsboot("init", "--yes", *(part for one in way_out for part in ("--set", one)))
    assert done.returncode == 0, done.stderr


def test_nothing_outside_the_repository_is_evidence(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    outside = lay_out(tmp_path / "outside", {"compose.yaml": "services:\n  lake: {image: 'postgres:9.3'}\n"})
    (shop / "compose.prod.yaml").symlink_to(outside / "compose.yaml")
    (shop / "deploy").symlink_to(outside)
    done = obsboot("detect")
    assert done.returncode == 0
    assert "9.3" not in done.stdout


def test_a_compose_file_that_does_not_parse_leaves_what_it_would_tell_open(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    for name in ("pyproject.toml", ".github/CODEOWNERS"):
        (shop / name).unlink()
    lay_out(shop, {"compose.yaml": "services:\n  db: {image: postgres:18\n"})
    before = snapshot(shop)
    done = obsboot("init")
    refused(done, Exit.USAGE, "--set team=")
    assert "this compose file cannot be read" in done.stdout
    assert snapshot(shop) == before


# The disk


@pytest.mark.parametrize("before_the_first", [True, False])
def test_a_read_only_file_system_is_refused(obsboot, shop: Path, tmp_path: Path, before_the_first: bool) -> None:  # type: ignore[no-untyped-def]
    with mounted(tmp_path / "disk") as disk:
        root = Path(shutil.copytree(shop, disk / "shop"))
        if not before_the_first:
            assert obsboot("init", "--yes", cwd=root).returncode == 0
            (root / "observability/README.md").unlink()
        sealed(disk)
        before = snapshot(root)
        refused(obsboot("init", "--yes", cwd=root), Exit.REFUSED, "cannot be written (Read-only file system)")
        assert snapshot(root) == before


@pytest.mark.parametrize("size", ["96k", "256k", "600k"])
def test_a_disk_that_fills_up_is_told_and_nothing_is_half_there(obsboot, shop: Path, tmp_path: Path, size: str) -> None:  # type: ignore[no-untyped-def]
    with mounted(tmp_path / "disk", "-o", f"size={size}") as disk:
        root = Path(shutil.copytree(shop, disk / "shop"))
        before = snapshot(root)
        refused(obsboot("init", "--yes", cwd=root), Exit.REFUSED, f"{root}: no space is left", "make room")
        assert snapshot(root) == before


def test_a_file_in_place_of_a_folder_is_refused(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"observability": "mine\n"})
    before = snapshot(shop)
    refused(
        obsboot("init", "--yes"), Exit.REFUSED, "observability is a file where a folder has to be", "directory=PATH"
    )
    assert snapshot(shop) == before


def test_ports_that_are_taken_on_this_machine_are_no_matter_of_writing(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The same answers give the same bytes on every machine; a proving run takes free ports of its own."""
    other = Path(shutil.copytree(shop, tmp_path / "other" / "shop"))
    assert obsboot("init", "--yes", cwd=other).returncode == 0
    taken = []
    try:
        for port in (9090, 9093, 3000):
            taken.append(socket.socket())
            taken[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken[-1].bind(("127.0.0.1", port))
                taken[-1].listen()
            except OSError:
                continue  # somebody else has it, which is as good
        assert obsboot("init", "--yes").returncode == 0
    finally:
        for each in taken:
            each.close()
    assert without_secrets(shop) == without_secrets(other)


def test_two_servers_on_one_port_are_refused(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(shop)
    done = obsboot("init", "--yes", "--set", "prometheus_port=9099", "--set", "grafana_port=9099")
    refused(done, Exit.USAGE, "9099")
    assert snapshot(shop) == before


# The engine


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker client with compose, and nothing that answers it."""
    folder = tmp_path / "client"
    folder.mkdir()
    docker_client(folder)
    (folder / "compose-version").write_text("v2.39.1\n")
    (folder / "context").write_text('"unix:///nonexistent/docker.sock"\n')
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_SAID", str(folder))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command's temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


ENGINES = {
    "no client": (
        {"PATH": "/nowhere"},
        Exit.COULD_NOT_CHECK,
        "the docker client is not on PATH",
        "install Docker Engine",
    ),
    "nobody answers": (
        {"DOCKER_HOST": "unix:///nonexistent"},
        Exit.COULD_NOT_CHECK,
        "no container engine answers at unix:///nonexistent: No such file or directory",
        "install Docker Engine",
    ),
    "nobody answers the context": (
        {},
        Exit.COULD_NOT_CHECK,
        "unix:///nonexistent/docker.sock",
        "install Docker Engine",
    ),
    "remote": (
        {"DOCKER_HOST": "tcp://127.0.0.1:1"},
        Exit.REFUSED,
        "another machine (tcp://127.0.0.1:1)",
        "unset DOCKER_HOST",
    ),
    "over ssh": (
        {"DOCKER_HOST": "ssh://me@there"},
        Exit.REFUSED,
        "another machine (ssh://me@there)",
        "unset DOCKER_HOST",
    ),
}


@pytest.mark.parametrize(("environment", "code", "said", "fix"), ENGINES.values(), ids=ENGINES.keys())
@pytest.mark.parametrize("command", ["validate", "clean"])
def test_an_engine_that_cannot_be_used(  # type: ignore[no-untyped-def]
    obsboot,
    packed: Path,
    client: Path,
    temporary: Path,
    environment: dict[str, str],
    code: Exit,
    said: str,
    fix: str,
    command: str,
) -> None:
    before = snapshot(packed)
    refused(obsboot(command, **environment), code, said, fix)
    assert snapshot(packed) == before
    assert list(temporary.iterdir()) == []


class Rootless(BaseHTTPRequestHandler):
    """What an engine says that an ordinary user has started."""

    def do_GET(self) -> None:
        info = {
            "ServerVersion": "29.0.1",
            "NCPU": 2,
            "MemTotal": 1,
            "SecurityOptions": ["name=seccomp", "name=rootless"],
        }
        body = json.dumps(
            info if self.path.endswith("/info") else {"ApiVersion": "1.47", "MinAPIVersion": "1.24"}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: object) -> None:
        """Nothing: nobody reads it."""


def test_a_rootless_engine_is_refused(obsboot, packed: Path, client: Path, temporary: Path) -> None:  # type: ignore[no-untyped-def]
    before, path = snapshot(packed), f"/tmp/rootless-{os.getpid()}.sock"
    with socketserver.ThreadingUnixStreamServer(path, Rootless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            done = obsboot("validate", DOCKER_HOST=f"unix://{path}")
        finally:
            server.shutdown()
            Path(path).unlink()
    refused(done, Exit.REFUSED, "rootless", "obsboot check --replay")
    assert snapshot(packed) == before
    assert list(temporary.iterdir()) == []


def test_a_context_that_is_not_there_is_no_other_one(obsboot, packed: Path, client: Path) -> None:  # type: ignore[no-untyped-def]
    (client / "docker").write_text(
        '#!/bin/sh\n[ "$1" = context ] && { echo "context not found" >&2; exit 1; }\necho v2.39\n'
    )
    done = obsboot("validate", DOCKER_CONTEXT="gone")
    refused(done, Exit.COULD_NOT_CHECK, "DOCKER_CONTEXT=gone: context not found", "docker context ls")


# The pack that is to be proven


@pytest.mark.parametrize(
    ("path", "text", "code", "said"),
    [
        (
            "observability/prometheus/prometheus.yml",
            "global: [\n",
            Exit.FAILED,
            "observability/prometheus/prometheus.yml:2: cannot be read",
        ),
        (
            "observability/compose.override.yaml",
            "services: {\n",
            Exit.FAILED,
            "observability/compose.override.yaml:2: ",
        ),
        (".obsboot/manifest.json", "{", Exit.REFUSED, ".obsboot/manifest.json"),
        (".obsboot/answers.yml", "service: [\n", Exit.USAGE, ".obsboot/answers.yml:2"),
    ],
)
def test_a_pack_that_cannot_be_read_is_not_started(  # type: ignore[no-untyped-def]
    obsboot, packed: Path, client: Path, temporary: Path, path: str, text: str, code: Exit, said: str
) -> None:
    (packed / path).write_text(text)
    before = snapshot(packed)
    done = obsboot("validate")
    refused(done, done.returncode, said)  # type: ignore[arg-type]
    assert done.returncode == code
    assert snapshot(packed) == before
    assert list(temporary.iterdir()) == []


def test_a_link_out_of_the_repository_is_not_proven(obsboot, packed: Path, client: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(tmp_path / "outside", {"more.yaml": "groups: []\n"})
    (packed / "observability/prometheus/rules/local/more.yaml").symlink_to(tmp_path / "outside/more.yaml")
    refused(
        obsboot("validate"),
        Exit.REFUSED,
        "more.yaml: the link leads out of the repository",
        "put the file itself there",
    )


# The report


@pytest.fixture
def proven(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A run that passes at once, and says whether it ran."""
    ran: dict[str, Any] = {}

    def validate(*_: object) -> Report:
        ran["before"] = True
        return Report("run", (Result("live/target", "redis", "passed"),))

    monkeypatch.setattr(live, "validate", validate)
    return ran


def test_a_report_where_nothing_can_be_written_is_refused_before_the_run(  # type: ignore[no-untyped-def]
    obsboot, packed: Path, tmp_path: Path, proven: dict[str, Any]
) -> None:
    with mounted(tmp_path / "disk") as disk:
        sealed(disk)
        for place in (disk / "r.html", tmp_path / "none/r.json", packed / "compose.yaml/r.json"):
            refused(obsboot("validate", "--report", str(place)), Exit.REFUSED, f"--report {place}", "a folder")
    assert proven == {}


def test_a_disk_that_is_full_after_the_run_costs_the_file_and_not_the_result(  # type: ignore[no-untyped-def]
    obsboot, packed: Path, tmp_path: Path, proven: dict[str, Any]
) -> None:
    with mounted(tmp_path / "disk", "-o", "size=8k") as disk:
        (disk / "r.html").write_text("the report of yesterday\n")
        done = obsboot("validate", "--report", str(disk / "r.html"))
        refused(done, Exit.REFUSED, f"--report {disk / 'r.html'}: No space left on device", "a disk with room")
        assert "live/target" in done.stdout
        assert snapshot(disk).keys() == {"r.html"}
        assert (disk / "r.html").read_text() == "the report of yesterday\n"


# Signals before anything runs


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_engine_is_asked_ends_validate(  # type: ignore[no-untyped-def]
    packed: Path, client: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """The client never answers; compose asks for its version first."""
    (client / "docker").write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexec sleep 30\n")
    before, temporary = snapshot(packed), tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "obsboot", "validate"]
    process = subprocess.Popen(
        command, cwd=packed, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True
    )
    end = time.monotonic() + 30
    while not (tmp_path / "asked").exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=10)
    assert process.returncode == code
    assert said.strip().endswith({130: "obsboot: interrupted", 143: "obsboot: terminated"}[code])
    assert snapshot(packed) == before
    assert list(temporary.iterdir()) == []


# What is printed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
@pytest.mark.parametrize("arguments", [("check",), ("check", "--format", "json"), ("status",), ("--help",)])
def test_a_place_for_the_output_that_is_full_is_told_once(packed: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "obsboot", *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=packed, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == Exit.TOOL_ERROR
    assert done.stderr == "obsboot: the output could not be written: No space left on device\n"
