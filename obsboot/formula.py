"""Arithmetic over names: thresholds over answers, truths over tallies, replay values over thresholds."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from obsboot.model import Formula, Value

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "ceil": math.ceil}


class FormulaError(ValueError):
    """The formula is not arithmetic, or a name in it has no number."""


def evaluate(formula: Formula, names: Mapping[str, Value]) -> float:
    """The number that `formula` stands for. Raises FormulaError, also for a division by zero."""
    if isinstance(formula, int | float):
        return float(formula)
    try:
        return _value(_parse(formula), names)
    except ZeroDivisionError:
        raise FormulaError(f"{formula!r} divides by zero") from None


def names_in(formula: Formula) -> set[str]:
    """The names whose numbers the formula needs."""
    if isinstance(formula, int | float):
        return set()
    return {node.id for node in ast.walk(_parse(formula)) if isinstance(node, ast.Name)} - set(_FUNCTIONS)


@lru_cache(maxsize=2048)
def _parse(formula: str) -> ast.expr:
    try:
        return ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f"{formula!r} is no arithmetic") from None


def _value(node: ast.expr, names: Mapping[str, Value]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return _named(name, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if function in _FUNCTIONS:
            return float(_FUNCTIONS[function](*(_value(arg, names) for arg in args)))
    raise FormulaError(f"{ast.unparse(node)!r} is no arithmetic over numbers and names")


def _named(name: str, names: Mapping[str, Value]) -> float:
    value = names.get(name)
    if isinstance(value, int | float):
        return float(value)
    if value is None:
        raise FormulaError(f"nothing is called {name!r}; known: {', '.join(sorted(names)) or 'no name at all'}")
    raise FormulaError(f"{name!r} is {value!r}, which is no number")
