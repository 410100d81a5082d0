"""An expression in a file, and the place of each part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

    def _begin(self, first: int) -> Line:
        """The first line with its column: that which is known, or the first that is not blank."""
        if isinstance(first, Line):
            return first
        row = self.rows[first - 1] if first <= len(self.rows) else ""
        return Line(first, len(row) - len(row.lstrip()) + 1)
