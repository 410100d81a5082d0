"""What differs from a git revision, and whether a finding is about that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from obsboot.filtering.layout import Layout
from obsboot.model import Finding

_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that differ, each with its changed lines; None is the whole file."""

    lines: Mapping[str, Collection[int] | None]

    def touch(self, finding: Finding, layout: Layout | None) -> bool:
        """Whether the finding is about a change; `layout` is that of its file as it is now.

        In YAML by the innermost list item with keys, such as an alert, a job or a receiver: a change of an alert's `for`
        may be what makes its expression wrong, one of its neighbour is not. Elsewhere, and outside of any item, by file:
        what Grafana saves moves as a whole, and in a pipeline each line is about the ones before it.
        """
        if finding.path not in self.lines:
            return False
        changed = self.lines[finding.path]
        if changed is None or layout is None or not is_by_lines(finding.path):
            return True
        item = layout.item_around(finding.line)
        return item is None or any(line in item for line in changed)


def is_by_lines(path: str) -> bool:
    """Whether lines of this file are told apart."""
    return posixpath.splitext(path)[1] in (".yml", ".yaml")


def changed_lines(patch: bytes) -> frozenset[int]:
    """The lines of the new side that a patch without context changes; a deletion is at the lines around its place."""
    found: set[int] = set()
    for start, count in _HUNK.findall(patch):
        first, length = int(start), int(count or b"1")
        found |= set(range(first, first + length)) if length else {first, first + 1}
    return frozenset(found)
