"""What is wrong with a catalogue: every problem of every file, each with its place and its mending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsboot.model import ObsbootError
from obsboot.promql.likeness import meant

Keys = tuple[str | int, ...]
"""The way to a value in a YAML file: `("signals", "hit_rate", "truth")`; numbers count the items of a list from 0."""
_MOST_NAMED = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a catalogue file. `line` and `column` count from 1; 0 where the file as a whole is meant."""

    path: Path
    line: int
    column: int
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{shown(self.path)}:{self.line}:{self.column}" if self.line else shown(self.path)
        return f"{place}: {self.message}" + (f" ({self.fix})" if self.fix else "")


class CatalogueError(ObsbootError):
    """The catalogue cannot be used as it stands; `problems` is the whole list, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line, p.column, p.message)))
        count = len(self.problems)
        title = "the catalogue has a problem" if count == 1 else f"the catalogue has {count} problems"
        super().__init__("\n".join([f"{title}:", *(f"  {problem}" for problem in self.problems)]))


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice for a name that nothing has: the one that was probably meant, or what there is, as far as anybody reads it."""
    names = list(known)
    return meant(word, names) or (f"known: {some(sorted(names))}" if names else "there is none")


def some(names: Sequence[str]) -> str:
    """The names with commas between them, as many as anybody reads, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def shown(path: Path) -> str:
    """The path as a person at the current directory would type it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def listed(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
