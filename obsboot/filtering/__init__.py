"""What counts of that which the checks found: a folder's configuration, suppressions, baseline and changes.

Pure functions over results, the texts of files, and a date; nothing here reads a disk or a clock.
"""

from __future__ import annotations

from obsboot.filtering.baseline import Baseline, baseline_text, read_baseline
from obsboot.filtering.changes import Changes, changed_lines, is_by_lines
from obsboot.filtering.configuration import NAME, Configuration, read_configuration
from obsboot.filtering.identity import Identity, identities
from obsboot.filtering.judging import Filtered, Hidden, Wishes, filtered
from obsboot.filtering.notices import NOTICES, Described, described

__all__ = [
    "NAME",
    "NOTICES",
    "Baseline",
    "Changes",
    "Configuration",
    "Described",
    "Filtered",
    "Hidden",
    "Identity",
    "Wishes",
    "baseline_text",
    "changed_lines",
    "described",
    "filtered",
    "identities",
    "is_by_lines",
    "read_baseline",
    "read_configuration",
]
