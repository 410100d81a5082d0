"""What a pull shows: for people as a diff, for machines the same as JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from obsboot.commands.showing import say

if TYPE_CHECKING:
    from obsboot.merge.document import Clash
    from obsboot.model import Finding
    from obsboot.workspace import Plan
    from obsboot.workspace.pulling import Pulled

SCHEMA = 1


def show(every: Sequence[Pulled], missing: Sequence[str], findings: Sequence[Finding]) -> None:
    """The diff of each dashboard that changes, what could not be taken, and what the checks say of the result."""
    for each in every:
        for line in _hunks(each):
            say(line)
        if each.since:
            say(
                f"{each.board.path}: Grafana has an older one ({each.since}): what was changed in the file since stays."
            )
        for clash in each.conflicts:
            told = f"{_what(clash)}; the file has {clash.yours or 'nothing'}, Grafana {clash.template or 'nothing'}"
            say(f"  CONFLICT {each.board.path}:{clash.line} {clash.path}: {told}")
    if any(each.since for each in every):
        say("--grafana-wins takes them as they are in Grafana.")
    for uid in missing:
        say(f"{uid}: not in this Grafana")
    for finding in findings:
        say(f"{finding.severity} {finding.path}:{finding.line} {finding.check}: {finding.message}")
    if not any(each.is_changed for each in every):
        say("Nothing was edited in Grafana that the repository does not have.")


def _what(clash: Clash) -> str:
    return clash.what.replace("the template", "Grafana")


def _hunks(each: Pulled) -> Iterator[str]:
    """The lines of a unified diff of the file."""
    before, after = each.board.text.splitlines(), each.text.splitlines()
    path = each.board.path
    yield from difflib.unified_diff(before, after, "/dev/null" if each.is_new else path, path, lineterm="")


def as_data(
    every: Sequence[Pulled], missing: Sequence[str], findings: Sequence[Finding], plan: Plan
) -> dict[str, object]:
    """The same for machines; its schema is in docs/pull.md."""
    return {
        "schema": SCHEMA,
        "dashboards": [_board(each) for each in every],
        "missing": list(missing),
        "findings": [
            {"check": f.check, "severity": f.severity, "path": f.path, "line": f.line, "message": f.message}
            for f in findings
        ],
        "writes": [step.path for step in plan.of("create", "replace")],
    }


def _board(each: Pulled) -> dict[str, object]:
    return {
        "uid": each.board.uid,
        "title": each.board.title,
        "path": each.board.path,
        "action": "new" if each.is_new else "pull" if each.is_changed else "unchanged",
        "since": each.since,
        "conflicts": [
            {"path": c.path, "line": c.line, "file": c.yours, "grafana": c.template, "what": _what(c)}
            for c in each.conflicts
        ],
        "hunks": list(_hunks(each)),
    }
