"""Exclusions, severities, suppressions, baseline and changes together: what is shown, and what becomes of outcomes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from obsboot.filtering.baseline import Baseline, baseline_text, read_baseline
from obsboot.filtering.changes import Changes
from obsboot.filtering.configuration import NAME, read_configuration
from obsboot.filtering.judging import Filtered, Wishes, filtered
from obsboot.model import Finding, Outcome, Report, Result, Severity

KNOWN = frozenset({"promql/le", "promql/type", "rules/for", "replay/alert"})
TODAY = date(2026, 6, 1)
PATH = "rules/a.yaml"


def finding(line: int = 2, check: str = "promql/le", severity: Severity = "error", **more: Any) -> Finding:
    return Finding(check, severity, more.pop("path", PATH), line, f"wrong in {line}", "why", "fix", **more)


def result(*findings: Finding, outcome: Outcome = "failed", reason: str = "", check: str = "promql/le") -> Result:
    return Result(check, ".", outcome, reason, findings)


def judged(*results: Result, text: str = "a: 1\nb: 2\nc: 3\n", configuration: str = "", **wishes: Any) -> Filtered:
    told = read_configuration(NAME, configuration, KNOWN)
    return filtered(results, {PATH: text}, Wishes(TODAY, KNOWN, told, **wishes))


def shown(found: Filtered) -> list[tuple[str, str, int, str]]:
    every = [each for result in found.results for each in result.findings]
    return [(each.check, each.path, each.line, each.severity) for each in every]


def test_without_a_wish_nothing_changes() -> None:
    results = (result(finding(), finding(3, severity="info")), result(outcome="skipped", reason="r", check="rules/for"))
    found = judged(*results)
    assert found.results == results
    assert found.hidden == found.families == ()


def test_a_comment_hides_its_findings_and_the_check_passes() -> None:
    found = judged(result(finding(2)), text="# obsboot: ignore promql/le -- r\nb: 2\n")
    (only,) = found.results
    assert (only.outcome, only.findings) == ("passed", ())
    (hidden,) = found.hidden
    assert (hidden.finding, hidden.by, hidden.reason, hidden.where) == (finding(2), "comment", "r", f"{PATH}:1")
    assert found.facts()["hidden"] == [
        {
            "check": "promql/le", "severity": "error", "path": PATH, "line": 2, "column": 0, "subject": "",
            "message": "wrong in 2", "by": "comment", "reason": "r", "where": f"{PATH}:1",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("outside", [finding(3), finding(2, check="promql/type"), finding(2, path="rules/b.yaml")])
def test_a_comment_hides_nothing_else(outside: Finding) -> None:
    found = judged(result(finding(2), outside), text="# obsboot: ignore promql/le -- r\nb: 2\nc: 3\n")
    assert shown(found) == [(outside.check, outside.path, outside.line, "error")]
    assert found.results[0].outcome == "failed"


def test_a_suppression_holds_on_its_last_day_and_not_after_it() -> None:
    text = "# obsboot: ignore promql/le until {} -- r\nb: 2\n"
    assert shown(judged(result(finding(2)), text=text.format("2026-06-01"))) == []
    assert shown(judged(result(finding(2)), text=text.format("2026-05-31"))) == [
        ("promql/le", PATH, 2, "error"),
        ("suppression/expired", PATH, 1, "info"),
    ]


def test_what_suppresses_nothing_is_told_once_its_check_has_looked() -> None:
    text = "# obsboot: ignore promql/le -- r\nb: 2\n"
    unused = [("suppression/unused", PATH, 1, "warning")]
    assert shown(judged(result(outcome="passed"), text=text)) == unused
    assert shown(judged(result(outcome="skipped", reason="no stack"), text=text)) == []
    assert shown(judged(result(outcome="error", reason="broken"), text=text)) == []
    assert shown(judged(result(outcome="passed"), result(outcome="error", reason="broken"), text=text)) == []
    assert shown(judged(result(outcome="error", reason="broken"), result(outcome="passed"), text=text)) == []
    assert shown(judged(result(outcome="failed", reason="looked at some"), text=text)) == []
    assert shown(judged(result(outcome="passed", check="rules/for"), text=text)) == []
    expired = text.replace(" --", " until 2020-01-01 --")
    assert shown(judged(result(outcome="passed"), text=expired)) == unused


def test_an_unused_suppression_fails_nothing_and_an_invalid_one_does() -> None:
    unused = judged(result(outcome="passed"), text="# obsboot: ignore promql/le -- r\nb: 2\n")
    assert [each.outcome for each in unused.results] == ["passed", "passed"]
    invalid = judged(result(outcome="passed"), text="# obsboot: ignore promql/el -- r\nb: 2\n")
    assert Report("t", invalid.results).code() == 4
    assert shown(invalid) == [("suppression/invalid", PATH, 1, "error")]


def test_the_configuration_hides_and_is_told_when_it_hides_nothing() -> None:
    text = "ignore:\n- {check: promql/le, path: rules/, reason: r}\n- {check: promql/le, path: other/, reason: s}\n"
    found = judged(result(finding(2)), configuration=text)
    assert shown(found) == [("suppression/unused", NAME, 3, "warning")]
    assert [(each.by, each.reason, each.where) for each in found.hidden] == [("configuration", "r", f"{NAME}:2")]


def test_a_whole_family_is_listed() -> None:
    found = judged(result(finding(2)), configuration="ignore:\n- {check: promql/*, path: '**', reason: r}\n")
    assert found.facts()["families"] == [{"family": "promql/*", "where": f"{NAME}:2", "reason": "r", "hidden": 1}]


def test_other_severities_change_outcomes() -> None:
    down = judged(result(finding()), configuration="severity: {promql/le: info}\n")
    assert (down.results[0].outcome, shown(down)) == ("passed", [("promql/le", PATH, 2, "info")])
    up = judged(result(finding(severity="info"), outcome="passed"), configuration="severity: {promql/le: error}\n")
    assert (up.results[0].outcome, shown(up)) == ("failed", [("promql/le", PATH, 2, "error")])


def test_excluded_files_have_neither_findings_nor_suppressions() -> None:
    text = "# obsboot: ignore nothing -- r\nb: 2\n"
    found = judged(result(finding(2)), text=text, configuration=f"exclude: [{PATH}]\n")
    assert (shown(found), found.hidden, found.results[0].outcome) == ([], (), "passed")


def test_what_could_not_be_looked_at_does_not_pass_by_a_suppression() -> None:
    found = judged(result(finding(2), reason="b.yaml cannot be read"), text="# obsboot: ignore promql/le -- r\nb: 2\n")
    assert found.results[0].outcome == "error"


def test_a_failure_that_is_no_finding_stays_one() -> None:
    found = judged(result(finding(severity="warning")), result(check="replay/alert"))
    assert [each.outcome for each in found.results] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("fail_on", "outcomes"),
    [
        ("error", ["failed", "passed", "passed"]),
        ("warning", ["failed", "failed", "passed"]),
        ("info", ["failed", "failed", "failed"]),
    ],
)
def test_what_fails_is_for_the_caller_to_say(fail_on: Severity, outcomes: list[str]) -> None:
    mild = [result(finding(severity=s), outcome="passed") for s in ("warning", "info")]  # type: ignore[arg-type]
    found = judged(result(finding()), *mild, fail_on=fail_on)
    assert [each.outcome for each in found.results] == outcomes


def baseline(*findings: Finding) -> Baseline:
    return read_baseline("base.jsonl", baseline_text(judged(result(*findings)).unsuppressed))


def test_only_what_is_not_in_the_baseline_counts() -> None:
    old, new = finding(2, subject="alert A"), finding(3, subject="alert B")
    found = judged(result(old, new), baseline=baseline(finding(7, subject="alert A")))
    assert shown(found) == [("promql/le", PATH, 3, "error")]
    assert [(each.finding, each.by) for each in found.hidden] == [(old, "baseline")]
    assert judged(result(old), baseline=baseline(old)).results[0].outcome == "passed"


def test_one_more_of_a_kind_is_new_and_one_less_is_gone() -> None:
    two = baseline(finding(2), finding(3))
    assert shown(judged(result(finding(2), finding(5), finding(9)), baseline=two)) == [("promql/le", PATH, 9, "error")]
    assert shown(judged(result(finding(5)), baseline=two)) == [("baseline/gone", "base.jsonl", 3, "info")]
    assert shown(judged(result(outcome="error", reason="r"), baseline=two)) == []


def test_a_suppressed_finding_is_not_written_to_a_baseline() -> None:
    found = judged(result(finding(2), finding(3)), text="# obsboot: ignore promql/le -- r\nb: 2\nc: 3\n")
    assert [each.ordinal for each in found.unsuppressed] == [2]
    again = judged(
        result(finding(2), finding(3)), text="a\nb\nc\n", baseline=read_baseline("b", baseline_text(found.unsuppressed))
    )
    assert shown(again) == [("promql/le", PATH, 2, "error")]


def test_only_what_a_change_touches_counts() -> None:
    found = judged(result(finding(2), finding(2, path="rules/b.yaml")), changes=Changes({PATH: None}))
    assert shown(found) == [("promql/le", PATH, 2, "error")]
    assert [(each.finding.path, each.by) for each in found.hidden] == [("rules/b.yaml", "unchanged")]


def test_what_the_configuration_hides_is_not_written_to_a_baseline_either() -> None:
    found = judged(result(finding(2)), configuration="ignore:\n- {check: promql/le, path: '**', reason: r}\n")
    assert found.unsuppressed == ()
