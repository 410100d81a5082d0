"""The definitions with which others run `obsboot check`: each is read as its host reads it, and what it runs is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_catalogue import lay_out

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("obsboot")
STRICT = ("--fail-on", "info")
ALWAYS = """\
groups:
- name: a
  rules:
  - alert: Always
    expr: up
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "site", {"monitoring/a.yaml": ALWAYS})


def run(command: list[str], site: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    told = {**os.environ, "PATH": path, **environment}
    return subprocess.run(command, cwd=site, env=told, capture_output=True, text=True, check=False)


def hook() -> dict[str, Any]:
    (only,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return dict(only)


def test_the_hook_has_what_pre_commit_asks_for() -> None:
    told = hook()
    assert {"id", "name", "entry", "language"} <= told.keys()
    assert told["language"] == "python"
    assert told["pass_filenames"] is False
    assert f"id: {told['id']}" in (ROOT / "docs/check.md").read_text()


def test_the_hooks_entry_fails_on_a_mistake_and_takes_arguments(site: Path) -> None:
    entry = shlex.split(hook()["entry"])
    done = run([*entry, *STRICT], site)
    assert done.returncode == 4, done.stderr
    assert "monitoring/a.yaml:5" in done.stdout
    baseline = ["monitoring", "--write-baseline", "base.jsonl"]
    assert run([*entry, *baseline], site).returncode == 0
    assert run([*entry, "monitoring", "--baseline", "base.jsonl", *STRICT], site).returncode == 0


def action() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "action.yml").read_text()))


def environment_of(step: dict[str, Any], inputs: dict[str, str]) -> dict[str, str]:
    """The step's variables, with the inputs in them as GitHub's runner puts them in."""
    told = {name: str(each["default"]) for name, each in action()["inputs"].items()} | inputs
    pattern = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
    return {name: pattern.sub(lambda found: told[found[1]], value) for name, value in step.get("env", {}).items()}


def test_the_action_is_composite_and_uses_every_input() -> None:
    told = action()
    assert told["runs"]["using"] == "composite"
    steps = told["runs"]["steps"]
    assert all(step["shell"] == "bash" and step["name"] for step in steps)
    used = set(re.findall(r"inputs\.([a-z-]+)", str(steps)))
    assert used == told["inputs"].keys()
    assert {"path", "format", "baseline", "changed-since"} <= used
    assert all(each["description"] for each in told["inputs"].values())


def test_no_input_becomes_part_of_a_script() -> None:
    assert not [step for step in action()["runs"]["steps"] if "${{" in step["run"]]
    assert "upload" not in str(action()["runs"])


def test_the_install_step_installs_this_repository() -> None:
    step, _ = action()["runs"]["steps"]
    assert subprocess.run(["bash", "-n", "-c", step["run"]], check=False).returncode == 0
    assert '"$GITHUB_ACTION_PATH"' in step["run"]


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The folder of a runner in which the first step has put the program."""
    program = tmp_path / "runner/obsboot/bin/obsboot"
    program.parent.mkdir(parents=True)
    program.symlink_to(PROGRAM)
    return tmp_path / "runner"


def step(runner: Path, site: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    _, check = action()["runs"]["steps"]
    told = environment_of(check, {name.replace("_", "-"): value for name, value in inputs.items()})
    # as the runner starts `shell: bash`
    return run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]], site, RUNNER_TEMP=str(runner), **told
    )


def test_the_action_annotates_by_default_and_fails(runner: Path, site: Path) -> None:
    done = step(runner, site, fail_on="info")
    assert done.returncode == 4, done.stderr
    assert all(line.startswith("::") for line in done.stdout.splitlines())
    assert "file=monitoring/a.yaml,line=5,col=" in done.stdout


def test_the_action_hands_its_inputs_on(runner: Path, site: Path) -> None:
    assert run(["obsboot", "check", "monitoring", "--write-baseline", "base.jsonl"], site).returncode == 0
    done = step(runner, site, path="monitoring", baseline="base.jsonl", fail_on="info")
    assert done.returncode == 0, done.stdout
    done = step(runner, site, path="monitoring", format="sarif", output="a b.sarif", fail_on="info")
    assert done.returncode == 4
    assert "monitoring/a.yaml:5" in done.stdout
    assert '"2.1.0"' in (site / "a b.sarif").read_text()
    assert "in no git repository" in step(runner, site, changed_since="main").stderr


def test_the_install_step_runs_nothing_of_the_checked_repository(tmp_path: Path) -> None:
    step, _ = action()["runs"]["steps"]
    site = lay_out(tmp_path / "site", {"venv/__init__.py": "raise SystemExit('it ran')\n", "argparse.py": "1 / 0\n"})
    made, _, _ = step["run"].partition("\n")
    done = run(["bash", "-c", made], site, RUNNER_TEMP=str(tmp_path / "runner"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runner/obsboot/bin/pip").exists()


def test_no_line_of_a_checked_file_is_a_command_to_the_runner(runner: Path, site: Path) -> None:
    """Text for people shows lines of the files; the runner takes commands out of all that is printed."""
    done = step(runner, site, path="monitoring", format="console", fail_on="info")
    first, *_, last = done.stdout.splitlines()
    word, _, token = first.rpartition("::")
    assert (done.returncode, word, last) == (4, "::stop-commands", f"::{token}::")
    assert len(token) > 30
    assert "stop-commands" not in step(runner, site, path="monitoring").stdout


@pytest.mark.parametrize("hostile", ["$(touch harm)", "`touch harm`", "; touch harm", "--help", "a' 'b"])
def test_no_input_is_a_command_or_an_option(runner: Path, site: Path, hostile: str) -> None:
    done = step(runner, site, path=hostile, changed_since=hostile, baseline=hostile)
    assert done.returncode == 2
    assert hostile in done.stderr
    assert not (site / "harm").exists()


@pytest.mark.parametrize("form", ["console", "github"])
def test_whoever_reads_no_further_has_seen_enough(site: Path, form: str) -> None:
    command = ["bash", "-c", f"set -o pipefail; obsboot check monitoring --format {form} | true"]
    done = run(command, site)
    assert done.stderr == ""
