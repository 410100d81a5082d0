"""What checking and proving say: findings, results, proofs, reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from obsboot.model.errors import Exit

Severity = Literal["error", "warning", "info"]
Outcome = Literal["passed", "failed", "error", "skipped"]
"""failed: checked and wrong; error: could not be checked; skipped: with a reason. None of them is passed."""


class Proof(IntEnum):
    """How much has been shown of a signal, an alert, a target or a log format."""

    WRITTEN = 0
    CHECKED = 1
    REPLAYED = 2
    LIVE = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: which check found it, where, why it matters and how to mend it.

    `line` and `column` count from 1; 0 is the file as a whole, or a line as a whole. `subject` is the object that it is
    about (`alert CacheDown`, `job cache`): with the check and the path it tells the finding from others, whatever moves.
    """

    check: str
    severity: Severity
    path: str
    line: int
    message: str
    why: str = ""
    fix: str = ""
    column: int = 0
    subject: str = ""

    def told(self) -> dict[str, object]:
        """What was found and where, as reports write it; why it matters and how to mend it are the check's."""
        names = ("check", "severity", "path", "line", "column", "subject", "message")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A place that could not be read, so that a check could not judge it. `line` 0 is the file as a whole."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.why}" if self.line else f"{self.path} {self.why}"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one check, truth, fault or replay. `subject` is what it is about (`cache/hit_rate`).

    `unread` is all that `reason` is about, where nothing else kept a check from looking at everything.
    """

    check: str
    subject: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    detail: Mapping[str, object] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Proven:
    """The proof that one thing has: `limit` says why not more.

    `kind` is signal, alert, target, log format, log signal or log alert.
    """

    kind: str
    name: str
    instance: str
    proof: Proof
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one target, and what they prove."""

    title: str
    results: tuple[Result, ...]
    proven: tuple[Proven, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        return sum(result.outcome == outcome for result in self.results)

    def code(self) -> Exit:
        """4 where something failed, else 6 where something could not be checked, else 0."""
        if self.count("failed"):
            return Exit.FAILED
        return Exit.COULD_NOT_CHECK if self.count("error") else Exit.DONE
