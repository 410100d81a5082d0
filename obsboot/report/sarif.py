"""A report as SARIF 2.1.0, the format of code hosts for what linters find.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import PurePosixPath
from urllib.parse import quote

from obsboot import __version__
from obsboot.filtering import Described, described, identities
from obsboot.model import Finding, Report, Severity
from obsboot.report.detail import number, text
from obsboot.report.found import findings_of, hidden_of, placed, unlooked, whole, wordless

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_FINGERPRINT = "obsbootFinding/v1"
_PLACEHOLDER = re.compile(r"\{(\d+)\}")

Json = dict[str, object]


def to_sarif(report: Report, pages: str | None = None) -> str:
    """The report as one SARIF run, the same bytes for the same report, with a newline at the end.

    `pages` is the URL below which the pages of docs/ are; by default the one that the installed package names.
    """
    pages = _documentation() if pages is None else pages
    ids = sorted({r.check for r in report.results} | {f.check for f in findings_of(report)})
    known = described()
    run: Json = {
        "tool": {
            "driver": {
                "name": "obsboot",
                "version": __version__,
                "rules": [_rule(each, known.get(each), pages) for each in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, ids)],
        "results": [*_results(report, ids)],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return whole(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _documentation() -> str:
    """The URL of the documentation that the package was published with; empty where there is none."""
    try:
        urls = metadata.metadata("obsboot").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    return next((url.strip() for name, _, url in (each.partition(",") for each in urls) if name == "Documentation"), "")


def _rule(check: str, about: Described | None, pages: str) -> Json:
    rule: Json = {"id": check, "name": "".join(word.capitalize() for word in re.split(r"[/_-]", check))}
    if about is None:
        return rule
    help_text = f"{about.explanation}\n\nFix: {about.fix}"
    rule |= {
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.explanation},
        "help": {"text": help_text, "markdown": f"**{about.title}.** {about.explanation}\n\n**Fix:** {about.fix}"},
        "defaultConfiguration": {"level": _LEVELS[about.severity]},
    }
    return rule | ({"helpUri": f"{pages.rstrip('/')}/{page_of(check)}"} if pages else {})


def page_of(check: str) -> str:
    """The page about an id, below docs/: its own, or the one about all that is said of suppressions and baselines."""
    group, _, name = check.partition("/")
    return f"check.md#{group}{name}" if group in ("suppression", "baseline") else f"checks/{check}.md"


def _invocation(report: Report, ids: list[str]) -> Json:
    """What could not be checked are notifications, one a check, so that silence is not taken for good news."""
    notifications = [
        {
            "level": "error",
            "message": {"text": f"{check} could not be checked: {why or 'no reason is known'}"},
            "associatedRule": {"id": check, "index": ids.index(check)},
        }
        for why, checks in unlooked(report).items()
        for check in dict.fromkeys(checks)
    ]
    return {
        "executionSuccessful": True,  # it ran to its end; GitHub refuses all results of a run that did not
        "exitCode": int(report.code()),
        "toolExecutionNotifications": notifications,
    }


def _results(report: Report, ids: list[str]) -> Iterator[Json]:
    """What counts, and nothing that a comment, a baseline or an untouched file hides: GitHub would open an alert for it.

    Each has a place, though what ran is no file: with one that has none GitHub refuses them all.
    """
    shown, hidden = findings_of(report), map(_finding, hidden_of(report))
    known = identities([*shown, *hidden])
    for finding in shown:
        yield _result(report, finding, ids) | {"partialFingerprints": {_FINGERPRINT: known[finding].fingerprint}}
    for result in wordless(report):
        yield _result(report, Finding(result.check, "error", result.subject, 0, result.reason or "failed"), ids)


def _result(report: Report, finding: Finding, ids: list[str]) -> Json:
    result: Json = {"ruleId": finding.check, "ruleIndex": ids.index(finding.check), "level": _LEVELS[finding.severity]}
    result |= _message(finding.message)
    if finding.path:
        where: Json = {"artifactLocation": _artifact(placed(report, finding.path))}
        if finding.line:
            where["region"] = {"startLine": finding.line} | ({"startColumn": finding.column} if finding.column else {})
        result["locations"] = [{"physicalLocation": where}]
    return result | ({"properties": {"subject": finding.subject}} if finding.subject else {})


def _message(said: str) -> Json:
    """`{3}` would be taken for the place of an argument; other braces, of which PromQL is full, are read as they are."""
    return {"message": {"text": _PLACEHOLDER.sub(r"{{\1}}", said) or "no message"}}


def _artifact(path: str) -> Json:
    if path.startswith("/"):
        return {"uri": PurePosixPath(path).as_uri()}
    return {"uri": quote(path, errors="replace"), "uriBaseId": "%SRCROOT%"}


def _finding(hidden: Mapping[str, object]) -> Finding:
    severity: Severity = next((level for level in _LEVELS if level == text(hidden, "severity")), "error")
    check, path, message, subject = (text(hidden, name) for name in ("check", "path", "message", "subject"))
    line, column = (int(number(hidden, name) or 0) for name in ("line", "column"))
    return Finding(check, severity, path, line, message, column=column, subject=subject)
