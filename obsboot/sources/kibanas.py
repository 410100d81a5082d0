"""Kibana's saved objects in any folder, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.savedobjects import Saved

VIEW = "index-pattern"


def objects(context: Context) -> tuple[Saved, ...]:
    """Every saved object. Raises NotApplicableError where there is none."""
    found = context.saved
    if not found and not context.unseen:
        raise NotApplicableError("there is no saved object of Kibana")
    return found


def place(context: Context, each: Saved, text: str) -> int:
    """Where a text stands in an object's line, however it is quoted there; the line where it does not."""
    row = context.files.whole(each.path).rows[each.line - 1]
    inner = re.escape(text.strip('"'))
    found = re.search(rf"(?<![\w.-]){inner}(?![\w.-])", row)
    return Line(each.line, found.start() + 1) if found else Line(each.line, 1)


def views(found: tuple[Saved, ...]) -> Mapping[tuple[str, str], Saved]:
    """The data views by what others refer to them."""
    return {each.key: each for each in found if each.kind == VIEW}
