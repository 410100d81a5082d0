"""`obsboot apply-elastic` without a store: what it says where there is nothing to install, or nobody to install it in.

What it does with real stores is in tests/logs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from obsboot.catalog import load
from obsboot.render import render
from obsboot.render.context import administrator
from tests.stacks import stack_of

NOBODY = "http://127.0.0.1:9"


def obsboot(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "obsboot", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def pack(folder: Path, *settings: str) -> Path:
    every = ("service=orders", "team=shop", "network=", "nginx.component=nginx", *settings)
    given = [part for each in every for part in ("--set", each)]
    done = obsboot("init", "--yes", *given, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_pack_without_logs_has_nothing_to_install(tmp_path: Path) -> None:
    done = obsboot("apply-elastic", cwd=pack(tmp_path))
    assert done.returncode == 2
    assert done.stderr == "obsboot: the pack keeps no logs\n  obsboot update --set logs=elasticsearch\n"


def test_a_repository_without_a_pack_is_said_to_have_none(tmp_path: Path) -> None:
    done = obsboot("apply-elastic", cwd=tmp_path)
    assert done.returncode != 0
    assert "there is no pack" in done.stderr


def test_a_store_that_nobody_answers_for_is_could_not_check(tmp_path: Path) -> None:
    done = obsboot("apply-elastic", "--url", NOBODY, "--wait", "0", cwd=pack(tmp_path, "logs=elasticsearch"))
    assert done.returncode == 6
    assert done.stderr.startswith(f"error: {NOBODY} is not ready after 0 s: {NOBODY} does not answer")


def test_the_pack_s_own_installer_says_the_same(tmp_path: Path) -> None:
    """It needs nothing of obsboot: the pack's container runs it in a plain Python."""
    folder = pack(tmp_path, "logs=elasticsearch") / "observability/elasticsearch"
    command = [sys.executable, "-I", str(folder / "apply.py"), "--url", NOBODY, "--wait", "0", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 6
    assert "is not ready after 0 s" in done.stderr


@pytest.mark.parametrize(("logs", "user"), [("elasticsearch", "elastic"), ("opensearch", "admin")])
def test_the_pack_s_own_store_is_entered_with_the_password_of_its_env(logs: str, user: str) -> None:
    """It is the one with which the pack's compose file starts the store."""
    stack = stack_of(load(), logs=logs)
    compose = next(file.text for file in render(stack) if file.path.endswith("/compose.yaml"))
    assert "${LOG_STORE_ELASTIC_PASSWORD:?see .env}" in compose
    assert administrator(stack, {"LOG_STORE_ELASTIC_PASSWORD": "known"}) == (user, "known")
    assert administrator(stack, {}) == (user, "")


@pytest.mark.parametrize("arguments", [("--logs", "loki"), ("--log-timezone", "Mars/Olympus")])
def test_what_is_no_answer_is_refused(tmp_path: Path, arguments: tuple[str, str]) -> None:
    key, value = arguments[0].strip("-").replace("-", "_"), arguments[1]
    done = obsboot(
        "init", "--yes", "--set", "service=orders", "--set", "team=shop", "--set", f"{key}={value}", cwd=tmp_path
    )
    assert done.returncode == 2
    assert value in done.stderr
    assert not (tmp_path / "observability").exists()


def test_opensearch_without_logstash_is_refused(tmp_path: Path) -> None:
    given = ("service=orders", "team=shop", "logs=opensearch", "log_path=ingest")
    done = obsboot("init", "--yes", *(part for each in given for part in ("--set", each)), cwd=tmp_path)
    assert done.returncode != 0
    assert "Filebeat refuses OpenSearch" in done.stderr
    assert "--set log_path=logstash" in done.stderr
    assert not (tmp_path / "observability").exists()
