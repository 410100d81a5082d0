"""One wish not to see findings of one check: from a comment, or from the configuration file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from obsboot.filtering.notices import EXPIRED, UNUSED, Place
from obsboot.model import Finding, Result
from obsboot.sources.globs import check_matches, is_family, path_matches, subject_matches
from obsboot.sources.guesses import meant

Source = Literal["comment", "configuration"]
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Scope(Protocol):
    """Where a waiver holds."""

    def covers(self, finding: Finding) -> bool: ...


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of one file, from 1; without lines the whole file."""

    path: str
    lines: range | None = None

    def covers(self, finding: Finding) -> bool:
        return finding.path == self.path and (self.lines is None or finding.line in self.lines)


@dataclass(frozen=True, slots=True)
class Matching:
    """Files by a glob, and in them the subjects that a pattern names."""

    path: str
    subject: str = "*"

    def covers(self, finding: Finding) -> bool:
        return path_matches(self.path, finding.path) and subject_matches(self.subject, finding.subject)


@dataclass(frozen=True, slots=True)
class Waiver:
    """`check` is an id or a family `group/*`; on `until` it holds for the last time."""

    check: str
    scope: Scope
    reason: str
    place: Place
    source: Source
    until: date | None = None

    def covers(self, finding: Finding) -> bool:
        return check_matches(self.check, finding.check) and self.scope.covers(finding)

    def holds(self, today: date) -> bool:
        return self.until is None or today <= self.until


@dataclass(frozen=True, slots=True)
class Waived:
    """What waivers did: which one hides each finding, and what is to be said of those that hide nothing."""

    by: dict[Finding, Waiver]
    notices: tuple[Finding, ...]
    families: tuple[tuple[Waiver, int], ...]
    """Each waiver of a whole group that holds, and how many findings it hides."""


def waive(findings: Sequence[Finding], waivers: Sequence[Waiver], results: Iterable[Result], today: date) -> Waived:
    """Apply the waivers. One of a check that did not run, or not to its end, is not called unused."""
    by: dict[Finding, Waiver] = {}
    used: list[tuple[Waiver, int]] = []
    files: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        files[finding.path].append(finding)
    for waiver in waivers:
        near = files[waiver.place.path] if waiver.source == "comment" else findings
        covered = [finding for finding in near if waiver.covers(finding)]
        used.append((waiver, len(covered)))
        if waiver.holds(today):
            by.update({finding: waiver for finding in covered if finding not in by})
    whole = judged(results)
    notices = [notice for waiver, count in used for notice in _notices(waiver, count, whole, today)]
    families = [(waiver, count) for waiver, count in used if is_family(waiver.check) and waiver.holds(today)]
    return Waived(by, tuple(notices), tuple(families))


def judged(results: Iterable[Result]) -> frozenset[str]:
    """The checks that looked at everything they wanted to look at."""
    whole: dict[str, bool] = {}
    for result in results:
        looked = result.outcome in ("passed", "failed") and not result.reason
        whole[result.check] = whole.get(result.check, True) and looked
    return frozenset(check for check, looked in whole.items() if looked)


def _notices(waiver: Waiver, count: int, whole: frozenset[str], today: date) -> Iterator[Finding]:
    subject = f"ignore {waiver.check}"
    if count and not waiver.holds(today):
        yield EXPIRED.finding(waiver.place, f"the suppression of {waiver.check} ran out on {waiver.until}", subject)
    elif not count and any(check_matches(waiver.check, check) for check in whole):
        yield UNUSED.finding(waiver.place, f"{waiver.check} finds nothing here that could be suppressed", subject)


def day(said: str) -> date | None:
    """The date that a `YYYY-MM-DD` is, or None."""
    try:
        return date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        return None


def is_known(check: str, known: Collection[str]) -> bool:
    """Whether it is the id of a check, or a family that has one."""
    return check in known or (is_family(check) and any(check_matches(check, each) for each in known))


def unknown_check(name: str, known: Collection[str]) -> str:
    """That no check has this id, and which one may be meant."""
    return f"there is no check {name!r}{meant(name, known, 0.6)}"
