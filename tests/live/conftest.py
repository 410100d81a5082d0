"""Whole proving runs on the sample service; the images file says what runs in place of what."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
IMAGES = Path(os.environ.get("OBSBOOT_IMAGES", ROOT / "build/images.yaml"))
RUN_LABEL = "obsboot.run"
LOGS = ("logs=elasticsearch", "log_path=ingest")
"""The pack keeps logs, on the path that needs no image which only a registry has."""


@dataclass(frozen=True)
class Proof:
    """What a proving run said: its exit code, its printed lines and its JSON report."""

    code: int
    printed: str
    report: dict[str, Any]
    first: Proof | None = None
    """The run before this one, where that had something wrong."""

    def results(self, check: str) -> dict[str, dict[str, Any]]:
        """The results of one check by subject."""
        return {result["subject"]: result for result in self.report["results"] if result["check"] == check}

    def wrong(self) -> list[str]:
        """Every result that failed or could not be checked, as one line each."""
        bad = [result for result in self.report["results"] if result["outcome"] in ("failed", "error")]
        return [f"{result['check']} {result['subject']}: {result['reason']}" for result in bad]

    def wrong_twice(self) -> list[str]:
        """What was wrong in each of the runs that were made. In a second run, another alert may have been late."""
        names = {line.partition(":")[0] for line in self.first.wrong()} if self.first else None
        return [line for line in self.wrong() if names is None or line.partition(":")[0] in names]


def obsboot(*arguments: str, cwd: Path, seconds: float = 1500) -> subprocess.CompletedProcess[str]:
    """Run obsboot as a user would, and hand back what it printed."""
    command = [sys.executable, "-m", "obsboot", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False)


def sample(folder: Path, *settings: str) -> Path:
    """A copy of the sample repository with a pack in it."""
    repository = folder / "shop-api"
    shutil.copytree(ROOT / "examples/shop-api", repository)
    given = [
        part
        for setting in ("team=shop", "receiver=webhook", "receiver_heartbeat=webhook", *settings)
        for part in ("--set", setting)
    ]
    done = obsboot("init", "--yes", *given, cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    return repository


def prove(repository: Path, images: Path, *options: str) -> Proof:
    """One proving run of the pack in the repository."""
    report = repository.parent / "report.json"
    done = obsboot("validate", "--images", str(images), "--report", str(report), *options, cwd=repository)
    printed = done.stdout + done.stderr
    assert report.exists(), printed
    return Proof(done.returncode, printed, json.loads(report.read_text()))


def images_with(folder: Path, **instead: str) -> Path:
    """The images file with some replacements exchanged: `prometheus="2.42.0"` runs that version of it."""
    images = yaml.safe_load(IMAGES.read_text())["images"]
    for name, version in instead.items():
        old = next(
            used for reference, used in images.items() if f"/{name}:" in f"/{reference}" and version in str(used)
        )
        images |= {reference: old for reference in images if f"/{name}:" in f"/{reference}"}
    path = folder / "images.yaml"
    path.write_text(yaml.safe_dump({"images": images}))
    return path


def left_behind() -> str:
    """The containers, networks and volumes that runs of this process tree have left."""
    found = ""
    for kind, listing in (("ps", "{{.Names}}"), ("network", "{{.Name}}"), ("volume", "{{.Name}}")):
        command = ["docker", kind, *(["-a"] if kind == "ps" else ["ls"]), "--filter", f"label={RUN_LABEL}"]
        found += subprocess.run([*command, "--format", listing], capture_output=True, text=True, check=True).stdout
    return found


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """The whole proof of the sample, on the current versions.

    Made anew, once, where something failed: on a machine that is busy with other work alerts are late. What is wrong in
    one of the two is a warning, and is to be looked at; what is wrong in both is no lateness.
    """
    first = prove(sample(tmp_path_factory.mktemp("whole"), *LOGS), IMAGES)
    if not first.wrong():
        return first
    again = replace(prove(sample(tmp_path_factory.mktemp("again"), *LOGS), IMAGES), first=first)
    told = [f"first run: {line}" for line in first.wrong()] + [f"second run: {line}" for line in again.wrong()]
    warnings.warn("a whole run failed:\n" + "\n".join(told), stacklevel=1)
    return again


@pytest.fixture(scope="session")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """Targets, queries and truths once more on the oldest servers, with the exporters that the pack pins."""
    folder = tmp_path_factory.mktemp("oldest")
    versions = ("postgresql.version=15", "redis.version=7.0", "prometheus.version=2.42", "alertmanager.version=0.25")
    repository = sample(folder, *versions)
    return prove(repository, images_with(folder, prometheus="2.42", alertmanager="0.25"), "--quick")
