"""What functions and operators make of the shapes of their arguments, where nothing can be wrong with it."""

from __future__ import annotations

import math
import re

from obsboot.promql import ranges
from obsboot.promql.measures import NUMBER, SECONDS, Unit, scaled
from obsboot.promql.reading import Node, Selector, kind, selector_of
from obsboot.promql.shapes import ANY, CUMULATIVE, Labels, Origin, Shape, Type

RATES = frozenset({"rate", "irate", "increase"})
GAUGES_ONLY = frozenset(
    {"delta", "idelta", "deriv", "predict_linear", "avg_over_time", "sum_over_time", "quantile_over_time",
     "stddev_over_time", "stdvar_over_time", "min_over_time", "max_over_time", "holt_winters",
     "double_exponential_smoothing"}
)  # fmt: skip
_COUNTS = frozenset({"count_over_time", "changes", "resets", "present_over_time"})
_KEEPING = frozenset({"ceil", "floor", "round", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "abs",
                      "clamp", "clamp_min", "clamp_max", "last_over_time"})  # fmt: skip
_CALENDAR = frozenset({"minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month",
                       "year"})  # fmt: skip


def applied(name: str, vector: Shape | None, shapes: list[Shape]) -> Shape:
    """The shape of a function's result; `vector` is its first argument that is no scalar."""
    if vector is None or name in ("vector", "scalar"):
        return _of_scalars(name, vector, shapes)
    if name in _COUNTS:
        return vector.having(type="gauge", unit=NUMBER, low=0.0, high=math.inf, le=None)
    if name in _KEEPING:
        low, high = ranges.clamped(name, vector, shapes)
        return vector.having(low=low, high=high)
    if name == "timestamp":
        return vector.having(type="gauge", unit=SECONDS, low=0.0, high=math.inf)
    labels = Labels(vector.labels.names, open=True) if name == "info" else vector.labels
    return Shape(labels, fixed=vector.fixed, varied=vector.varied, source=vector.source)


def _of_scalars(name: str, vector: Shape | None, shapes: list[Shape]) -> Shape:
    if name == "time":
        return Shape(Labels(), "scalar", SECONDS, low=0.0)
    if name in ("vector", "scalar") and shapes:
        inner = vector or shapes[0]
        kept: Type = "gauge" if name == "vector" else "scalar"
        return Shape(Labels(), kept, inner.unit, low=inner.low, high=inner.high)
    return Shape(Labels(), "gauge") if name in _CALENDAR else Shape(Labels(), "scalar") if name == "pi" else Shape(ANY)


def absent(node: Node) -> Shape:
    """absent() gives one series with the labels that the equality matchers name."""
    fixed: dict[str, str] = {}
    if kind(node) in ("VectorSelector", "MatrixSelector"):
        fixed = {m.name: m.value for m in selector_of(node).matchers if m.op == "=" and m.name != "__name__"}
    return Shape(Labels(frozenset(fixed)), "gauge", NUMBER, low=1.0, high=1.0, fixed=fixed)


def vector_of(left: Shape, right: Shape) -> Shape:
    return right if left.type == "scalar" else left


def times(unit: Unit | None, other: Unit) -> Unit | None:
    return None if unit is None else unit.times(other)


_PARTS = re.compile(r"_(?:bucket|count)$")


def origin(selector: Selector, shape: Shape) -> Origin | None:
    """What a selector's values were counted from: the counter itself, or that behind a recorded series."""
    chosen = frozenset((m.name, m.op, m.value) for m in selector.matchers if m.name != "__name__")
    if shape.origin is not None:
        return Origin(shape.origin.name, shape.origin.chosen | chosen, shape.origin.steps)
    return Origin(_PARTS.sub("", selector.name), chosen) if shape.type in CUMULATIVE else None


def is_part(part: Shape, whole: Shape) -> bool:
    """Whether one value counts some of what the other counts, over the same groups."""
    known = part.origin is not None and whole.origin is not None and part.origin.part_of(whole.origin)
    return known and part.low >= 0 and part.labels == whole.labels


def type_of_result(op: str, left: Shape, right: Shape) -> Type:
    if op == "+" and left.type in CUMULATIVE and right.type in CUMULATIVE:
        return "total"
    for one, other in ((left, right), (right, left)):
        if one.type in CUMULATIVE and other.constant is not None and op in ("*", "/", "+", "-"):
            return "total"
    if left.type == right.type == "scalar":
        return "scalar"
    return "unknown" if "unknown" in (left.type, right.type) and op in ("+", "-", "*", "/") else "gauge"


def unit_of_result(op: str, left: Shape, right: Shape) -> Unit | None:
    if op in ("+", "-"):
        if left.unit and right.unit:
            return left.unit if left.unit.same(right.unit) else None
        return left.unit or right.unit
    if op in ("*", "/"):
        return _product(op, left, right)
    return left.unit if op == "%" else None


def _product(op: str, left: Shape, right: Shape) -> Unit | None:
    if right.constant is not None and left.unit:
        if op == "/" and 0 < right.constant < 1:
            return left.unit  # a share of a share, such as errors over an error budget; nobody converts by / 0.01
        return scaled(left.unit, right.constant if op == "*" or not right.constant else 1 / right.constant)
    if left.constant is not None and right.unit:
        return scaled(right.unit, left.constant) if op == "*" else right.unit.inverse()
    if left.unit is None or right.unit is None:
        return None
    return left.unit.times(right.unit if op == "*" else right.unit.inverse())
