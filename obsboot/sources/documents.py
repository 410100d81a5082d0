"""YAML and JSON as plain data that remembers its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Way = tuple[str | int, ...]
"""The way through a document to one of its parts: keys and numbers."""


class MalformedError(ValueError):
    """The text is not what its name promises; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Line(int):
    """A line that knows its column; both count from 1. What is worked out from it (`line + 1`) is a line alone."""

    column: int

    def __new__(cls, line: int, column: int) -> Line:
        made = super().__new__(cls, line)
        made.column = column
        return made


class Mapped(dict[str, Any]):
    """A mapping; `line` is its own, `lines` those of its keys, `texts` those where the text of a value begins.

    `ends` are the lines in which values end; `values_at` where values begin, the sign of a block itself.
    """

    __slots__ = ("blocks", "ends", "line", "lines", "texts", "values_at")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.texts: dict[str, int] = {}
        self.values_at: dict[str, int] = {}
        self.ends: dict[str, int] = {}
        self.blocks: set[str] = set()

    def at(self, key: str) -> int:
        """The line of a key, or of the mapping where it lacks the key."""
        return self.lines.get(key, self.line)

    def value_at(self, key: str) -> int:
        """The line of a key's value, or of the mapping where it lacks the key."""
        return self.values_at.get(key, self.line)


class Listed(list[Any]):
    """A list; `line` is its own, `lines` those of its items."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    @property
    def placed(self) -> Iterator[tuple[Any, int]]:
        """The items, each with its line."""
        return zip(self, self.lines, strict=True)

    @property
    def texts(self) -> Iterator[tuple[str, int]]:
        """The items as texts, each with its line."""
        return ((str(item), line) for item, line in self.placed)


def listed(value: object) -> Listed:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, Listed) else Listed(0)


def mapped(value: object) -> Mapped:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapped) else Mapped(0)
