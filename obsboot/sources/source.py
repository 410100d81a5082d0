"""One document of one file, with the places of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsboot.sources.documents import Way
from obsboot.sources.json import json_lines, nearest


class Text:
    """The text of a file. What is worked out from it is kept."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def rows(self) -> Sequence[str]:
        """Its lines."""
        return self.text.split("\n")

    @cached_property
    def json_lines(self) -> dict[Way, int]:
        """The line of each key and item, where it is JSON."""
        return json_lines(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One document: `data` remembers its lines where it is YAML; of JSON, `line` finds them."""

    path: str
    data: Any
    whole: Text

    @property
    def rows(self) -> Sequence[str]:
        """The lines of the file."""
        return self.whole.rows

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.whole.text

    def line(self, *way: str | int) -> int:
        """The line of a way through a JSON document, or of the nearest part of it that is there."""
        return nearest(self.whole.json_lines, way)
