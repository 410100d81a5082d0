"""Collections in the manner of public ones, and what a person has read of the findings on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from obsboot.model import Finding

HERE = Path(__file__).parent
COLLECTIONS = HERE / "collections"


def collections() -> tuple[Path, ...]:
    """The folder of each collection."""
    return tuple(sorted(path for path in COLLECTIONS.iterdir() if path.is_dir()))


def excused(collection: str, finding: Finding) -> bool:
    """Whether the finding is on something that is wrong on purpose, or has been read and found to be right."""
    known = (*known_wrong(), *(each for each in _reviewed() if each["check"] == finding.check))
    return any(concerns(each, collection, finding) for each in known)


def concerns(each: Mapping[str, Any], collection: str, finding: Finding) -> bool:
    """Whether the finding is on the object that `each` names."""
    name = each.get("alert") or each.get("panel") or each["name"]
    return each["path"] == f"{collection}/{finding.path}" and str(name) in f"{finding.subject} {finding.message}"


def known_wrong() -> tuple[Mapping[str, Any], ...]:
    """What is wrong on purpose: path, alert or panel, and why; `missed` says why the linter is silent on it."""
    return _list("known-wrong.yaml")


@cache
def _reviewed() -> tuple[Mapping[str, Any], ...]:
    return _list("reviewed.yaml")


@cache
def _list(name: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(yaml.safe_load((COLLECTIONS / name).read_text(encoding="utf-8")) or ())
