"""A report as JUnit XML: a suite a group of checks, a case a result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from obsboot.model import Finding, Report, Result
from obsboot.report.detail import group_of
from obsboot.report.found import spot

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """The report as XML 1.0. What fails is a failure, what could not be checked an error; mild findings are output."""
    groups: dict[str, list[Result]] = {}
    for result in sorted(report.results, key=lambda each: (each.check, each.subject)):
        groups.setdefault(group_of(result), []).append(result)
    root = ET.Element("testsuites", _counts(report.title, report.results))
    del root.attrib["skipped"]  # Jenkins refuses a file with it there; on a suite it wants it
    for name, results in groups.items():
        suite = ET.SubElement(root, "testsuite", _counts(name, results))
        for result in results:
            _case(suite, report, result)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(name: str, results: Sequence[Result]) -> dict[str, str]:
    outcomes = [result.outcome for result in results]
    return {
        "name": _legal(name),
        "tests": str(len(results)),
        "failures": str(outcomes.count("failed")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped")),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _case(suite: ET.Element, report: Report, result: Result) -> None:
    told = {"classname": result.check, "name": result.subject or result.check, "time": f"{result.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", {key: _legal(value) for key, value in told.items()})
    said = "\n".join(_said(report, finding) for finding in result.findings)
    if result.outcome == "failed":
        grave = [each for each in result.findings if each.severity == "error"] or result.findings
        first = grave[0].message if grave else result.reason or "failed"
        message = first if len(grave) < 2 else f"{first} (and {len(grave) - 1} more)"
        _child(case, "failure", message, "\n".join(filter(None, (said, result.reason))), result.check)
        return
    if result.outcome == "error":
        _child(case, "error", result.reason or "could not be checked", result.reason, result.check)
    elif result.outcome == "skipped":
        ET.SubElement(case, "skipped", {"message": _legal(result.reason)})
    if said:
        ET.SubElement(case, "system-out").text = _legal(said)


def _child(case: ET.Element, tag: str, message: str, said: str, kind: str) -> None:
    child = ET.SubElement(case, tag, {"message": _legal(message), "type": _legal(kind)})
    child.text = _legal(said)


def _said(report: Report, finding: Finding) -> str:
    told = [f"{spot(report, finding)}: {finding.severity}: {finding.message}"]
    told += [f"    {word}: {text}" for word, text in (("why", finding.why), ("fix", finding.fix)) if text]
    return "\n".join(told)


def _legal(said: str) -> str:
    """Only characters that XML 1.0 can hold; a mark stands for each other one."""
    return _NO_XML.sub("\ufffd", said)
