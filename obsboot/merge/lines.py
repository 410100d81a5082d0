"""A text as lines. What ends a line is kept apart from it: another line end is no other line."""

from __future__ import annotations

from dataclasses import dataclass
from operator import add
from typing import TypeVar

BOM = "\ufeff"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lines:
    """`texts` are the lines without, `ends` what ends each (`\\n` or `\\r\\n`), `style` the end that most of them have.

    `last` is None where the text ends with a line end; else what stands there in place of one: nothing, or bare `\\r`.
    """

    texts: list[str]
    ends: list[str]
    style: str
    bom: bool
    last: str | None

    def whole(self, start: int, stop: int, style: str) -> list[str]:
        """The lines `start` to `stop` with their ends; the ends of this text's style become those of `style`."""
        ends = self.ends[start:stop]
        if style != self.style:
            ends = [style if end == self.style else end for end in ends]
        return list(map(add, self.texts[start:stop], ends))


def split(text: str, style: str = "\n") -> Lines:
    """The lines of `text`: only `\\n` ends one. `style` is taken for the style of a text without any line end."""
    texts = text.removeprefix(BOM).split("\n")
    rest = texts.pop()
    ends = ["\n"] * len(texts)
    if "\r\n" in text:
        ends = ["\r\n" if line.endswith("\r") else "\n" for line in texts]
        texts = [line.removesuffix("\r") for line in texts]
    if ends:
        style = "\r\n" if 2 * ends.count("\r\n") > len(ends) else "\n"
    if not rest:
        return Lines(texts, ends, style, text.startswith(BOM), None)
    bare = rest.rstrip("\r")
    return Lines([*texts, bare], [*ends, style], style, text.startswith(BOM), rest[len(bare) :])


def settled(base: T, yours: T, template: T) -> T:
    """Of a property that each text has one of: what the template made of it where you left it alone, else yours."""
    return template if yours == base else yours


def without_end(text: str) -> str:
    """`text` without the line end that it ends with."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\r\n") else text.removesuffix("\n")
