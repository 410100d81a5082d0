"""What the console shows of a linter's run: the place, the line, the caret, advice once a check, and the counts."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lint_sample import REPORTS, RULES, TEXT, linted
from rich.cells import cell_len
from rich.console import Console

from obsboot.model import Finding, Report, Result
from obsboot.report.excerpt import excerpt
from obsboot.report.lint import print_check


def shown(report: Report, texts: dict[str, str] | None = None, width: int | None = None) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=width is not None, width=width, no_color=True)
    print_check(report, console, texts)
    return out.getvalue().splitlines()


def test_a_report_word_for_word() -> None:
    assert shown(linted(), {RULES: TEXT}) == [
        "monitoring/compose.yaml: info: 100 % unpinned, see x:y second line [compose/pins]",
        "monitoring/rules/a b.yaml:5:11: error: rate of a gauge: kv_bytes{job='a'} [promql/type]",
        "    5 |     expr:    rate(kv_bytes[5m]) > 1",
        "      |              ^",
        "monitoring/rules/a b.yaml:6: error: rate of a gauge again [promql/type]",
        "    6 |     for: 1m",
        "monitoring/rules/a b.yaml:6:10: warning: shorter than two scrapes [rules/for]",
        "    6 |     for: 1m",
        "      |          ^",
        "failed: cache/CacheDown: it did not fire [replay/alert]",
        "could not be checked: b.yaml cannot be read [promql/type, promql/le]",
        "",
        "promql/type: A gauge goes down.",
        "    fix: Use delta().",
        "",
        "rules/for: why",
        "",
        "1 finding of promql/* not shown: monitoring/obsboot-check.yaml:3: not ours",
        "",
        "2 errors, 1 warning, 1 info, 1 could not be checked, 1 suppressed in comments, "
        "1 suppressed by the configuration, 1 in the baseline, 1 untouched by the change; 2 checks passed, 1 skipped.",
    ]


def test_a_quiet_report_is_one_line() -> None:
    assert shown(Report("t", (Result("a/b", ".", "passed"), Result("a/c", ".", "skipped", "r")))) == [
        "0 errors, 0 warnings, 0 infos, 0 could not be checked; 1 check passed, 1 skipped."
    ]


def test_without_the_text_or_beyond_its_end_there_is_no_line() -> None:
    finding = Finding("a/b", "error", "a.yaml", 9, "m", column=3)
    report = Report("t", (Result("a/b", ".", "failed", findings=(finding,)),))
    assert shown(report)[:2] == shown(report, {"a.yaml": "one\n"})[:2] == ["a.yaml:9:3: error: m [a/b]", ""]


def test_advice_is_given_once_a_check_and_every_advice_that_differs() -> None:
    findings = tuple(
        Finding("a/b", "error", "a.yaml", n, "m", "why", "fix one" if n < 9 else "fix two") for n in range(10)
    )
    lines = shown(Report("t", (Result("a/b", ".", "failed", findings=findings),)))
    assert lines.count("    fix: fix one") == lines.count("    fix: fix two") == 1


def test_without_a_terminal_a_line_may_be_long_and_in_one_it_is_cut() -> None:
    finding = Finding("a/b", "error", "a.yaml", 1, "m", column=130)
    report = Report("t", (Result("a/b", ".", "failed", findings=(finding,)),))
    row = "x" * 129 + "!" + "y" * 10
    assert shown(report, {"a.yaml": row})[1:3] == [f"    1 | {row}", "      | " + " " * 129 + "^"]
    _, cut, caret, *_ = (re.sub(r"\x1b\[[\d;]*m", "", line) for line in shown(report, {"a.yaml": row}, 80))
    assert len(cut) <= 80
    assert cut[caret.index("^")] == "!"


def test_nothing_from_a_file_steers_the_terminal() -> None:
    hostile = "\x1b]0;x\x07[red]\r\x00"
    finding = Finding("a/b", "error", "a\x1b.yaml", 1, hostile, hostile, hostile, 2, hostile)
    text = "\n".join(
        shown(Report("t", (Result("a/b", ".", "failed", hostile, (finding,)),)), {"a\x1b.yaml": hostile}, 80)
    )
    assert "\x1b]0" not in text
    assert "\x07" not in text
    assert "\x00" not in text
    assert "[red]" in text


@given(REPORTS)
def test_any_report_can_be_shown_and_written(report: Report) -> None:
    texts = {finding.path: finding.message for result in report.results for finding in result.findings}
    "\n".join(shown(report, texts)).encode()


@pytest.mark.parametrize(
    ("row", "column", "text", "caret"),
    [
        ("abc", 2, "abc", 1),
        ("abc", 0, "abc", None),
        ("abc", 99, "abc", 3),
        ("\tabc", 2, "    abc", 4),
        ("a\tb\tc", 5, "a    b    c", 10),
        ("漢字x", 3, "漢字x", 4),
        ("a" * 20 + "X" + "b" * 20, 21, "..." + "a" * 9 + "X" + "b" * 4 + "...", 12),
        ("X" + "b" * 40, 1, "X" + "b" * 13 + "...", 0),
        ("a" * 40 + "X", 41, "..." + "a" * 9 + "X", 12),
        ("a" * 40, 0, "a" * 14 + "...", None),
    ],
)
def test_an_excerpt(row: str, column: int, text: str, caret: int | None) -> None:
    found = excerpt(row, column, 20)
    assert (found.text, found.caret) == (text, caret)


@given(st.text(), st.integers(0, 60), st.integers(10, 60))
@example("0\u0300\u0300\u03000", 5, 10)
def test_an_excerpt_fits_and_its_caret_is_below_the_character(row: str, column: int, width: int) -> None:
    found = excerpt(row, column, width)
    assert cell_len(found.text) <= width
    if column and column <= len(row) and row[column - 1].isprintable() and row[column - 1] != " ":
        assert found.caret is not None
        before = ""
        while cell_len(before) < found.caret:
            before = found.text[: len(before) + 1]
        rest = found.text[len(before) :]
        accents = next((place for place, char in enumerate(rest) if cell_len(char)), len(rest))  # they take no cell
        assert row[column - 1] in rest[: accents + 1]


def test_a_line_of_a_megabyte_is_not_walked_through() -> None:
    found = excerpt("x" * 1_000_000 + "!" + "y" * 1_000_000, 1_000_001, 80)
    assert found.caret is not None
    assert found.text[found.caret] == "!"
