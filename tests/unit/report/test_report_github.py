"""Workflow commands, read back as GitHub's runner reads them."""

from __future__ import annotations

import re

from hypothesis import given
from lint_sample import REPORTS, linted

from obsboot.model import Finding, Report, Result
from obsboot.report.found import whole
from obsboot.report.github import to_github

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def unescaped(said: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        said = said.replace(code, char)
    return said


def commands(report: Report) -> list[tuple[str, dict[str, str], str]]:
    found = []
    *lines, last = to_github(report).split("\n")
    assert last == ""
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (pair.partition("=") for pair in match[2].split(","))
        found.append((match[1], {key: unescaped(value) for key, _, value in pairs}, unescaped(match[3])))
    return found


def test_a_report_word_for_word() -> None:
    assert to_github(linted()).splitlines() == [
        "::error file=monitoring/rules/a b.yaml,line=5,col=11,title=promql/type::"
        "monitoring/rules/a b.yaml:5:11: rate of a gauge: kv_bytes{job='a'}%0AUse delta().",
        "::error file=monitoring/rules/a b.yaml,line=6,title=promql/type::"
        "monitoring/rules/a b.yaml:6: rate of a gauge again%0AUse delta().",
        "::warning file=monitoring/rules/a b.yaml,line=6,col=10,title=rules/for::"
        "monitoring/rules/a b.yaml:6:10: shorter than two scrapes",
        "::notice file=monitoring/compose.yaml,title=compose/pins::"
        "monitoring/compose.yaml: 100 %25 unpinned, see x:y%0Asecond line",
        "::error title=replay/alert::cache/CacheDown: it did not fire",
        "::warning title=could not be checked::promql/type, promql/le: b.yaml cannot be read",
    ]


def test_what_would_end_a_property_or_a_command_is_escaped() -> None:
    finding = Finding("a/b", "error", "a,b:c%d=e\n::error::x", 1, "50%0A\r\n::error file=x::y")
    ((kind, properties, message),) = commands(Report("t", (Result("a/b", ".", "failed", findings=(finding,)),)))
    assert (kind, properties["file"], message) == ("error", finding.path, f"{finding.path}:1: {finding.message}")
    assert properties["line"] == "1"
    assert "\r" not in to_github(Report("t", (Result("a/b", ".", "failed", findings=(finding,)),)))


@given(REPORTS)
def test_any_report_is_commands_and_nothing_else(report: Report) -> None:
    findings = {f for r in report.results for f in r.findings}
    said = {
        message for _, properties, message in commands(report) if properties["title"] in {f.check for f in findings}
    }
    ends = tuple(whole(f.message + (f"\n{f.fix}" if f.fix else "")) for f in findings)
    assert all(any(each.endswith(end) for each in said) for end in ends)
    to_github(report).encode()


def test_a_quiet_report_says_nothing() -> None:
    assert to_github(Report("t", (Result("a/b", ".", "passed"),))) == ""
