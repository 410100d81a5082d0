"""What an alert's expression demands: does it filter, does it compare an increase, is its ratio guarded?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from obsboot.promql.reading import Node, PromqlError, Selector, children, kind, parse, selector_of, walk
from obsboot.promql.rewriting import Rewrite, rewrite

_COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_RATES = frozenset({"rate", "irate", "increase"})


def filters(expr: str) -> bool:
    """Whether the expression may give nothing though its series exist. Raises PromqlError."""
    return _filters(parse(expr))


def compares(expr: str) -> bool:
    """Whether its outermost operator is a comparison with `bool`, which tells and does not filter."""
    node = _bare_node(parse(expr))
    return kind(node) == "BinaryExpr" and str(node.op) in _COMPARISONS and node.modifier is not None


def _filters(node: Node) -> bool:
    if kind(node) == "BinaryExpr":
        op = str(node.op)
        if op in _COMPARISONS:
            return not (node.modifier is not None and node.modifier.return_bool)
        if op == "unless":
            return True
        sides = (_filters(node.lhs), _filters(node.rhs))
        return all(sides) if op == "or" else any(sides)
    if kind(node) == "Call" and node.func.name in ("absent", "absent_over_time"):
        return True
    return any(_filters(child) for child in children(node))


def calls(expr: str) -> frozenset[str]:
    """The functions that the expression calls."""
    return frozenset(str(node.func.name) for node in walk(parse(expr)) if kind(node) == "Call")


_PAIRED = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes", "resets"})


def paired(expr: str) -> bool:
    """Whether the expression calls something that needs two samples at least."""
    return not _PAIRED.isdisjoint(calls(expr))


def increases_compared(expr: str) -> Iterator[float]:
    """The numbers above 0 that an increase() is compared with."""
    for node in walk(parse(expr)):
        if kind(node) != "BinaryExpr" or str(node.op) not in _COMPARISONS:
            continue
        for one, other in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
            if kind(other) == "NumberLiteral" and other.val > 0 and _is_increase(one):
                yield float(other.val)


def _is_increase(node: Node) -> bool:
    """Whether the node is an increase(), perhaps summed; a ratio of two is none."""
    while kind(node) in ("ParenExpr", "AggregateExpr"):
        node = node.expr
    return kind(node) == "Call" and node.func.name == "increase"


def unguarded(expr: str, records: Mapping[str, str]) -> bool:
    """Whether the value is a ratio of rates, and no `and` or `unless` looks at the traffic; records are followed."""
    node = parse(expr)
    return _ratio(node, records) and not any(_guards(each, records) for each in walk(node))


def _guards(node: Node, records: Mapping[str, str]) -> bool:
    joins = kind(node) == "BinaryExpr" and str(node.op) in ("and", "unless")
    return joins and any(_floor(each, records) for each in _conjuncts(node.rhs))


def _conjuncts(node: Node) -> Iterator[Node]:
    while kind(node) == "ParenExpr":
        node = node.expr
    if kind(node) == "BinaryExpr" and str(node.op) == "and":
        yield from _conjuncts(node.lhs)
        yield from _conjuncts(node.rhs)
    else:
        yield node


def _ratio(node: Node, records: Mapping[str, str]) -> bool:
    for each in _values(node):
        if kind(each) == "BinaryExpr" and str(each.op) == "/" and _rated(each.lhs) and _rated(each.rhs):
            return True
        if (
            kind(each) == "VectorSelector"
            and (inner := _recorded(each, records)) is not None
            and _ratio(inner, records)
        ):
            return True
    return False


def _values(node: Node) -> Iterator[Node]:
    """The node and all below it that its value comes from, so not what only filters it."""
    yield node
    inner = children(node)
    if kind(node) == "BinaryExpr" and str(node.op) in _COMPARISONS | {"and", "unless"}:
        inner = inner[:1]
    for child in inner:
        yield from _values(child)


def _floor(node: Node, records: Mapping[str, str]) -> bool:
    if kind(node) != "BinaryExpr" or str(node.op) not in (">", ">="):
        return False
    if _rated(node.lhs):
        return True
    inner = [_recorded(each, records) for each in walk(node.lhs) if kind(each) == "VectorSelector"]
    return any(each is not None and _rated(each) for each in inner)


def _recorded(node: Node, records: Mapping[str, str]) -> Node | None:
    expr = records.get(selector_of(node).name)
    try:
        return None if expr is None else parse(expr)
    except PromqlError:
        return None


def _rated(node: Node) -> bool:
    return any(kind(each) == "Call" and each.func.name in _RATES for each in walk(node))


def comparisons(expr: str) -> Iterator[tuple[str, str, float]]:
    """What the conditions of an alert compare with a number, from left to right: expression, operator, number."""
    for node in _conjuncts(parse(expr)):
        if kind(node) == "BinaryExpr" and str(node.op) in _COMPARISONS and kind(node.rhs) == "NumberLiteral":
            name = selector_of(node.lhs).name if kind(node.lhs) == "VectorSelector" else ""
            yield name or str(node.lhs), str(node.op), float(node.rhs.val)


def limits(expr: str) -> Iterator[tuple[str, str, float]]:
    """As `comparisons`, with the whole expression that is compared."""
    for node in _conjuncts(parse(expr)):
        if kind(node) == "BinaryExpr" and str(node.op) in _COMPARISONS and kind(node.rhs) == "NumberLiteral":
            yield str(node.lhs), str(node.op), float(node.rhs.val)


def in_percent(expr: str) -> bool:
    """Whether the value of the first condition is multiplied by 100 at last."""
    node = next(_conjuncts(parse(expr)))
    while kind(node) == "ParenExpr" or (kind(node) == "BinaryExpr" and str(node.op) in _COMPARISONS):
        node = node.expr if kind(node) == "ParenExpr" else node.lhs
    if kind(node) != "BinaryExpr" or str(node.op) != "*":
        return False
    return any(kind(side) == "NumberLiteral" and side.val == 100 for side in (node.lhs, node.rhs))


def poisoned(expr: str) -> Iterator[tuple[str, str]]:
    """The aggregations over a quotient whose divisor may be 0: which, and a metric's name below it."""
    for node in walk(parse(expr)):
        inner = _bare_node(node.expr) if kind(node) == "AggregateExpr" else None
        if inner is None or str(node.op) in ("count", "group", "topk", "bottomk", "count_values"):
            continue
        divides = kind(inner) == "BinaryExpr" and str(inner.op) == "/"
        if divides and not _never_zero(inner.rhs):
            names = [selector_of(each).name for each in walk(inner) if kind(each).endswith("Selector")]
            yield str(node.op), names[0] if names else ""


