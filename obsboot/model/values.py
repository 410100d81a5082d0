"""The smallest words: answers, formulas, places in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Value = str | int | float | bool
"""One answer. An answer is data and never becomes syntax."""

Formula = str | float
"""A number, or arithmetic over names that are known later (answers, a tally, a threshold)."""


def plural(count: int, noun: str) -> str:
    """So many of them, in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def allows(values: Mapping[str, Value], only_if: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the answers are among those for which alone something is there."""
    return all(str(values.get(name)) in allowed for name, allowed in only_if.items())


def ordered(version: str) -> tuple[int, ...]:
    """The numbers of a version, by which it is older or newer than another; what is no number does not count."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is said; `line` counts from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
