"""Laying an expression out over lines, the way a person writes one."""

from __future__ import annotations

from obsboot.promql.reading import Node, children, kind, parse
from obsboot.promql.rewriting import PLAIN, matching_text

WIDTH = 100
_RANK = {"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "+": 4, "-": 4}


def pretty(expr: str) -> str:
    """`expr` on one line where it fits, else broken at its operators, weakest first."""
    return "\n".join(_lines(parse(expr)))


def fitted(written: str) -> str:
    """`pretty` of what `rewrite` wrote: that is spelt as it should be, so it is parsed only where it is too long."""
    return written if len(written) <= WIDTH else pretty(written)


def _lines(node: Node) -> list[str]:
    """One line where the node fits on it. Each node is looked at once, for looking copies all below it."""
    match kind(node):
        case "BinaryExpr":
            return _operation(node)
        case "ParenExpr":
            return _enclosed("", [_lines(node.expr)])
        case "Call":
            return _enclosed(str(node.func.name), [_lines(argument) for argument in node.args])
        case "AggregateExpr":
            return _enclosed(_head(node), [_lines(child) for child in children(node)])
        case _:
            return [PLAIN.plain(node)]


def _operation(node: Node) -> list[str]:
    rhs = node.rhs
    left, right = _lines(node.lhs), _lines(rhs)
    operator = f"{node.op}{matching_text(node.modifier)}"
    if len(left) == len(right) == 1 and len(whole := f"{left[0]} {operator} {right[0]}") <= WIDTH:
        return [whole]
    if len(right) == 1:
        return [*left, f"{operator} {right[0]}"]
    if kind(rhs) == "BinaryExpr" and _RANK.get(str(rhs.op), 5) > _RANK.get(str(node.op), 5):
        return [*left, operator, *_indented(right)]
    return [*left, f"{operator} {right[0]}", *right[1:]]


def _enclosed(head: str, arguments: list[list[str]]) -> list[str]:
    """Parentheses, or a function or aggregation; its arguments on lines of their own where they have to be."""
    single = all(len(argument) == 1 for argument in arguments)
    if single and len(whole := f"{head}({', '.join(argument[0] for argument in arguments)})") <= WIDTH:
        return [whole]
    lines = [f"{head}("]
    for number, argument in enumerate(arguments, 1):
        argument[-1] += "," if number < len(arguments) else ""
        lines += _indented(argument)
    return [*lines, ")"]


def _head(node: Node) -> str:
    modifier = node.modifier
    if modifier is None:
        return str(node.op)
    word = "by" if str(modifier.type).endswith("By") else "without"
    return f"{node.op} {word} ({', '.join(modifier.labels)}) "


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
