"""The baseline: findings that were there when a repository began to be checked, and do not count until they are mended.

A file of one JSON object a line, sorted, so that two branches which both change it merge without a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from obsboot.filtering.identity import Identity
from obsboot.filtering.notices import GONE, Place
from obsboot.model import Finding, ObsbootError

_VERSION = 1
_HEAD = "obsboot-baseline"
_NEEDED = {"check", "path", "subject"}
_KEYS: Mapping[str, type] = {"check": str, "path": str, "subject": str, "ordinal": int}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a baseline file says: each identity, and the line in which it stands."""

    path: str
    entries: Mapping[Identity, int] = field(default_factory=dict)

    def gone(self, present: Collection[Identity], judged: Collection[str]) -> tuple[Finding, ...]:
        """A notice for each entry that no longer occurs, where its check looked at everything it wanted to."""
        return tuple(
            GONE.finding(Place(self.path, line), _says(entry), f"{entry.check} {entry.path} {entry.subject}".rstrip())
            for entry, line in self.entries.items()
            if entry not in present and entry.check in judged
        )


def _says(entry: Identity) -> str:
    about = f" of {entry.subject}" if entry.subject else ""
    return f"{entry.check}{about} in {entry.path} no longer occurs"


def baseline_text(identities: Iterable[Identity]) -> str:
    """The file for these findings, the same bytes for the same findings."""
    rows = [json.dumps({_HEAD: _VERSION})]
    for each in sorted(set(identities)):
        row: dict[str, object] = {"check": each.check, "path": each.path, "subject": each.subject}
        rows.append(json.dumps(row | ({"ordinal": each.ordinal} if each.ordinal > 1 else {}), ensure_ascii=False))
    return "\n".join(rows) + "\n"


def read_baseline(path: str, text: str) -> Baseline:
    """The baseline in the text of the file `path`. Raises ObsbootError with the line that is none of a baseline."""
    entries: dict[Identity, int] = {}
    for line, row in enumerate(text.split("\n"), 1):
        if row.strip() and (entry := _entry(f"{path}:{line}", row)):
            entries[entry] = line
    return Baseline(path, entries)


def _entry(where: str, row: str) -> Identity | None:
    """The identity that a line holds; None for the line that says which version of the format this is."""
    fix = "mend the line, or write the baseline anew: --write-baseline"
    try:
        told = json.loads(row)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and told.keys() == {_HEAD}:
        if told[_HEAD] != _VERSION:
            raise ObsbootError(f"{where}: a baseline of version {told[_HEAD]!r}, known is {_VERSION}", fix=fix)
        return None
    if not isinstance(told, dict) or not _NEEDED <= told.keys() <= _KEYS.keys():
        raise ObsbootError(f"{where}: this is no entry of a baseline", fix=fix)
    for key, value in told.items():
        if type(value) is not _KEYS[key]:
            raise ObsbootError(f"{where}: {key}: {value!r} is no {_KEYS[key].__name__}", fix=fix)
    return Identity(**told)
