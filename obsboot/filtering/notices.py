"""What is found about suppressions and the baseline themselves: ids and texts as checks have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from obsboot.checks.base import checks
from obsboot.model import Finding, Severity


class Described(Protocol):
    """What is known of an id that findings carry: a check, or a notice."""

    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def title(self) -> str: ...
    @property
    def explanation(self) -> str: ...
    @property
    def fix(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said; line and column count from 1."""

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of finding about suppressions or the baseline."""

    id: str
    severity: Severity
    title: str
    explanation: str
    fix: str

    def finding(self, place: Place, message: str, subject: str) -> Finding:
        """A finding of this kind at the place."""
        told = (self.explanation, self.fix)
        return Finding(self.id, self.severity, place.path, place.line, message, *told, place.column, subject)


INVALID = Notice(
    "suppression/invalid",
    "error",
    "Every suppression can be read, and names checks that exist",
    "A suppression that cannot be read suppresses nothing, and whoever wrote it believes that it does.",
    "Write `# obsboot: ignore <check/id>[, <check/id>] [until YYYY-MM-DD] -- reason`.",
)
UNUSED = Notice(
    "suppression/unused",
    "warning",
    "Every suppression suppresses something",
    "A suppression that outlives its finding hides the next one, which nobody has looked at.",
    "Remove it, or put it where its finding is.",
)
EXPIRED = Notice(
    "suppression/expired",
    "info",
    "No suppression has run out",
    "The date of the suppression has passed, so what it suppressed is shown again.",
    "Mend the finding, or give a new date and say why.",
)
GONE = Notice(
    "baseline/gone",
    "info",
    "Every entry of the baseline still occurs",
    "An entry that no longer occurs would hide the same mistake when it comes back.",
    "Write the baseline anew with --write-baseline, or remove the line.",
)
NOTICES: Mapping[str, Notice] = {each.id: each for each in (INVALID, UNUSED, EXPIRED, GONE)}


def described() -> Mapping[str, Described]:
    """Everything that may stand in front of a finding of `obsboot check`, by id."""
    return {**{each.id: each for each in checks()}, **NOTICES}
