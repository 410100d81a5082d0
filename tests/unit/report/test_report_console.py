"""What the console shows, and that nothing from outside steers the terminal."""

from __future__ import annotations

import io

import pytest
from report_sample import full, small
from rich.console import Console

from obsboot.model import Finding, Report, Result
from obsboot.report.console import print_report, safe
from obsboot.report.listening import Listener, Silent
from obsboot.report.progress import Lines, progress


def shown(report: Report, terminal: bool = False) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out, force_terminal=terminal, width=60, no_color=not terminal))
    return out.getvalue()


def test_a_failed_report_word_for_word() -> None:
    assert shown(small("failed")).splitlines() == [
        "observability/prometheus/rules/redis.yaml:7: error rules/window too short",
        "    why: gaps",
        "    fix: [1m]",
        "",
        "rules/window                 1 failed",
        "    failed redis/RedisDown: because",
        "",
        "0 passed, 1 failed, 0 could not be checked, 0 skipped. Proven: 1 checked.",
    ]


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("passed", "1 passed, 0 failed, 0 could not be checked, 0 skipped. Proven: 1 checked."),
        ("error", "0 passed, 0 failed, 1 could not be checked, 0 skipped. Proven: 1 checked."),
        ("skipped", "0 passed, 0 failed, 0 could not be checked, 1 skipped. Proven: 1 checked."),
    ],
)
def test_the_last_line_counts_every_outcome(outcome: str, line: str) -> None:
    assert shown(small(outcome)).splitlines()[-1] == line  # type: ignore[arg-type]


def test_the_last_line_says_what_was_proven_on_what() -> None:
    assert shown(full()).splitlines()[-1] == (
        "27 passed, 2 failed, 0 could not be checked, 3 skipped; 1 warning. "
        "Proven on the reference service, stand-in images: 16 live, 2 replayed, 2 checked, 1 written. "
        "It took 8:32 min, predicted were 8:00 min."
    )


def test_without_a_prediction_no_length_is_told() -> None:
    assert "It took" not in shown(Report("t", (Result("a/b", "s", "passed"),), facts={"length": 0.3}))


def test_a_long_line_stays_one_line_without_a_terminal() -> None:
    finding = Finding("a/b", "warning", "x" * 100, 3, "word " * 50, "", "")
    lines = shown(Report("t", (Result("a/b", "s", "passed", findings=(finding,)),))).splitlines()
    assert lines[0].startswith("x" * 100 + ":3: warning a/b word word")


def test_a_finding_of_a_whole_file_has_no_line() -> None:
    finding = Finding("a/b", "info", "file.yaml", 0, "odd")
    assert shown(Report("t", (Result("a/b", "s", "passed", findings=(finding,)),))).startswith(
        "file.yaml: info a/b odd"
    )


def test_the_same_finding_of_two_results_is_shown_once() -> None:
    finding = Finding("a/b", "info", "file.yaml", 0, "odd")
    results = tuple(Result("a/b", name, "passed", findings=(finding,)) for name in ("s", "t"))
    assert shown(Report("t", results)).count("odd") == 1


def test_markup_and_control_characters_are_text() -> None:
    hostile = "[red]x[/red]\x1b]0;title\x07\x1b[31m\r\n[link=http://e]"
    text = shown(Report("t", (Result("a/b", hostile, "failed", hostile),)), terminal=True)
    assert "[red]x[/red]" in text
    assert "\x1b]0" not in text
    assert "\x07" not in text
    assert "\r" not in text


def test_safe_keeps_what_can_be_printed() -> None:
    assert safe("a\tb\x00c\n é ✓") == "a b c é ✓"


def test_progress_without_a_terminal_is_plain_lines() -> None:
    out = io.StringIO()
    times = iter([0.0, 1.0, 2.5, 130.0])
    lines = Lines(Console(file=out), lambda: next(times))
    lines.phase("soak", 64)
    lines.event("RedisDown [bold] fired", "passed")
    lines.event("note\nsecond")
    assert out.getvalue().splitlines() == [
        "[   1.0 s] soak (about 64 s)",
        "[   2.5 s]   passed: RedisDown [bold] fired",
        "[ 130.0 s]   note second",
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_shows_phases_and_events(terminal: bool) -> None:
    out = io.StringIO()
    with progress(Console(file=out, force_terminal=terminal, width=100), 120) as listener:
        listener.phase("start", 5)
        listener.event("target [x] up", "passed")
        listener.phase("soak", 64)
        listener.event("a note")
    text = out.getvalue()
    assert "target [x] up" in text
    assert "a note" in text
    assert "soak" in text
    assert ("✓" in text) == terminal


def test_the_silent_listener_is_a_listener() -> None:
    listener: Listener = Silent()
    listener.phase("a", 1)
    listener.event("b")
    assert isinstance(listener, Silent)
