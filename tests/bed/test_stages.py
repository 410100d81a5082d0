"""The stages of `make test`: in order, timed, and ended by the first that fails."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

STAGES = Path(__file__).with_name("stages")
TARGETS = """\
one two:
\t@echo ran $@
broken:
\t@exit 3
slow:
\t@sleep 1.2
first:
\t@echo begins; touch first; while ! test -e second; do sleep 0.1; done; echo ends
second:
\t@while ! test -e first; do sleep 0.1; done; echo beside; touch second
endless:
\t@trap 'echo tidied; exit 1' INT; touch endless; for n in $$(seq 600); do sleep 0.1; done
broken-soon:
\t@while ! test -e endless; do sleep 0.1; done; exit 3
"""


def started(folder: Path, *steps: str) -> subprocess.Popen[str]:
    (folder / "Makefile").write_text(TARGETS)
    return subprocess.Popen(
        [STAGES, *steps], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def run(folder: Path, *steps: str) -> tuple[int, str, str]:
    """The exit code, and what was printed on both streams."""
    process = started(folder, *steps)
    printed, told = process.communicate(timeout=60)
    return process.returncode, printed, told


def test_each_stage_runs_and_tells_its_time(tmp_path: Path) -> None:
    code, printed, told = run(tmp_path, "one=2 two=1", "one=3")
    assert (code, printed) == (0, "ran one\nran two\nran one\n")
    words = [line.split() for line in told.splitlines()]
    assert [(each[1], each[5]) for each in words] == [("one", "120"), ("two", "60"), ("one", "180")]


def test_the_first_that_fails_ends_it(tmp_path: Path) -> None:
    code, printed, told = run(tmp_path, "one=1", "broken=1", "two=1")
    assert code != 0
    assert "ran two" not in printed
    assert told.splitlines()[-1] == "stage broken failed"


def test_what_takes_too_long_is_told_and_has_not_failed(tmp_path: Path) -> None:
    code, _, told = run(tmp_path, "slow=0")
    assert code == 0
    assert "over its budget" in told


def test_lanes_run_beside_each_other_and_print_one_after_the_other(tmp_path: Path) -> None:
    code, printed, told = run(tmp_path, "first=1 | second=1 one=1", "two=1")
    assert code == 0
    assert "begins\nends\n" in printed
    assert printed.endswith("ran two\n")
    assert sorted(line.split()[1] for line in told.splitlines()) == ["first", "one", "second", "two"]


def test_a_lane_that_fails_ends_the_other_which_tidies_up(tmp_path: Path) -> None:
    code, printed, told = run(tmp_path, "endless=1 one=1 | broken-soon=1", "two=1")
    assert code != 0
    assert "tidied" in printed
    assert "ran" not in printed
    assert told.splitlines()[-1] == "stage broken-soon failed"


def test_a_signal_ends_what_runs(tmp_path: Path) -> None:
    process = started(tmp_path, "endless=1")
    while not (tmp_path / "endless").exists():
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=20)
    assert (process.returncode, "tidied" in printed) == (128 + signal.SIGTERM, True)
