"""From what the checks found to what counts: exclusions, severities, suppressions, baseline, changes, in this order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Literal

from obsboot.filtering.baseline import Baseline
from obsboot.filtering.changes import Changes
from obsboot.filtering.comments import read_comments
from obsboot.filtering.configuration import Configuration
from obsboot.filtering.identity import Identity, identities
from obsboot.filtering.layout import Layout
from obsboot.filtering.waivers import Waiver, judged, waive
from obsboot.model import Finding, Outcome, Result, Severity, Unread

By = Literal["comment", "configuration", "baseline", "unchanged"]
WEIGHT: Mapping[Severity, int] = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller wants to see. `known` are the ids that a suppression may name, `today` decides on dates."""

    today: date
    known: Collection[str]
    configuration: Configuration = field(default_factory=Configuration)
    baseline: Baseline | None = None
    changes: Changes | None = None
    fail_on: Severity = "error"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A finding that does not count, and why not; `where` is what said so."""

    finding: Finding
    by: By
    reason: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Filtered:
    """The results with the findings that count, what was hidden, the identities of both, and the waivers of whole groups."""

    results: tuple[Result, ...]
    hidden: tuple[Hidden, ...]
    identities: Mapping[Finding, Identity]
    families: tuple[tuple[Waiver, int], ...]

    def facts(self) -> dict[str, object]:
        """The same as plain data, for a report."""
        return {
            "hidden": [_hidden(each) for each in self.hidden],
            "families": [_family(*each) for each in self.families],
        }

    @property
    def unsuppressed(self) -> tuple[Identity, ...]:
        """The findings that no comment and no configuration hides: what a new baseline would hold."""
        suppressed = {each.finding for each in self.hidden if each.by in ("comment", "configuration")}
        return tuple(each for finding, each in self.identities.items() if finding not in suppressed)


def filtered(results: Sequence[Result], files: Mapping[str, str], wishes: Wishes) -> Filtered:
    """What counts of these results. `files` are the texts, by the paths that the findings have.

    The findings about suppressions and about the baseline come as results of their own. A result fails where a finding
    that counts is as severe as `fail_on`; one that could not look at everything stays one that could not be checked.
    """
    results = [_reweighed(result, wishes.configuration) for result in results]
    findings = list(dict.fromkeys(finding for result in results for finding in result.findings))
    told, problems = _comments(files, wishes)
    waived = waive(findings, (*told, *wishes.configuration.waivers), results, wishes.today)
    notices = [_severe(each, wishes.configuration) for each in (*problems, *waived.notices)]
    known = identities([*findings, *notices])
    hidden = {finding: Hidden(finding, w.source, w.reason, str(w.place)) for finding, w in waived.by.items()}
    if wishes.baseline:
        entries = wishes.baseline.entries
        hidden |= {f: Hidden(f, "baseline") for f in known if f not in hidden and known[f] in entries}
        gone = wishes.baseline.gone(set(known.values()), judged(results)) if not wishes.changes else ()
        notices += [_severe(each, wishes.configuration) for each in gone]
    if wishes.changes:
        others = _untouched([f for f in known if f not in hidden], files, wishes.changes)
        hidden |= {finding: Hidden(finding, "unchanged") for finding in others}
    blind = frozenset(_blind(results, hidden))
    shown = [_rejudged(result, hidden, blind, wishes.fail_on) for result in (*results, *_noticed(notices))]
    ordered = sorted(hidden.values(), key=lambda each: known[each.finding])
    return Filtered(tuple(shown), tuple(ordered), known, waived.families)


def _comments(files: Mapping[str, str], wishes: Wishes) -> tuple[list[Waiver], list[Finding]]:
    """What the comments of all files ask for, and what is wrong with them."""
    wanted = (path for path in sorted(files) if not wishes.configuration.excludes(path))
    read = [read_comments(path, files[path], wishes.known) for path in wanted]
    return [w for each in read for w in each.waivers], [p for each in read for p in each.problems]


def _untouched(findings: Iterable[Finding], files: Mapping[str, str], changes: Changes) -> Iterator[Finding]:
    layouts: dict[str, Layout | None] = {}
    for finding in findings:
        if finding.path not in layouts:
            layouts[finding.path] = Layout(files[finding.path]) if finding.path in files else None
        if not changes.touch(finding, layouts[finding.path]):
            yield finding


def _reweighed(result: Result, configuration: Configuration) -> Result:
    kept = (finding for finding in result.findings if not configuration.excludes(finding.path))
    return _with(result, tuple(_severe(finding, configuration) for finding in kept), "error")


def _severe(finding: Finding, configuration: Configuration) -> Finding:
    severity = configuration.severity.get(finding.check, finding.severity)
    return finding if severity == finding.severity else replace(finding, severity=severity)


def _blind(results: Iterable[Result], hidden: Collection[Finding]) -> Iterator[Unread]:
    """The places that could not be read where the finding that says so is one that does not count."""
    shown = {(f.path, f.line) for result in results for f in result.findings if f not in hidden}
    paths = {finding.path for finding in hidden}
    for place in {place for result in results for place in result.unread}:
        if place.path in paths and (place.path, place.line) not in shown:
            yield place


def _rejudged(result: Result, hidden: Collection[Finding], blind: frozenset[Unread], fail_on: Severity) -> Result:
    """The result with what counts. Where all that it could not read is known and does not count, that is no error."""
    left = _with(result, tuple(finding for finding in result.findings if finding not in hidden), fail_on)
    if left.outcome == "error" and left.unread and blind.issuperset(left.unread):
        return replace(left, outcome="skipped", reason=f"{left.reason}; what tells of it does not count here")
    return left


def _with(result: Result, findings: tuple[Finding, ...], fail_on: Severity) -> Result:
    """The result with these findings instead of its own, and the outcome that follows from them."""
    outcome: Outcome = result.outcome
    if any(WEIGHT[finding.severity] >= WEIGHT[fail_on] for finding in findings):
        outcome = "failed"
    elif outcome == "failed" and any(finding.severity == "error" for finding in result.findings):
        outcome = "error" if result.reason else "passed"
    return replace(result, outcome=outcome, findings=findings)


def _noticed(notices: Iterable[Finding]) -> Iterator[Result]:
    """One result a kind of notice."""
    for check, found in groupby(sorted(notices, key=lambda each: each.check), key=lambda each: each.check):
        yield Result(check, "", "passed", findings=tuple(found))


def _hidden(each: Hidden) -> dict[str, object]:
    return {**each.finding.told(), "by": each.by, "reason": each.reason, "where": each.where}


def _family(waiver: Waiver, count: int) -> dict[str, object]:
    return {"family": waiver.check, "where": str(waiver.place), "reason": waiver.reason, "hidden": count}
