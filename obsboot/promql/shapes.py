"""What is known of the series that an expression gives. Unknown stays unknown: nothing here guesses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from obsboot.promql.measures import Unit

Trust = Literal["sure", "likely", "named"]
"""How far what is said of a series holds: it was seen, its name is that of a known one, or it follows a convention."""

TRUSTS: tuple[Trust, ...] = ("sure", "likely", "named")

Type = Literal["counter", "bucket", "total", "gauge", "histogram", "summary", "scalar", "unknown"]
"""`bucket` is a counter with `le`; `total` a counter after an aggregation, which hides its resets from rate()."""

CUMULATIVE: frozenset[Type] = frozenset({"counter", "bucket", "total"})


@dataclass(frozen=True, slots=True)
class Labels:
    """`names` are there; where `open`, there may be others, but for those `gone`.

    `made` is whether the expression itself says which labels are left, so that no other series can have more.
    """

    names: frozenset[str] = frozenset()
    open: bool = False
    gone: frozenset[str] = frozenset()
    made: bool = field(default=False, compare=False)

    def may_have(self, label: str) -> bool:
        return label in self.names or (self.open and label not in self.gone)

    def keep(self, labels: Iterable[str]) -> Labels:
        return Labels(frozenset(label for label in labels if self.may_have(label)), made=True)

    def drop(self, labels: Iterable[str]) -> Labels:
        lost = frozenset(labels)
        return Labels(self.names - lost, self.open, self.gone | lost if self.open else frozenset(), self.made)

    def add(self, labels: Iterable[str]) -> Labels:
        more = frozenset(labels)
        return Labels(self.names | more, self.open, self.gone - more, self.made)

    def join(self, other: Labels) -> Labels:
        """The labels of series from either side."""
        gone = frozenset(label for label in self.gone | other.gone if not self.may_have(label))
        gone = frozenset(label for label in gone if not other.may_have(label))
        return Labels(self.names | other.names, self.open or other.open, gone, self.made and other.made)

    def __str__(self) -> str:
        listed = ", ".join(sorted(self.names)) or "none"
        return f"{listed} and perhaps others" if self.open else listed


ANY = Labels(open=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """The counter that a value was counted from: its name, which of its series, and what was done to them.

    Of two values of one origin, that of fewer series is a part of the other.
    """

    name: str
    chosen: frozenset[tuple[str, str, str]] = frozenset()
    steps: tuple[str, ...] = ()

    def then(self, step: str) -> Origin:
        """The same after one more step; a sum of sums is a sum."""
        return self if self.steps[-1:] == (step,) else Origin(self.name, self.chosen, (*self.steps, step))

    def part_of(self, whole: Origin) -> bool:
        return self.name == whole.name and self.steps == whole.steps and whole.chosen <= self.chosen


@dataclass(frozen=True, slots=True)
class Shape:
    """One expression's series. `fixed` labels have one known value, `varied` ones are known to have several.

    `unit` is the value's, `le` that of the bucket bounds; `low` and `high` bound the value; `constant` is a number
    that the expression always is; `source` is the metric it comes from where there is just one.
    """

    labels: Labels = ANY
    type: Type = "unknown"
    unit: Unit | None = None
    le: Unit | None = None
    bound: float = math.inf
    """The highest finite bucket bound, which histogram_quantile cannot exceed."""
    low: float = -math.inf
    high: float = math.inf
    fixed: Mapping[str, str] = field(default_factory=dict)
    varied: frozenset[str] = frozenset()
    constant: float | None = None
    source: str = ""
    trust: Trust = "sure"
    origin: Origin | None = None

    def having(self, **changes: object) -> Shape:
        return replace(self, **changes)  # type: ignore[arg-type]

    def labelled(self, labels: Labels) -> Shape:
        """The same values under other labels."""
        return replace(
            self,
            labels=labels,
            fixed={name: value for name, value in self.fixed.items() if labels.may_have(name)},
            varied=frozenset(name for name in self.varied if labels.may_have(name)),
        )


UNKNOWN = Shape()


def number(value: float) -> Shape:
    """The shape of a literal."""
    return Shape(Labels(), "scalar", None, low=value, high=value, constant=value)
