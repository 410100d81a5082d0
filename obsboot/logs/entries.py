"""Lines become entries, within the bounds that Filebeat has: what is read here is what the pack would read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from obsboot.logs.grok import compiled
from obsboot.logs.reading import begins
from obsboot.model import LogFormat

LONGEST = 1024 * 1024
"""Bytes of one entry; what is longer is cut."""
MOST_LINES = 5000
"""Lines of one entry; those beyond are left out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one document is made of; `line` is that on which it begins, counted from 1, `cut` says that it was longer."""

    text: str
    line: int
    cut: bool = False


def entries(formats: Sequence[LogFormat], lines: Iterable[str]) -> Iterator[str]:
    """The entries of the lines of a component with these formats, as they come; ends of lines may be on the lines.

    Where one of the formats is `multiline`, a line that begins like none of them belongs to the entry above. A line of
    nothing begins none.
    """
    return (each.text for each in placed_entries(formats, lines))


def placed_entries(formats: Sequence[LogFormat], lines: Iterable[str]) -> Iterator[Entry]:
    """The same, each with its place."""
    joins = any(each.multiline for each in formats)
    beginnings = [compiled(begins(each)) for each in formats]
    open_: _Open | None = None
    for number, line in enumerate(lines, 1):
        text = line.removesuffix("\n").removesuffix("\r")
        if open_ and joins and not any(each.match(text) for each in beginnings):
            open_.add(text)
            continue
        if open_:
            yield open_.closed()
        open_ = _Open(number, text) if text else None
    if open_:
        yield open_.closed()


class _Open:
    """An entry to which lines may still come."""

    def __init__(self, line: int, first: str) -> None:
        self.line, self.lines, self.size, self.cut = line, list[str](), 0, False
        self.add(first)

    def add(self, text: str) -> None:
        """Takes the line, or as much of it as there is room for."""
        room = LONGEST - self.size - bool(self.lines)
        if room < 0 or len(self.lines) >= MOST_LINES:
            self.cut = True
            return
        size = _bytes(text)
        if size > room:
            text = text.encode(errors="replace")[:room].decode(errors="ignore")
            self.cut = True
        self.size += bool(self.lines) + min(size, room)
        self.lines.append(text)

    def closed(self) -> Entry:
        return Entry("\n".join(self.lines), self.line, self.cut)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
