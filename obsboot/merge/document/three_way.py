"""The merge of a JSON document: its text as it was written, as it is now, and as the template has it."""

from __future__ import annotations

from dataclasses import dataclass

from obsboot.merge.document.board import BoardMerge
from obsboot.merge.document.editing import one_line, style_of
from obsboot.merge.document.panels import is_board
from obsboot.merge.document.structure import Difference, Merge, Place
from obsboot.merge.document.syntax import Source, Values, parse, write

LONGEST = 4_000_000
"""Characters of a side that are read: ten times what the largest dashboards have, and merged in seconds."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What both sides changed, each in its own way; the result has yours.

    `path` reads like `panels[id=4 "Hit rate"].title`, `line` counts from 1 in the result. The values are JSON on one
    line, None where there is none.
    """

    path: str
    line: int
    base: str | None
    yours: str | None
    template: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Document:
    """A merged document, which is JSON whatever clashes, and where both sides differ."""

    text: str
    conflicts: tuple[Clash, ...]


def merge_document(base: str, yours: str, template: str) -> Document:
    """What became of `base` in `yours` and in `template`, in the order and the formatting of `yours`.

    Raises ValueError where a side is no JSON object, names a key twice, nests deeper than 100 levels, or is too large.
    """
    values = Values()
    was, mine, theirs = (read(text, values) for text in (base, yours, template))
    if yours in (base, template) or base == template:
        return Document(template if yours == base else yours, ())
    return merge_trees(was, mine, theirs, values)


def read(text: str, values: Values) -> Source:
    """`text` as a tree. Raises ValueError as `merge_document` does."""
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    return parse(text, values)


def merge_trees(base: Source, yours: Source, template: Source, values: Values) -> Document:
    """The merge of three trees, which it uses up."""
    boards = all(is_board(side.root) for side in (base, yours, template))
    merge = (BoardMerge if boards else Merge)(values, style_of(yours, template))
    merge.value(Place("", "", yours.root, ""), base.root, yours.root, template.root)
    text, lines = write(yours, [each.near for each in merge.differences])
    clashes = [_clash(each, lines.get(each.near, 1)) for each in merge.differences]
    return Document(text, tuple(sorted(clashes, key=lambda clash: (clash.line, clash.path))))


def _clash(found: Difference, line: int) -> Clash:
    base, yours, template = (one_line(side) for side in found.sides)
    return Clash(found.path, line, base, yours, template, found.what)
