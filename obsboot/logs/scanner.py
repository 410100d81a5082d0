"""A place in the text of a Logstash configuration: what stands there, and what was expected instead."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NoReturn

from obsboot.logs.syntax import Bareword, Comment, Number, Position, Text

NAME = re.compile("[A-Za-z0-9_-]++")
"""What a plugin or a setting is called."""
BLANK = re.compile(r"[ \t\r\n]++")
_COMMENT = re.compile(r"#([^\r\n]*+)(?:\r?\n|\Z)")
_BAREWORD = re.compile("[A-Za-z_][A-Za-z0-9_]++")
_NUMBER = re.compile(r"-?[0-9]++(?:\.[0-9]*+)?")
_TEXT = re.compile(r""""(?:[^"\\]++|\\"?)*+"|'(?:[^'\\]++|\\'?)*+'""")
_DEEPEST = 100


class ConfigurationError(ValueError):
    """No configuration: the message says what was expected, `at` says where."""

    def __init__(self, message: str, at: Position) -> None:
        super().__init__(f"line {at.line}, column {at.column}: {message}")
        self.message = message
        self.at = at


class Scanner:
    """Reads characters, not words: what a `[` or a `/` begins depends on where it stands.

    Every method moves `here` behind what it took; those that return nothing else raise ConfigurationError where it is
    not there.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.here = 0
        self.comments: dict[int, Comment] = {}
        self._depth = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._last = -1, Position(1, 1)

    def position(self) -> Position:
        """Where `here` is. What begins with another part begins at the same place, so the last one is kept."""
        if self._last[0] != self.here:
            line = bisect_right(self._lines, self.here)
            self._last = self.here, Position(line, self.here - self._lines[line - 1] + 1)
        return self._last[1]

    def expected(self, what: str) -> NoReturn:
        rest = self.text[self.here : self.here + 20].split("\n")[0].strip()
        found = f"`{rest}`" if rest else "the end of the line" if self.here < len(self.text) else "the end"
        raise ConfigurationError(f"expected {what}, found {found}", self.position())

    def match(self, pattern: re.Pattern[str]) -> str | None:
        if found := pattern.match(self.text, self.here):
            self.here = found.end()
            return found[0]
        return None

    def sees(self, literal: str) -> bool:
        return self.text.startswith(literal, self.here)

    def takes(self, literal: str) -> bool:
        if seen := self.sees(literal):
            self.here += len(literal)
        return seen

    def demand(self, literal: str, instead: str = "") -> None:
        """Past the literal and the blanks on both sides of it."""
        self.blank()
        if not self.takes(literal):
            self.expected(instead or f"`{literal}`")
        self.blank()

    def blank(self) -> None:
        """Past blanks and comments. A place is looked at more than once, so comments are kept by their place."""
        while True:
            if found := BLANK.match(self.text, self.here):
                self.here = found.end()
            if not (found := _COMMENT.match(self.text, self.here)):
                return
            self.comments[self.here] = Comment(found[1], at=self.position())
            self.here = found.end()

    def string(self, what: str) -> str:
        if (found := self.match(_TEXT)) is None:
            if (quote := self.text[self.here : self.here + 1]) in ('"', "'"):
                message = f"this string has no end: a {quote} behind a backslash is none"
                raise ConfigurationError(message, self.position())
            self.expected(what)
        return found[1:-1]

    def number(self) -> Number | None:
        at = self.position()
        if (found := self.match(_NUMBER)) is None:
            return None
        try:
            return Number(float(found) if "." in found else int(found), at=at)
        except ValueError as error:
            raise ConfigurationError("this number is too long", at) from error

    def scalar(self, what: str) -> Text | Number | Bareword:
        at = self.position()
        if number := self.number():
            return number
        if (word := self.match(_BAREWORD)) is not None:
            return Bareword(word, at=at)
        return Text(self.string(what), at=at)

    def deeper(self) -> None:
        """One level down. A configuration that people can read stays above the limit, which spares Python's stack."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConfigurationError(f"nested more than {_DEEPEST} levels deep", self.position())

    def higher(self) -> None:
        """One level up again."""
        self._depth -= 1
