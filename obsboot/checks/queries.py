"""An expression in a file of the pack, and the line of each part of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """`raw` is the text as it stands, `text` the same with Grafana's variables filled in; `owner` says whose it is.

    `start` gives the line where the text begins; where `spread`, it goes on line by line from there.
    """

    raw: str
    text: str
    path: str
    owner: str
    start: Callable[[], int]
    spread: bool = False
    panel: bool = False

    def line(self, where: str = "") -> int:
        """The line of the first place where `where` stands as a word, or of the beginning."""
        word = re.compile(rf"(?<![\w:]){re.escape(where)}(?![\w:])")
        rows = self.raw.splitlines() if where and self.spread else ()
        return self.start() + next((number for number, row in enumerate(rows) if word.search(row)), 0)
