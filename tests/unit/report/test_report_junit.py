"""JUnit XML: read back by a strict parser, counted, and legal whatever a finding says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from lint_sample import REPORTS, linted
from report_sample import full

from obsboot.model import Finding, Report, Result
from obsboot.report.junit import to_junit


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(to_junit(report).encode())


def case(root: ET.Element, check: str) -> ET.Element:
    (found,) = (each for each in root.iter("testcase") if each.get("classname") == check)
    return found


def test_a_suite_a_group_and_a_case_a_result() -> None:
    root = parsed(linted())
    assert [suite.get("name") for suite in root] == ["compose", "logs", "promql", "replay", "rules"]
    assert [each.get("classname") for each in root.iter("testcase")] == sorted(r.check for r in linted().results)


@given(REPORTS)
def test_any_report_can_be_read_and_is_counted_right(report: Report) -> None:
    root = parsed(report)
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped", "tests": "testcase"}
    for suite in [root, *root]:
        for name, tag in kinds.items():
            if (suite, name) == (
                root,
                "skipped",
            ):  # by the schema that Jenkins holds files to it stands on suites alone
                assert name not in suite.attrib
            else:
                assert int(suite.get(name, "-1")) == len(list(suite.iter(tag)))
    assert len(list(root.iter("failure"))) == report.count("failed")
    assert len(list(root.iter("error"))) == report.count("error")
    for each in root.iter("testcase"):
        assert each.get("name")
        assert [child.tag for child in each] in (
            [], ["failure"], ["error"], ["error", "system-out"], ["skipped"], ["skipped", "system-out"], ["system-out"],
        )  # fmt: skip


def test_a_failure_tells_its_findings() -> None:
    (failure,) = case(parsed(linted()), "promql/type")
    assert failure.tag == "failure"
    assert failure.attrib == {"message": "rate of a gauge: kv_bytes{job='a'} (and 1 more)", "type": "promql/type"}
    assert (failure.text or "").splitlines() == [
        "monitoring/rules/a b.yaml:5:11: error: rate of a gauge: kv_bytes{job='a'}",
        "    why: A gauge goes down.",
        "    fix: Use delta().",
        "monitoring/rules/a b.yaml:6: error: rate of a gauge again",
        "    why: A gauge goes down.",
        "    fix: Use delta().",
        "b.yaml cannot be read",
    ]


def test_warnings_are_output_of_a_case_that_passes() -> None:
    (output,) = case(parsed(linted()), "rules/for")
    assert output.tag == "system-out"
    assert "monitoring/rules/a b.yaml:6:10: warning: shorter" in (output.text or "")


def test_could_not_check_and_skipped_have_their_reasons() -> None:
    root = parsed(linted())
    (error,), (skipped,) = case(root, "promql/le"), case(root, "logs/fields")
    assert (error.tag, error.get("message")) == ("error", "b.yaml cannot be read")
    assert (skipped.tag, skipped.get("message")) == ("skipped", "no logs")


def test_markup_stays_text_and_what_xml_cannot_hold_is_marked() -> None:
    said = "a < b && \"c\" ]]> '\x00\x1b\ud800\uffff'"
    report = Report("t", (Result("a/b", said, "failed", findings=(Finding("a/b", "error", "p", 1, said),)),))
    found = case(parsed(report), "a/b")
    legal = "a < b && \"c\" ]]> '\ufffd\ufffd\ufffd\ufffd'"
    assert found.get("name") == legal
    assert found[0].get("message") == legal
    assert found[0].text == f"p:1: error: {legal}"


def test_a_proving_run_is_junit_too() -> None:
    assert parsed(full()).get("tests") == str(len(full().results))
