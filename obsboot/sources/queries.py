"""An expression in a file, and the place of each part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from obsboot.promql.faults import fault
from obsboot.sources.documents import Line


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """`raw` is the text as it stands, `text` the same with Grafana's variables filled in; `owner` says whose it is.

    `span` gives the first and the last line of the text in its file, whose lines are `rows`.
    """

    raw: str
    text: str
    path: str
    owner: str
    rows: Sequence[str]
    span: Callable[[], tuple[int, int]]
    panel: bool = False
    beside: bool = False
    """Whether it gives no numbers that are shown, but marks, or values to choose from: other checks tell whether it can."""
    spoken: str = ""
    """The language that it is written in, where that is another than PromQL."""

    @property
    def dialect(self) -> str:
        """The language of another program that cannot be read here; empty for PromQL, and for nonsense."""
        return self.spoken or (found.dialect if (found := fault(self.text)) else "")

    def line(self, where: str = "") -> int:
        """The place where `where` first stands as a word, or the beginning of the text."""
        first, last = self.span()
        start = self._begin(first)
        if not where:
            return start
        word = re.compile(rf"(?<![\w:]){re.escape(where)}(?![\w:])")
        for number in range(first, last + 1):
            row = self.rows[number - 1] if number <= len(self.rows) else ""
            if found := word.search(row, start.column - 1 if number == first else 0):
                return Line(number, found.start() + 1)
        return start

    def at(self, offset: int) -> Line:
        """The place of a character of `text`, counted from 0; the end is the place of the last one that is no space."""
        first, last = self.span()
        begin = self._begin(first)
        wanted = [letter for letter in self._before(offset) if not letter.isspace()]
        line, column = int(begin), begin.column - 1
        found = begin
        for letter in wanted:
            while line <= last and line <= len(self.rows):
                column = self.rows[line - 1].find(letter, column) + 1
                if column:
                    found = Line(line, column)
                    break
                line += 1
            else:
                return found
        return found

    def _before(self, offset: int) -> str:
        """The text as it stands up to the character, that one included."""
        text = self.text[: offset + 1].rstrip()
        if self.raw.startswith(text):
            return text
        word = re.search(r"\w+$|.$", text)
        times = text.count(word[0]) if word else 0
        at = -1
        for _ in range(times):
            at = self.raw.find(word[0] if word else "", at + 1)
        return self.raw[: at + 1] if at >= 0 else ""

    def _begin(self, first: int) -> Line:
        """The first line with its column: that which is known, or the first that is not blank."""
        if isinstance(first, Line):
            return first
        row = self.rows[first - 1] if first <= len(self.rows) else ""
        return Line(first, len(row) - len(row.lstrip()) + 1)
