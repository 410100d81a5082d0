"""SARIF by the standard's own schema, and what code hosts make of it: places, levels, fingerprints."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given
from jsonschema import Draft4Validator
from lint_sample import FILE, FOR, REPORTS, RULES, TWIN, TYPE, linted
from report_sample import full

from obsboot.filtering import NOTICES, described
from obsboot.model import Finding, Report, Result
from obsboot.report.found import hidden_of
from obsboot.report.sarif import page_of, to_sarif

DOCS = Path(__file__).parents[3] / "docs"


@cache
def validator() -> Any:
    """The schema of SARIF 2.1.0 as SchemaStore publishes it (sarif-2.1.0-rtm.5.json), from OASIS's standard."""
    schema = json.loads(Path(__file__).with_name("sarif-2.1.0-rtm.5.schema.json").read_text())
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(report: Report, **more: Any) -> Any:
    document = json.loads(to_sarif(report, **more))
    assert [error.message for error in validator().iter_errors(document)] == []
    (run,) = document["runs"]
    return run


def of_finding(run: Any, finding: Finding) -> Any:
    (found,) = (r for r in run["results"] if r["message"]["text"] == finding.message and r["ruleId"] == finding.check)
    return found


def test_the_schema_refuses_what_is_none() -> None:
    document = json.loads(to_sarif(linted()))
    document["runs"][0]["results"][0]["level"] = "info"
    document["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"] = {"startLine": 0}
    assert len(list(validator().iter_errors(document))) == 2


def test_a_proving_run_is_sarif_too() -> None:
    assert run_of(full())["results"]


@given(REPORTS)
def test_any_report_is_valid(report: Report) -> None:
    run_of(report)
    to_sarif(report).encode()


def test_every_rule_says_what_its_check_says() -> None:
    every = Report("all", tuple(Result(check, ".", "passed") for check in described()))
    rules = run_of(every, pages="https://example.org/docs/")["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(described())
    for rule in rules:
        about = described()[rule["id"]]
        assert rule["shortDescription"]["text"] == about.title
        assert rule["fullDescription"]["text"] == about.explanation
        assert about.fix in rule["help"]["text"]
        assert about.fix in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] == {"info": "note"}.get(about.severity, about.severity)
        assert rule["helpUri"] == f"https://example.org/docs/{page_of(rule['id'])}"
    assert len({rule["name"] for rule in rules}) == len(rules)


def test_the_page_has_a_heading_for_each_notice() -> None:
    page = (DOCS / "check.md").read_text()
    for notice in NOTICES.values():
        assert f"\n### {notice.id}\n" in page
        assert page_of(notice.id) == f"check.md#{notice.id.replace('/', '')}"


def test_without_a_published_documentation_there_is_no_link() -> None:
    assert not [rule for rule in run_of(linted(), pages="")["tool"]["driver"]["rules"] if "helpUri" in rule]


def test_only_checks_that_ran_are_rules_and_each_result_points_at_its_own() -> None:
    run = run_of(linted())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["compose/pins", "logs/fields", "promql/le", "promql/type", "replay/alert", "rules/for"]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_a_finding_has_its_place_level_and_subject() -> None:
    run = run_of(linted())
    assert run["columnKind"] == "unicodeCodePoints"
    found = of_finding(run, TYPE)
    assert found["level"] == "error"
    assert found["properties"] == {"subject": "alert A"}
    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "monitoring/rules/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 5, "startColumn": 11},
            }
        }
    ]
    assert of_finding(run, TWIN)["locations"][0]["physicalLocation"]["region"] == {"startLine": 6}
    assert "region" not in of_finding(run, FILE)["locations"][0]["physicalLocation"]
    assert [of_finding(run, each)["level"] for each in (FOR, FILE)] == ["warning", "note"]


def test_a_file_elsewhere_keeps_its_absolute_path() -> None:
    finding = replace(TYPE, path="/opt/catalogue/a b.yaml")
    run = run_of(Report("t", (Result("promql/type", ".", "failed", findings=(finding,)),)))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///opt/catalogue/a%20b.yaml"}


def test_only_what_would_be_taken_for_an_argument_is_escaped() -> None:
    finding = replace(TYPE, message=r"up{job='a'} =~ \d{3}")
    run = run_of(Report("t", (Result("promql/type", ".", "failed", findings=(finding,)),)))
    assert run["results"][0]["message"]["text"] == r"up{job='a'} =~ \d{{3}}"


def fingerprint(run: Any, finding: Finding) -> str:
    return str(of_finding(run, finding)["partialFingerprints"]["obsbootFinding/v1"])


def with_findings(*findings: Finding) -> Any:
    return run_of(Report("t", (Result("promql/type", ".", "failed", findings=findings),)))


def test_fingerprints_outlive_moved_lines_and_other_numbers_in_the_message() -> None:
    moved = replace(TYPE, line=70, column=2, message="rate of 2 gauges")
    assert fingerprint(with_findings(moved), moved) == fingerprint(with_findings(TYPE), TYPE)
    for other in (
        replace(TYPE, path="rules/b.yaml"),
        replace(TYPE, subject="alert B"),
        replace(TYPE, check="rules/for"),
    ):
        assert fingerprint(with_findings(other), other) != fingerprint(with_findings(TYPE), TYPE)


def test_all_fingerprints_differ_and_those_hidden_are_counted_among_them() -> None:
    run = run_of(linted())
    prints = [
        each["partialFingerprints"]["obsbootFinding/v1"] for each in run["results"] if "partialFingerprints" in each
    ]
    assert len(set(prints)) == len(prints) == 4
    assert fingerprint(run, TYPE) != fingerprint(with_findings(TYPE, TWIN), TYPE)  # two alike stand above it here


def test_what_is_hidden_is_no_result_for_github_would_open_an_alert() -> None:
    report, run = linted(), run_of(linted())
    counted = {finding.message for result in report.results for finding in result.findings}
    assert hidden_of(report)
    assert {r["message"]["text"] for r in run["results"] if "partialFingerprints" in r} == counted
    assert not [each for each in run["results"] if "suppressions" in each or "baselineState" in each]


def test_every_result_has_a_place_for_github_refuses_them_all_otherwise() -> None:
    for run in (run_of(linted()), run_of(full())):
        assert all(each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"])


def test_what_could_not_be_checked_is_a_notification_and_no_result() -> None:
    run = run_of(linted())
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True, "GitHub refuses the results of a run that was not"
    assert [each["associatedRule"]["id"] for each in invocation["toolExecutionNotifications"]] == [
        "promql/type", "promql/le",
    ]  # fmt: skip
    assert all("b.yaml cannot be read" in each["message"]["text"] for each in invocation["toolExecutionNotifications"])
    assert not [result for result in run["results"] if result["ruleId"] == "promql/le"]


def test_a_failure_without_a_finding_is_a_result() -> None:
    (found,) = (each for each in run_of(linted())["results"] if each["ruleId"] == "replay/alert")
    assert found["message"]["text"] == "it did not fire"
    assert "cache/CacheDown" in found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_the_order_in_which_results_came_does_not_matter() -> None:
    report = linted()
    turned = replace(report, results=tuple(reversed(report.results)))
    assert (
        json.loads(to_sarif(turned))["runs"][0]["results"][:6] == json.loads(to_sarif(report))["runs"][0]["results"][:6]
    )
    assert RULES in str(report)
