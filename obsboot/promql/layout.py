"""Laying an expression out over lines, the way a person writes one."""

from __future__ import annotations

from obsboot.promql.reading import Node, children, kind, parse
from obsboot.promql.rewriting import PLAIN, matching_text

WIDTH = 100
_RANK = {"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "+": 4, "-": 4}


def pretty(expr: str) -> str:
    """`expr` on one line where it fits, else broken at its operators, weakest first."""
    return "\n".join(_lines(parse(expr)))


def _lines(node: Node) -> list[str]:
    text = PLAIN.plain(node)
    if len(text) <= WIDTH or not children(node):
        return [text]
    match kind(node):
        case "BinaryExpr":
            return _operation(node)
        case "ParenExpr":
            return ["(", *_indented(_lines(node.expr)), ")"]
        case "Call" | "AggregateExpr":
            return _enclosed(node, text)
        case _:
            return [text]


def _operation(node: Node) -> list[str]:
    left, right = _lines(node.lhs), _lines(node.rhs)
    operator = f"{node.op}{matching_text(node.modifier)}"
    if len(right) == 1:
        return [*left, f"{operator} {right[0]}"]
    if kind(node.rhs) == "BinaryExpr" and _RANK.get(str(node.rhs.op), 5) > _RANK.get(str(node.op), 5):
        return [*left, operator, *_indented(right)]
    return [*left, f"{operator} {right[0]}", *right[1:]]


def _enclosed(node: Node, text: str) -> list[str]:
    """A function or aggregation whose arguments stand on lines of their own."""
    arguments = [_lines(child) for child in children(node)]
    head = text[: text.index("(")] if kind(node) == "Call" else _head(node)
    lines = [f"{head}("]
    for number, argument in enumerate(arguments, 1):
        argument[-1] += "," if number < len(arguments) else ""
        lines += _indented(argument)
    return [*lines, ")"]


def _head(node: Node) -> str:
    if node.modifier is None:
        return str(node.op)
    word = "by" if str(node.modifier.type).endswith("By") else "without"
    return f"{node.op} {word} ({', '.join(node.modifier.labels)}) "


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
