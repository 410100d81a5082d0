"""What the linter says of a seeded stack that it does not say of the clean one."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from obsboot.catalog import Catalogue, load
from obsboot.checks import check
from obsboot.model import Finding
from obsboot.sources import read_folder
from tests.seeded.defects import STACK, Defect, copy_stack

LOUD = frozenset({"error", "warning"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of a folder. A check that is `broken` would have missed whatever it looks for."""

    findings: tuple[Finding, ...]
    broken: tuple[str, ...]

    @property
    def loud(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity in LOUD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one defect adds; `placed` is whether one of the loud findings points at the fault."""

    defect: Defect
    loud: tuple[Finding, ...]
    quiet: tuple[Finding, ...]
    placed: bool
    broken: tuple[str, ...]

    @property
    def caught(self) -> bool:
        return bool(self.loud)


@cache
def _catalogue() -> Catalogue:
    """Read once: it is the same for each of the many folders."""
    return load()


def judge(root: Path) -> Judged:
    """All that the linter says of a folder."""
    results = check(read_folder(root, catalogue=_catalogue))
    broken = [f"{result.check}: {result.reason}" for result in results if result.reason.startswith("the check broke")]
    return Judged(tuple(finding for result in results for finding in result.findings), tuple(broken))


@cache
def clean() -> Judged:
    """What is said of the clean stack."""
    return judge(STACK)


def try_defect(defect: Defect) -> Verdict:
    """Seeds the defect into a copy of the stack, and lints that."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy_stack(Path(folder) / "stack")
        defect.seed(root)
        judged = judge(root)
        places = defect.places(root)
    added = _added(judged.findings)
    loud = tuple(finding for finding in added if finding.severity in LOUD)
    quiet = tuple(finding for finding in added if finding.severity not in LOUD)
    placed = any((finding.path, finding.line) in places and finding.column > 0 for finding in loud)
    return Verdict(defect, loud, quiet, placed, judged.broken)


def _added(findings: tuple[Finding, ...]) -> list[Finding]:
    """Those that the clean stack does not have; an edit moves lines, so they are told apart without."""
    known = Counter(_identity(finding) for finding in clean().findings)
    added = []
    for finding in findings:
        known[_identity(finding)] -= 1
        if known[_identity(finding)] < 0:
            added.append(finding)
    return added


def _identity(finding: Finding) -> tuple[str, ...]:
    return finding.check, finding.severity, finding.path, finding.subject, finding.message
