"""The catalogue's clues against the repository: every hit, with what it says and the compose service it speaks of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.detect.composefile import ComposeService
from obsboot.detect.evidence import Evidence
from obsboot.detect.tree import Tree
from obsboot.model import Clue


@dataclass(frozen=True, slots=True)
class Hit:
    """One clue met at one place. `groups` are the named groups that matched something."""

    evidence: Evidence
    groups: Mapping[str, str] = field(default_factory=dict)
    service: ComposeService | None = None
    sure: bool = True


def hits(clues: Iterable[Clue], tree: Tree, services: tuple[ComposeService, ...]) -> tuple[Hit, ...]:
    """Where the clues are met, in the order of the clues, then of files and lines."""
    found: list[Hit] = []
    for clue in clues:
        if clue.image:
            found += _images(clue, services)
        if clue.pattern:
            found += _lines(clue, tree, services)
    return tuple(found)


def _images(clue: Clue, services: tuple[ComposeService, ...]) -> Iterator[Hit]:
    pattern = re.compile(clue.image)
    for service in services:
        if match := pattern.search(service.image):
            tag = {"version": service.version} if service.version else {}
            yield Hit(service.at(service.image_line, clue.why), tag | _said(clue, match), service, clue.sure)


def _lines(clue: Clue, tree: Tree, services: tuple[ComposeService, ...]) -> Iterator[Hit]:
    pattern = re.compile(clue.pattern, re.MULTILINE)
    for path in tree.matching(clue.files):
        for line, match in line_matches(pattern, tree, path):
            yield Hit(Evidence(path, line, clue.why), _said(clue, match), _around(path, line, services), clue.sure)


def line_matches(pattern: re.Pattern[str], tree: Tree, path: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The lines that the pattern is found in, counted from 1, with the first match of each that is no comment.

    The whole text is searched first, for speed; the match itself is made within its line.
    """
    text, seen = tree.text(path), 0
    if not pattern.search(text):
        return
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    lines = tree.lines(path)
    for rough in pattern.finditer(text):
        first, last = bisect_right(starts, rough.start()), bisect_right(starts, rough.end())
        for line in range(max(first, seen + 1), last + 1):
            seen = line
            match = pattern.search(lines[line - 1])
            if match and not lines[line - 1].lstrip().startswith(("#", "//")):
                yield line, match


def _around(path: str, line: int, services: tuple[ComposeService, ...]) -> ComposeService | None:
    return next((s for s in services if s.path == path and s.line <= line <= s.end), None)


def _said(clue: Clue, match: re.Match[str]) -> dict[str, str]:
    """The clue's own answers and its named groups, as far as they matched something."""
    return {name: str(value) for name, value in {**clue.says, **match.groupdict()}.items() if value not in (None, "")}
