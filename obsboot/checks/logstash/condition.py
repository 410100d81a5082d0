"""Conditions that compare like with like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.logs.syntax import Array, Comparison, Condition, Field, Joined, Node, Not, Number, Operand, Text
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.pipelines import logstash, place

Fault = tuple[Node, str, Severity]
_ORDER = frozenset({"<", "<=", ">", ">="})
_NUMBERS = frozenset({"integer", "float"})
_REFERENCE = re.compile(r"(?:\[[@\w]+\])+")


class Conditions(Check):
    id = "logstash/condition"
    title = "Conditions compare fields with what these can hold"
    explanation = (
        "Grok gives texts unless it is told otherwise. A text that is compared with a number stops the pipeline or drops "
        "the entry; a number never equals a text."
    )
    fix = "Convert the field first (`%{INT:status:int}`, `mutate { convert }`), or compare with a value of its type."

    def run(self, context: Context) -> Iterator[Finding]:
        told = set[tuple[str, int, int]]()
        for each in flows(logstash(context)):
            for path, condition, types in each.asked:
                for node, message, severity in _faults(condition, types):
                    at = place(node)
                    if (path, int(at), at.column) not in told:
                        told.add((path, int(at), at.column))
                        subject = f"pipeline {each.pipeline.name}"
                        yield self.finding(path, at, message, severity=severity, subject=subject)


def _faults(condition: Condition, types: Mapping[str, str]) -> Iterator[Fault]:
    match condition:
        case Not():
            yield from _faults(condition.condition, types)
        case Joined():
            for each in condition.parts:
                yield from _faults(each, types)
        case Comparison():
            if isinstance(condition.left, Field):
                yield from _compared(condition, condition.left, condition.right, types)
            elif isinstance(condition.right, Field):
                yield from _compared(condition, condition.right, condition.left, types)
            elif isinstance(condition.left, Text) and _REFERENCE.fullmatch(condition.left.value):
                message = f"{condition.left.value!r} is a text, and no field while it stands in quotes"
                yield condition, message, "error"


def _compared(condition: Comparison, one: Field, other: Operand, types: Mapping[str, str]) -> Iterator[Fault]:
    kind, name, operator = types.get(one.reference, ""), one.reference, condition.operator
    if isinstance(other, Number):
        if kind == "string" and operator in _ORDER:
            yield condition, f"{name} is a text here, and a text is neither above nor below a number", "error"
        elif kind == "string" and operator in ("==", "!="):
            yield condition, f"{name} is a text here, and never equals the number {other.value}", "error"
    elif isinstance(other, Text) and operator in (_ORDER | {"==", "!="}):
        if kind in _NUMBERS:
            how = (
                "is neither above nor below a text" if operator in _ORDER else f"never equals the text {other.value!r}"
            )
            yield condition, f"{name} is a number here, and {how}", "error"
        elif name == "[tags]" and operator in ("==", "!="):
            yield condition, f'tags are a list: write "{other.value}" in [tags]', "error"
        elif operator in _ORDER and _numeric(other.value) and kind != "string":
            yield condition, f"{other.value!r} is a text: without quotes it is a number", "warning"
    elif isinstance(other, Array) and kind in _NUMBERS and operator in ("in", "not in") and _texts(other):
        yield condition, f"{name} is a number here, and is never in a list of texts", "error"
    if operator in ("=~", "!~") and kind in _NUMBERS and one is condition.left:
        yield condition, f"{name} is a number here, and an expression fits texts alone", "error"


def _numeric(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _texts(array: Array) -> bool:
    return bool(array.items) and all(isinstance(item, Text) for item in array.items)
