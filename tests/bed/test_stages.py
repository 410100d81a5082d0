"""The stages of `make test`: in order, timed, and ended by the first that fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

STAGES = Path(__file__).with_name("stages")
TARGETS = "one two:\n\t@echo ran $@\nbroken:\n\t@exit 3\n"


def run(folder: Path, *stages: str) -> subprocess.CompletedProcess[str]:
    (folder / "Makefile").write_text(TARGETS)
    return subprocess.run([STAGES, *stages], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_each_stage_runs_and_tells_its_time(tmp_path: Path) -> None:
    done = run(tmp_path, "one=2", "two=1")
    assert (done.returncode, done.stdout) == (0, "ran one\nran two\n")
    told = [line.split() for line in done.stderr.splitlines()]
    assert [(words[1], words[5]) for words in told] == [("one", "120"), ("two", "60")]


def test_the_first_that_fails_ends_it(tmp_path: Path) -> None:
    done = run(tmp_path, "one=1", "broken=1", "two=1")
    assert done.returncode != 0
    assert "ran two" not in done.stdout
    assert done.stderr.splitlines()[-1] == "stage broken failed"


def test_what_takes_too_long_is_told_and_has_not_failed(tmp_path: Path) -> None:
    (tmp_path / "GNUmakefile").write_text("slow:\n\t@sleep 1.2\n")
    done = run(tmp_path, "slow=0")
    assert done.returncode == 0
    assert "over its budget" in done.stderr
