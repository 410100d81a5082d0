"""Reading what Result.detail and Report.facts hold. A missing or odd value is None and never breaks a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from obsboot.model import Proof, Report, Result
from obsboot.render.units import spell

NONE = "–"  # noqa: RUF001 - a dash where a number would stand

LEVELS: Mapping[str, Proof] = {"live": Proof.LIVE, "replay": Proof.REPLAYED}
"""The group of a check (before the slash) -> the proof it gives; any other is static."""


def number(values: Mapping[str, object], key: str) -> float | None:
    """The finite number under `key`."""
    return _finite(values.get(key))


def text(values: Mapping[str, object], key: str) -> str:
    """The text under `key`, empty where there is none."""
    value = values.get(key)
    return "" if value is None else str(value)


def mapping(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = values.get(key)
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def sequence(values: Mapping[str, object], key: str) -> Sequence[object]:
    value = values.get(key)
    return value if isinstance(value, list | tuple) else ()


def points(values: Mapping[str, object], key: str) -> list[tuple[float, float]]:
    """Pairs of time and value, in the order of time; those that are no finite numbers are left out."""
    found = []
    for pair in sequence(values, key):
        if isinstance(pair, list | tuple) and len(pair) == 2:
            at, value = _finite(pair[0]), _finite(pair[1])
            if at is not None and value is not None:
                found.append((at, value))
    return sorted(found)


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def with_unit(value: float | None, unit: str) -> str:
    """The number as a person reads it; a dash for none."""
    return NONE if value is None else spell(value, unit)


def clock(seconds: float | None) -> str:
    """A length of time: `42 s`, `3:07 min`, `1:02 h`; a dash for none."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02d} min" if whole < 7200 else f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def group_of(result: Result) -> str:
    return result.check.partition("/")[0]


def level_of(result: Result) -> Proof:
    """The proof that a passed result of this check gives."""
    return LEVELS.get(group_of(result), Proof.CHECKED)


def reached(report: Report) -> dict[Proof, int]:
    """How many things have each proof, and no more."""
    return {level: sum(each.proof == level for each in report.proven) for level in reversed(Proof)}


def verdict(report: Report) -> str:
    """One sentence: what was proven, on what."""
    if not any(each.proof > Proof.WRITTEN for each in report.proven):
        return "Nothing was proven."
    counts = ", ".join(f"{count} {level}" for level, count in reached(report).items() if count)
    on = text(report.facts, "on")
    return f"Proven{' on ' + on if on else ''}: {counts}."
