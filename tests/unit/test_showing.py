from __future__ import annotations

import sys
from pathlib import Path

import pytest
from small_catalogue import REPOSITORY, lay_out, small_catalogue

from obsboot.commands.showing import say, show_detection, show_plan, show_rows
from obsboot.detect import detect
from obsboot.workspace import Plan, Step


def test_without_a_terminal_rows_are_aligned_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows("Title", ("a", "b", "c"), [("x", "long", "1"), ("longer", "y", "")])
    assert capsys.readouterr().out == "Title:\n  x       long  1\n  longer  y\n"


def test_nothing_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows("Title", ("a", "b", "c"), [])
    assert capsys.readouterr().out == ""


def test_on_a_terminal_there_is_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    show_rows("Title", ("a", "b", "c"), [("[red]x\x1b]0;evil\a", "y", "z")])
    shown = capsys.readouterr().out
    assert "[red]x" in shown
    assert "\a" not in shown


def test_what_steers_a_terminal_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[2Jb\nc")
    assert capsys.readouterr().out == "a[2Jb\nc\n"


def test_a_detection_shows_evidence_guesses_and_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {**REPOSITORY, "compose.dev.yaml": "services: [\n", "pyproject.toml": '"jar",\n'}
    show_detection(detect(lay_out(tmp_path / "Some Shop", files), small_catalogue()))
    shown = capsys.readouterr().out
    for words in ("app/db.py:2 its pool", "compose.dev.yaml:2: this compose file cannot be read", "jar.version"):
        assert words in shown


def test_a_plan_shows_folders_counts_and_what_is_special(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = (
        *(Step(f"o/{name}", "create") for name in "abcdefg"),
        Step("x", "replace", backup="backup/x"),
        Step("y", "keep", "it is yours"),
    )
    show_plan(Plan(tmp_path, steps, ("a note",)))
    shown = capsys.readouterr().out
    for words in (
        "To be written: 8 files",
        "a, b, c, d, e and 2 more",
        "y: kept, it is yours",
        "goes to backup/x",
        "a note",
    ):
        assert words in shown
