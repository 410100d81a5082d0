"""Between which numbers an expression's value lies. Infinite bounds mean that nothing is known."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Literal

from obsboot.promql.reading import Node, kind, selector_of, walk
from obsboot.promql.shapes import Shape

Range = tuple[float, float]
EVERYTHING: Range = (-math.inf, math.inf)
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": math.fmod, "^": operator.pow,
    "atan2": math.atan2,
}  # fmt: skip


def folded(op: str, left: float, right: float) -> float:
    """The number that two literals make; NaN where there is none."""
    try:
        return float(_OPERATORS[op](left, right))
    except (KeyError, ZeroDivisionError, ValueError, OverflowError, TypeError):
        return math.nan


def verdict(op: str, shape: Shape, limit: float) -> Literal["never", "always", ""]:
    """Whether the comparison with `limit` can only come out one way."""
    low, high = shape.low, shape.high
    outcomes = {
        ">": (high <= limit, low > limit),
        ">=": (high < limit, low >= limit),
        "<": (low >= limit, high < limit),
        "<=": (low > limit, high <= limit),
        "==": (limit < low or limit > high, low == high == limit),
        "!=": (low == high == limit, limit < low or limit > high),
    }
    never, always = outcomes[op]
    return "never" if never else "always" if always else ""


def compared(op: str, left: Shape, right: Shape) -> Range:
    """The range of what passes a filter."""
    if right.constant is None or left.type == "scalar":
        return (left.low, left.high) if left.type != "scalar" else (right.low, right.high)
    limit = right.constant
    if op in (">", ">="):
        return max(left.low, limit), max(left.high, limit)
    if op in ("<", "<="):
        return min(left.low, limit), min(left.high, limit)
    return (limit, limit) if op == "==" else (left.low, left.high)


def clamped(name: str, vector: Shape, shapes: list[Shape]) -> Range:
    """The range after clamp, clamp_min, clamp_max, abs and rounding."""
    low, high = vector.low, vector.high
    limits = [shape.constant for shape in shapes[1:]]
    if name == "abs":
        return 0.0, max(abs(low), abs(high))
    if None in limits or not limits:
        return math.floor(low) if math.isfinite(low) else low, math.ceil(high) if math.isfinite(high) else high
    if name in ("clamp", "clamp_min") and limits[0] is not None:
        low, high = max(low, limits[0]), max(high, limits[0])
    if name in ("clamp", "clamp_max") and limits[-1] is not None:
        low, high = min(low, limits[-1]), min(high, limits[-1])
    return low, high


def aggregated(op: str, inner: Shape) -> Range:
    """The range after an aggregation: a count of series that exist is never 0."""
    if op in ("count", "count_values"):
        return 1.0, math.inf
    if op == "group":
        return 1.0, 1.0
    if op in ("min", "max", "avg", "quantile"):
        return inner.low, inner.high
    if op in ("stddev", "stdvar"):
        return 0.0, math.inf
    return (0.0 if inner.low >= 0 else -math.inf), (0.0 if inner.high <= 0 else math.inf)


def computed(op: str, node: Node, left: Shape, right: Shape) -> Range:
    """The range after an arithmetic operator; a part of a whole is between 0 and 1."""
    if op == "+":
        return left.low + right.low, left.high + right.high
    if op == "-":
        return _or(left.low - right.high, -math.inf), _or(left.high - right.low, math.inf)
    if op == "/" and left.low >= 0 and right.low >= 0 and part_of_whole(node.lhs, node.rhs):
        return 0.0, 1.0
    if op in ("*", "/"):
        return _scaled(op, left, right)
    return EVERYTHING


def _scaled(op: str, left: Shape, right: Shape) -> Range:
    factor = right.constant
    if factor is not None and factor > 0:
        scale = factor if op == "*" else 1 / factor
        return left.low * scale, left.high * scale
    if op == "*" and left.constant is not None and left.constant > 0:
        return right.low * left.constant, right.high * left.constant
    return (0.0, math.inf) if left.low >= 0 and right.low >= 0 else EVERYTHING


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value


def part_of_whole(part: Node, whole: Node) -> bool:
    """Whether `part` is one of the terms that `whole` adds up, or the same sum over fewer series."""
    terms, of = _terms(part), _terms(whole)
    texts = [str(term) for term in of]
    if all(str(term) in texts for term in terms):
        return True
    return len(terms) == len(of) == 1 and _fewer(terms[0], of[0])


def _terms(node: Node) -> list[Node]:
    while kind(node) == "ParenExpr":
        node = node.expr
    if kind(node) == "BinaryExpr" and str(node.op) == "+":
        return [*_terms(node.lhs), *_terms(node.rhs)]
    return [node]


_BRACES = re.compile(r'\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}')
_COUNTED = re.compile(r"_(?:bucket|count)\b")


def _fewer(part: Node, whole: Node) -> bool:
    if _skeleton(part) != _skeleton(whole):
        return False
    if any(kind(node) == "AggregateExpr" and str(node.op) not in ("sum", "count") for node in walk(part)):
        return False
    ours, theirs = ([selector_of(n) for n in walk(side) if kind(n).endswith("Selector")] for side in (part, whole))
    return all(set(b.matchers) <= set(a.matchers) for a, b in zip(ours, theirs, strict=True))


def _skeleton(node: Node) -> str:
    return _COUNTED.sub("", _BRACES.sub("", str(node)))
