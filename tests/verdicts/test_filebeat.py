"""Of each small configuration obsboot says what Filebeat says: it starts, or it does not.

`filebeat test config` reads neither inputs nor parsers, so Filebeat is started, with a file of two lines at /LOG. In the
table `refuses` is what Filebeat 7.17.29 says of it, `newer` what Filebeat 9 does where that is another thing, and `ignores`
an option that has no effect: Filebeat starts, and obsboot says an error all the same.
"""

from __future__ import annotations

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.checks import check
from obsboot.sources import read_folder

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("filebeat.yaml").read_text())
CHECKS = ["filebeat/inputs", "filebeat/multiline", "filebeat/option", "filebeat/output"]
LOG = "/LOG"
SECONDS = 20
HANGING = "it starts no input, and says nothing more"
_REFUSED = re.compile(r"^Exiting: (.*)$|(error while connecting to output with pipeline: .*)$", re.MULTILINE)
each_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


@each_case
def test_verdicts_are_equal(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "filebeat.yml").write_text(case["config"])
    findings = [each for result in check(read_folder(tmp_path), only=CHECKS) for each in result.findings]
    errors = [each.message for each in findings if each.severity == "error"]
    wanted = starts(case, newer=True) is False or "ignores" in case
    assert bool(errors) == wanted, findings
    assert case.get("ignores", "") in " ".join(errors)


def starts(case: dict[str, Any], newer: bool) -> bool:
    if newer and "newer" in case:
        return bool(case["newer"] == "starts")
    return "refuses" not in case


@pytest.fixture(scope="session")
def version(filebeat: str) -> str:
    done = subprocess.run([filebeat, "version"], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()[2]


@pytest.fixture(scope="session")
def verdicts(filebeat: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Why the program does not start, by the names of the cases. It waits more than it works: several are asked at once."""
    folders = [tmp_path_factory.mktemp("filebeat") for _ in CASES]
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(lambda case, folder: refusal(filebeat, case["config"], folder), CASES, folders)
        return {case["name"]: each for case, each in zip(CASES, said, strict=True)}


@each_case
def test_the_program_says_so(case: dict[str, Any], version: str, verdicts: dict[str, str]) -> None:
    said = verdicts[case["name"]]
    assert (said == "") == starts(case, newer=not version.startswith("7.")), said
    if version.startswith("7.17.") and said != HANGING:
        assert case.get("refuses", "") in said


def refusal(program: str, config: str, folder: Path) -> str:
    """Why Filebeat does not start, or does not read; empty where it does. Now and then it hangs then, and is ended."""
    log, path = folder / "some.log", folder / "filebeat.yml"
    log.write_text("one\ntwo\n")
    path.write_text(config.replace(LOG, str(log)))
    command = [program, "-e", "-c", str(path), "--path.home", str(folder), "--strict.perms=false"]
    with (folder / "said").open("wb") as said:
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        try:
            return _verdict(running, folder / "said")
        finally:
            running.kill()
            running.wait()


def _verdict(running: subprocess.Popen[bytes], said: Path) -> str:
    end, asked, begun = time.monotonic() + SECONDS, False, False
    while time.monotonic() < end:
        over = running.poll() is not None
        text = said.read_text(errors="replace")
        if found := _REFUSED.search(text):
            return found[1] or found[2]
        begun = begun or "Loading and starting Inputs completed" in text
        if over:
            break
        if not asked and (begun or "Stopping Crawler" in text):
            time.sleep(0.3)
            running.terminate()
            asked, end = True, time.monotonic() + 1
        time.sleep(0.02)
    return "" if begun else HANGING
