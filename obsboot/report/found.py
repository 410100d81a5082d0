"""The findings of a report, in one order for every format, and what was found and does not count."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from obsboot.model import Finding, Report, Result
from obsboot.report.detail import sequence, text


def findings_of(report: Report) -> list[Finding]:
    """Each finding once, by file and place."""
    every = {finding for result in report.results for finding in result.findings}
    return sorted(every, key=lambda each: (each.path, each.line, each.column, each.check, each.subject, each.message))


def hidden_of(report: Report) -> list[Mapping[str, object]]:
    """What was found and does not count, as plain data: the fields of a finding, `by`, `reason` and `where`."""
    return [each for each in sequence(report.facts, "hidden") if isinstance(each, Mapping)]


def hidden_counts(report: Report) -> Counter[str]:
    """How many findings do not count, by what hides them."""
    return Counter(text(each, "by") for each in hidden_of(report))


def placed(report: Report, path: str) -> str:
    """The path as it is to be shown: from where the command was started, by the fact `folder`."""
    folder = text(report.facts, "folder")
    return posixpath.normpath(posixpath.join(folder, path)) if folder and path else path


def spot(report: Report, finding: Finding) -> str:
    """`path:line:column`, as much of it as is known."""
    places = (placed(report, finding.path), finding.line, finding.column)
    return ":".join(str(each) for each in places if each)


def wordless(report: Report) -> list[Result]:
    """The results that failed without a finding that says why."""
    return [result for result in report.results if result.outcome == "failed" and not result.findings]


def unlooked(report: Report) -> dict[str, list[str]]:
    """Why something could not be checked, or not all of it -> the checks."""
    found: dict[str, list[str]] = {}
    for result in report.results:
        partly = result.outcome == "failed" and result.findings and result.reason
        if result.outcome == "error" or (partly and all(each.message != result.reason for each in result.findings)):
            found.setdefault(_why(report, result), []).append(result.check)
    return found


def _why(report: Report, result: Result) -> str:
    places = (replace(each, path=placed(report, each.path)) for each in result.unread)
    return "; ".join(map(str, places)) or result.reason


def whole(said: str) -> str:
    """The text without half characters, which JSON can spell and no encoding can write."""
    return said.encode("utf-8", "replace").decode("utf-8")
