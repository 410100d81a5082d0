"""Asking an expression what it selects, over which windows, grouped by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import promql_parser

Node = Any
"""A node of the parser's tree; its types are native and opaque to type checkers."""


class PromqlError(ValueError):
    """The expression is no PromQL; `reason` is why, without the expression."""

    def __init__(self, reason: str, expr: str) -> None:
        super().__init__(f"{reason}, in: {' '.join(expr.split())}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Matcher:
    """`op` is one of `=`, `!=`, `=~`, `!~`."""

    name: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """One selection of series; `range` and `offset` in seconds, `range` None for an instant."""

    name: str
    matchers: tuple[Matcher, ...]
    range: float | None = None
    offset: float = 0.0

    def value_of(self, label: str) -> str | None:
        """The value that an equality matcher demands of `label`."""
        return next((m.value for m in self.matchers if m.name == label and m.op == "="), None)


_OPS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


@lru_cache(maxsize=4096)
def parse(expr: str) -> Node:
    """The syntax tree of `expr`. Raises PromqlError with the parser's reason."""
    try:
        return promql_parser.parse(expr)
    except ValueError as error:
        raise PromqlError(str(error), expr) from None


def check(expr: str) -> None:
    """Raise PromqlError unless `expr` parses."""
    parse(expr)


def kind(node: Node) -> str:
    return type(node).__name__


def children(node: Node) -> tuple[Node, ...]:
    """The sub-expressions of a node, from left to right."""
    match kind(node):
        case "BinaryExpr":
            return (node.lhs, node.rhs)
        case "AggregateExpr":
            return (node.param, node.expr) if node.param is not None else (node.expr,)
        case "Call":
            return tuple(node.args)
        case "ParenExpr" | "UnaryExpr" | "SubqueryExpr":
            return (node.expr,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def selector_of(node: Node) -> Selector:
    """What a vector or matrix selector node selects."""
    matrix = kind(node) == "MatrixSelector"
    vector = node.vector_selector if matrix else node
    return Selector(
        name=vector.name or "",
        matchers=tuple(Matcher(m.name, _OPS[str(m.op).rsplit(".", 1)[-1]], m.value) for m in vector.matchers.matchers),
        range=node.range.total_seconds() if matrix else None,
        offset=vector.offset.total_seconds() if vector.offset is not None else 0.0,
    )


@lru_cache(maxsize=4096)
def selectors(expr: str) -> tuple[Selector, ...]:
    """All selectors of the expression, from left to right."""
    nodes = walk(parse(expr))
    return tuple(selector_of(node) for node in nodes if kind(node) in ("VectorSelector", "MatrixSelector"))


def read_labels(expr: str) -> frozenset[str]:
    """The labels whose values the expression reads: those it matches, and the sources of those it makes."""
    nodes = list(walk(parse(expr)))
    matched = {matcher.name for selector in selectors(expr) for matcher in selector.matchers}
    made = (node.args[3:4] for node in nodes if kind(node) == "Call" and node.func.name == "label_replace")
    return frozenset(matched | {str(source.val) for sources in made for source in sources})


def grouping_labels(expr: str) -> frozenset[str]:
    """The labels of every `by (...)` in the expression."""
    modifiers = (node.modifier for node in walk(parse(expr)) if kind(node) == "AggregateExpr" and node.modifier)
    return frozenset(label for each in modifiers if str(each.type).endswith("By") for label in each.labels)


def metric_names(expr: str) -> frozenset[str]:
    return frozenset(selector.name for selector in selectors(expr) if selector.name)


def windows(expr: str) -> tuple[float, ...]:
    """All ranges in the expression in seconds, sub-queries included, smallest first."""
    found = {selector.range for selector in selectors(expr) if selector.range is not None}
    found |= {node.range.total_seconds() for node in walk(parse(expr)) if kind(node) == "SubqueryExpr"}
    return tuple(sorted(found))


def _carrier(node: Node) -> Node:
    """The side of an operation that the labels come from: not a number, nor an answer that will become one."""
    left = node.lhs
    scalar = kind(left) == "NumberLiteral" or (
        kind(left) == "VectorSelector" and (left.name or "").startswith("answer:")
    )
    return node.rhs if scalar else left


def grouping(expr: str) -> tuple[str, ...] | None:
    """The labels of the outermost `by (...)`; None where the outermost operation keeps other labels."""
    node = parse(expr)
    while kind(node) in ("ParenExpr", "BinaryExpr"):
        node = node.expr if kind(node) == "ParenExpr" else _carrier(node)
    if kind(node) == "Call" and node.func.name == "histogram_quantile":
        inner = grouping(str(node.args[1].prettify()))
        return None if inner is None else tuple(label for label in inner if label != "le")
    if kind(node) != "AggregateExpr" or node.op is None:
        return None
    if node.modifier is None:
        return ()
    return tuple(node.modifier.labels) if str(node.modifier.type).endswith("By") else None