def _never_zero(node: Node) -> bool:
    """Whether a divisor is a number, or is filtered by a comparison."""
    filtered = any(kind(each) == "BinaryExpr" and str(each.op) in _COMPARISONS for each in walk(node))
    return filtered or kind(_bare_node(node)) == "NumberLiteral"


def joined_to_down(expr: str) -> Iterator[Selector]:
    """What a condition `up == 0` is joined with, where both are of one target and are asked at the same time."""
    for node in walk(parse(expr)):
        if kind(node) != "BinaryExpr" or str(node.op) not in ("and", "*", "+") or not _keeps_instance(node):
            continue
        for one, other in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
            if _is_down(one) and kind(_compared(other)) == "VectorSelector":
                yield selector_of(_compared(other))


def _keeps_instance(node: Node) -> bool:
    rule = node.modifier.matching if node.modifier is not None else None
    if rule is None:
        return True
    return ("instance" in rule.labels) == str(rule).startswith("on")


def _is_down(node: Node) -> bool:
    node = _bare_node(node)
    if kind(node) != "BinaryExpr" or str(node.op) not in ("==", "<") or kind(node.rhs) != "NumberLiteral":
        return False
    limit = 0 if str(node.op) == "==" else 1
    return node.rhs.val == limit and kind(node.lhs) == "VectorSelector" and node.lhs.name == "up"


def _compared(node: Node) -> Node:
    """What a comparison with a number, or parentheses, are about."""
    while kind(node := _bare_node(node)) == "BinaryExpr" and str(node.op) in _COMPARISONS:
        node = node.lhs
    return node


def _bare_node(node: Node) -> Node:
    while kind(node) == "ParenExpr":
        node = node.expr
    return node


_ADDED = frozenset({"job", "instance"})


@lru_cache(maxsize=4096)
def skeleton(expr: str) -> str:
    """The expression without what its views differ in (job, instance, windows): equal for the views of one signal."""
    node = parse(expr)
    while kind(node) == "ParenExpr":
        node = node.expr
    return rewrite(str(node), Rewrite(selector=_bare, duration=lambda _: "1m"))


def _bare(selector: Selector) -> Selector:
    return replace(selector, matchers=tuple(each for each in selector.matchers if each.name not in _ADDED))
