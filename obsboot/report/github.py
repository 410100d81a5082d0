"""A report as workflow commands of GitHub Actions, which it shows beside the lines of a pull request.

Source: GitHub Docs, Workflow commands for GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.model import Exit, Finding, Report, Severity
from obsboot.report.found import findings_of, placed, spot, unlooked, whole, wordless

_COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
_GRAVE_FIRST = list(_COMMANDS)


def to_github(report: Report) -> str:
    """One command a line, the gravest first: GitHub shows ten of each kind a step and passes over the rest."""
    return whole("".join(f"{line}\n" for line in _lines(report)))


def _lines(report: Report) -> Iterator[str]:
    """In the log, which has them all, GitHub shows nothing but the message: it tells the place once more."""
    for finding in sorted(findings_of(report), key=lambda each: _GRAVE_FIRST.index(each.severity)):
        yield _annotation(report, finding)
    for result in wordless(report):
        yield _command("error", {"title": result.check}, f"{result.subject}: {result.reason or 'failed'}")
    grave = "error" if report.code() == Exit.COULD_NOT_CHECK else "warning"
    for why, checks in unlooked(report).items():
        names = ", ".join(dict.fromkeys(checks))
        yield _command(grave, {"title": "could not be checked"}, f"{names}: {why or 'no reason is known'}")


def _annotation(report: Report, finding: Finding) -> str:
    place = {"file": placed(report, finding.path), "line": finding.line or "", "col": finding.column or ""}
    where = spot(report, finding)
    said = f"{where}: {finding.message}" if where else finding.message
    fix = f"\n{finding.fix}" if finding.fix else ""
    return _command(_COMMANDS[finding.severity], {**place, "title": finding.check}, said + fix)


def _command(name: str, properties: Mapping[str, object], message: str) -> str:
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{name} {told}::{_data(message)}"


def _data(said: str) -> str:
    return said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")
