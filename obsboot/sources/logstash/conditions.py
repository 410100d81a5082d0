"""Conditions on entries of which some fields are known: whether they hold, and which fields they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from obsboot.logs.syntax import Array, Comparison, Condition, Field, Joined, Not, Operand, Regex, Text
from obsboot.sources.pipelines import texts

_SHORT = 30
"""Characters of a text on which an expression is tried: no expression of a person takes for ever on so few."""
Values = Callable[[str], str | None]
"""What a field holds, by its reference: empty where it is surely not there, None where nobody knows."""


def asked(condition: Condition) -> Iterator[Field]:
    """Every field that a condition asks for."""
    match condition:
        case Field():
            yield condition
        case Not():
            yield from asked(condition.condition)
        case Joined():
            for each in condition.parts:
                yield from asked(each)
        case Comparison():
            yield from (each for each in (condition.left, condition.right) if isinstance(each, Field))


def verdict(condition: Condition, values: Values) -> bool | None:
    """Whether a condition holds; None where the known fields do not tell."""
    match condition:
        case Not():
            inner = verdict(condition.condition, values)
            return None if inner is None else not inner
        case Joined(operator="and" | "or" as operator):
            parts = [verdict(each, values) for each in condition.parts]
            decides = operator == "or"
            return decides if decides in parts else None if None in parts else not decides
        case Comparison():
            return _compares(condition, values)
        case Field():
            value = values(condition.reference)
            return None if value is None else bool(value)
    return None


def _compares(condition: Comparison, values: Values) -> bool | None:
    left, right, operator = condition.left, condition.right, condition.operator
    if isinstance(left, Field) and isinstance(right, Text | Regex | Array):
        value = values(left.reference)
        return None if value is None else _against(operator, value, right)
    if isinstance(right, Field) and isinstance(left, Text) and operator in ("==", "!="):
        value = values(right.reference)
        return None if value is None else _against(operator, value, left)
    return None


def _against(operator: str, value: str, other: Operand) -> bool | None:
    if isinstance(other, Text) and "${" in other.value:
        return None
    if operator in ("==", "!=") and isinstance(other, Text):
        return (value == other.value) == (operator == "==")
    if operator in ("=~", "!~") and isinstance(other, Text | Regex) and len(value) <= _SHORT:
        said = other.expression.replace("\\/", "/") if isinstance(other, Regex) else other.value
        try:
            return (bool(value) and bool(re.search(said, value))) == (operator == "=~")
        except re.error:
            return None
    if operator in ("in", "not in") and isinstance(other, Array):
        return (value in texts(other)) == (operator == "in")
    return None
