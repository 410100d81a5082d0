"""JSON read without loss: every node keeps its lexeme and the space around it, so what is not edited stays as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Kind = Literal["object", "array", "scalar"]
Scalar = str | Decimal | bool | None

DEEPEST = 100
"""Levels of nesting that are read: far more than a dashboard has, and few enough for Python's stack."""

_BOM = "\ufeff"
_NAMED: dict[str, Scalar] = {"true": True, "false": False, "null": None}
_SPACE = r"[ \t\n\r]*+"
_STRING = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"
_VALUE = rf"(?:([{{\[])|({_STRING}|{_NUMBER}|true|false|null))"
_MEMBER = re.compile(rf"({_SPACE})({_STRING})({_SPACE}:{_SPACE}){_VALUE}")
_ELEMENT = re.compile(rf"({_SPACE})()(){_VALUE}")
_NEXT = re.compile(rf"({_SPACE})([,\]}}])")


@dataclass(slots=True, eq=False)
class Node:
    """One value. Two nodes of one `Values` have the same `same` if they say the same, however they are written.

    A scalar has its lexeme and its value; a container has its items, and in `tail` the space before it closes.
    """

    kind: Kind
    same: int
    lexeme: str = ""
    value: Scalar = None
    items: list[Item] = field(default_factory=list)
    tail: str = ""

    def member(self, key: str) -> Node | None:
        """What an object holds under `key`."""
        return next((item.node for item in self.items if item.key == key), None) if self.kind == "object" else None

    def text(self, key: str) -> str | None:
        """The string that an object holds under `key`."""
        found = self.member(key)
        return found.value if found is not None and isinstance(found.value, str) else None


@dataclass(slots=True, eq=False)
class Item:
    """A member of an object or, without key, an element of an array, with the space around it."""

    before: str
    key: str
    label: str
    colon: str
    node: Node
    after: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its outermost object and what stands before and after that."""

    before: str
    root: Node
    after: str


class Values:
    """Numbers the values of several documents, so that to compare two of them, of any size, is to compare two numbers."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._scalars: dict[str, tuple[int, Scalar]] = {}

    def scalar(self, lexeme: str) -> Node:
        """The node of a scalar: 1.0, 1 and 10e-1 say the same, true and "true" do not."""
        known = self._scalars.get(lexeme)
        if known is None:
            value = _decoded(lexeme)
            key = value if isinstance(value, Decimal) else lexeme if lexeme in _NAMED else f'"{value}'
            known = self._scalars[lexeme] = self._number(key), value
        return Node("scalar", known[0], lexeme, known[1])

    def container(self, kind: Kind, items: list[Item], tail: str = "") -> Node:
        """The node of an object or an array; the order of an object's members says nothing."""
        node = Node(kind, 0, items=items, tail=tail)
        self.renew(node)
        return node

    def renew(self, node: Node) -> None:
        """Number a container anew, after its items have changed."""
        if node.kind == "object":
            node.same = self._number(frozenset([(item.key, item.node.same) for item in node.items]))
        else:
            node.same = self._number(tuple([item.node.same for item in node.items]))

    def of(self, value: object) -> int:
        """The number of a Python value that JSON can say."""
        return parse(json.dumps({"": value}), self).root.items[0].node.same

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def parse(text: str, values: Values) -> Source:
    """`text` as a tree. Raises ValueError where it is no JSON object, names a key twice, or nests too deep."""
    opening = re.compile(rf"{_BOM}?{_SPACE}\{{").match(text)
    if opening is None:
        raise ValueError("not a JSON object")
    root, end = _Parser(text, values).container("object", opening.end(), 1)
    if text[end:].strip(" \t\n\r"):
        raise ValueError(f"line {_line(text, end)}: text after the JSON object")
    return Source(opening[0][:-1], root, text[end:])


class _Parser:
    def __init__(self, text: str, values: Values) -> None:
        self.text, self.values = text, values

    def container(self, kind: Kind, at: int, depth: int) -> tuple[Node, int]:
        """The container whose bracket opened just before `at`, and where it ends."""
        if depth > DEEPEST:
            raise ValueError(f"line {_line(self.text, at)}: nested more than {DEEPEST} levels deep")
        closing, pattern = ("}", _MEMBER) if kind == "object" else ("]", _ELEMENT)
        items: list[Item] = []
        end = _NEXT.match(self.text, at)
        if end is not None and end[2] == closing:
            return self.values.container(kind, items, end[1]), end.end()
        while True:
            found = pattern.match(self.text, at)
            if found is None:
                raise ValueError(f"line {_line(self.text, at)}: not JSON")
            before, label, colon, bracket, lexeme = found.groups()
            if bracket:
                node, at = self.container("object" if bracket == "{" else "array", found.end(), depth + 1)
            else:
                node, at = self.values.scalar(lexeme), found.end()
            item = Item(before, _string(label), label, colon, node)
            items.append(item)
            end = _NEXT.match(self.text, at)
            if end is None or end[2] not in ("," + closing):
                raise ValueError(f"line {_line(self.text, at)}: not JSON")
            at = end.end()
            if end[2] == closing:
                break
            item.after = end[1]
        if kind == "object" and len({item.key for item in items}) < len(items):
            raise ValueError(f"line {_line(self.text, at)}: a key stands twice in the object that ends here")
        return self.values.container(kind, items, end[1]), at


def _decoded(lexeme: str) -> Scalar:
    if lexeme[0] == '"':
        return _string(lexeme)
    if lexeme in _NAMED:
        return _NAMED[lexeme]
    try:
        return Decimal(lexeme)
    except ArithmeticError as too_large:
        raise ValueError(f"the number {lexeme[:40]} is beyond measure") from too_large


def _string(lexeme: str) -> str:
    return str(json.loads(lexeme)) if "\\" in lexeme else lexeme[1:-1]


def _line(text: str, at: int) -> int:
    """The line of what comes next."""
    rest = text[at:].lstrip(" \t\n\r")
    return text.count("\n", 0, len(text) - len(rest)) + 1


def write(source: Source, wanted: Iterable[Node] = ()) -> tuple[str, dict[Node, int]]:
    """The text of a document, and the lines, from 1, on which the `wanted` nodes of it begin."""
    pieces = [source.before]
    places = dict.fromkeys(wanted, -1)
    _write(source.root, pieces, places)
    pieces.append(source.after)
    lines, line, done = {}, 1, 0
    for node, place in sorted(places.items(), key=lambda each: each[1]):
        if place >= 0:
            line += sum(piece.count("\n") for piece in pieces[done:place])
            lines[node], done = line, place
    return "".join(pieces), lines


def _write(node: Node, pieces: list[str], places: dict[Node, int]) -> None:
    if node in places:
        places[node] = len(pieces)
    if node.kind == "scalar":
        pieces.append(node.lexeme)
        return
    opening, closing = "{}" if node.kind == "object" else "[]"
    pieces.append(opening)
    for item in node.items:
        pieces += (item.before, item.label, item.colon)
        _write(item.node, pieces, places)
        pieces += (item.after, ",")
    if node.items:
        pieces.pop()
    pieces += (node.tail, closing)
