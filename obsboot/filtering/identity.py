"""What makes a finding the same one tomorrow: its check, its file and its object, whatever lines and numbers do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from obsboot.model import Finding


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One finding across edits. `ordinal` counts from 1 those that are alike in all else, in the order of their places."""

    check: str
    path: str
    subject: str
    ordinal: int = 1

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits, equal for equal identities."""
        said = "\0".join((self.check, self.path, self.subject, str(self.ordinal)))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def identities(findings: Iterable[Finding]) -> dict[Finding, Identity]:
    """The identity of each finding among all that were found; which of several alike is which only its place tells."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: dict[Finding, Identity] = {}
    for finding in sorted(set(findings), key=_place):
        alike = (finding.check, finding.path, finding.subject)
        seen[alike] += 1
        found[finding] = Identity(*alike, seen[alike])
    return found


def _place(finding: Finding) -> tuple[str, int, int, str, str, str]:
    return finding.path, finding.line, finding.column, finding.check, finding.subject, finding.message
