"""The order of the words of an expression: a value, an operator, a value; and inside braces label, operator, text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsboot.promql.dialects import AGGREGATIONS, MODIFIERS, WORDS
from obsboot.promql.tokens import Token

Misplaced = tuple[str, int]
"""What is wrong, and the place of it from 0."""


def misplaced(found: Sequence[Token]) -> Iterator[Misplaced]:
    """What stands where it cannot; all brackets are known to close."""
    yield from _Order(found).faults()


class _Order:
    """`value` is whether a value has just been read, so that an operator is due; `grouped` whether what an aggregation
    is over is due.
    """

    def __init__(self, found: Sequence[Token]) -> None:
        self.found = found
        self.number = 0
        self.value = False
        self.grouped = False

    def faults(self) -> Iterator[Misplaced]:
        while self.number < len(self.found):
            yield from self.step(self.found[self.number])
            self.number += 1
        if not self.value and self.found:
            yield f"nothing follows `{self.found[-1].text}`", self.found[-1].start

    def step(self, token: Token) -> Iterator[Misplaced]:
        word = token.text.lower() if token.sort == "word" else token.text
        if word in MODIFIERS or word in ("bool", "offset", "@"):
            self.modifier(word)
        elif token.sort == "open":
            yield from self.opened(token)
        elif word in WORDS or (token.sort == "operator" and word != ":"):
            if word in ("=", "=~", "!~"):
                yield f"`{word}` stands between braces only; `==` compares values", token.start
            if not self.value and word not in ("-", "+"):
                yield f"`{token.text}` has nothing on its left", token.start
            self.value = False
        elif token.sort in ("word", "number", "string"):
            if self.value:
                yield f"an operator is missing before `{token.text}`", token.start
            elif self.grouped:
                yield f"a parenthesis is missing before `{token.text}`", token.start
            grouped = word in AGGREGATIONS and self.after(1) in ("by", "without")
            self.value = self.after(1) != "(" and not grouped
            self.grouped = grouped
        else:
            self.value = token.text == ")"

    def modifier(self, word: str) -> None:
        """A list of labels changes nothing in what is due; neither does a shift in time."""
        if word in ("offset", "@"):
            self.number += 1 + (self.after(1) == "-")
        if self.after(1) == "(":
            self.number = self.closing(self.number + 1)

    def opened(self, token: Token) -> Iterator[Misplaced]:
        if token.text == "(":
            self.value = self.grouped = False
            return
        end = self.closing(self.number)
        if token.text == "{":
            if self.value and self.found[self.number - 1].sort != "word":
                yield "an operator is missing before `{`", token.start
            yield from _matchers(self.found[self.number + 1 : end + 1])
        self.number, self.value = end, True

    def after(self, steps: int) -> str:
        number = self.number + steps
        return self.found[number].text if number < len(self.found) else ""

    def closing(self, number: int) -> int:
        """The number of the bracket that closes the one at `number`."""
        depth = 0
        for index in range(number, len(self.found)):
            depth += (self.found[index].sort == "open") - (self.found[index].sort == "close")
            if not depth:
                return index
        return len(self.found) - 1


_OPERATORS = ("=", "!=", "=~", "!~")


def _matchers(inside: Sequence[Token]) -> Iterator[Misplaced]:
    """The first thing between braces that is no matcher; the last of `inside` is the brace that closes."""
    due = "label"
    for token in inside[:-1]:
        if due == "label" and token.sort in ("word", "string"):
            due = "operator" if token.sort == "word" else "either"
        elif due in ("operator", "either") and token.text in _OPERATORS:
            due = "text"
        elif due == "text" and token.sort == "string":
            due = "comma"
        elif due in ("comma", "either") and token.sort == "comma":
            due = "label"
        else:
            wanted = {"label": "a label", "operator": "=, !=, =~ or !~", "text": "a text in quotes"}.get(due, "a comma")
            yield f"{wanted} is expected before `{token.text}`", token.start
            return
    if due in ("operator", "text"):
        yield f"the matcher ends before its {due}", inside[-1].start
