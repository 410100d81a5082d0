"""Which lines of a text belong together, told by indentation alone: the item below a comment, the item around a line."""

from __future__ import annotations

import re
from functools import cached_property

_OPENS_TEXT = re.compile(r":\s+[|>][-+0-9]*\s*$")
_OPENS_LIST = re.compile(r"[^#]*:\s*(#.*)?")
_ITEM = re.compile(r"\s*-\s+(- +)*[\w\"'.-]+\s*:(\s|$)")


class Layout:
    """The rows of one text. Lines count from 1, rows from 0; each is looked at a few times, however many ask."""

    def __init__(self, text: str, *, prose: bool = False) -> None:
        self.rows = text.split("\n")
        self.prose = prose
        self._ends: dict[int, int] = {}

    @cached_property
    def head(self) -> int:
        """How many rows there are before the first that says something: comments, blank ones, the start of a document."""
        return next((row for row, text in enumerate(self.rows) if not self._is_head(text)), len(self.rows))

    def item_below(self, line: int) -> range:
        """The next line that says something after `line`, and all that is indented deeper under it.

        A list at the indentation of its key belongs to the key. In prose it is the next paragraph. Empty where nothing
        follows.
        """
        first = self._next[line] if line < len(self.rows) else len(self.rows)
        if first == len(self.rows):
            return range(0)
        return range(first + 1, (self._paragraph_end(first) if self.prose else self._end(first)) + 1)

    def line_and_text(self, line: int, said: str) -> range:
        """The line itself, and the block of text that it opens; `said` is the line without its comment."""
        opens = not self.prose and _OPENS_TEXT.search(said)
        return range(line, (self._end(line - 1) if opens else line) + 1)

    def item_around(self, line: int) -> range | None:
        """The innermost list item with keys that the line is in (an alert, a job, a receiver); None outside of any."""
        depth: int | None = None
        for row in range(min(line, len(self.rows)) - 1, -1, -1):
            text = self.rows[row]
            if _is_empty(text) or (depth is not None and _indentation(text) >= depth):
                continue
            if _ITEM.match(text):
                return range(row + 1, self._end(row) + 1)
            depth = _indentation(text)
            if not depth:
                return None
        return None

    @cached_property
    def _next(self) -> list[int]:
        """For each row the first from it on that says something."""
        found, last = [0] * len(self.rows), len(self.rows)
        for row in range(len(self.rows) - 1, -1, -1):
            text = self.rows[row]
            last = last if (not text.strip() if self.prose else _is_empty(text)) else row
            found[row] = last
        return found

    def _is_head(self, text: str) -> bool:
        if self.prose:
            return not text.strip() or text.strip().startswith(("<!--", "---"))
        return _is_empty(text) or text.strip() == "---"

    def _paragraph_end(self, first: int) -> int:
        return next((row for row in range(first, len(self.rows)) if not self.rows[row].strip()), len(self.rows))

    def _end(self, first: int) -> int:
        """The line in which the item that begins in the row `first` ends."""
        if first not in self._ends:
            self._ends[first] = self._found_end(first)
        return self._ends[first]

    def _found_end(self, first: int) -> int:
        opening = self.rows[first]
        depth, last = _indentation(opening), first
        lists = not opening.lstrip().startswith("-") and _OPENS_LIST.fullmatch(opening.rstrip()) is not None
        for row in range(first + 1, len(self.rows)):
            text = self.rows[row]
            if _is_empty(text):
                continue
            deeper = _indentation(text) - depth
            if deeper < 0 or (not deeper and not (lists and text.lstrip().startswith("- "))):
                break
            last = row
        return last + 1


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _is_empty(text: str) -> bool:
    """Whether a row says nothing: blank, or nothing but a comment."""
    said = text.lstrip()
    return not said or said.startswith("#")
