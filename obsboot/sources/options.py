"""Which options an object takes, written shortly, and what of an object is otherwise.

`field!` has to be there; a sign after the name tells what it takes: `?` true or false, `#` a whole number, `[]` a list,
`{}` an object, `*` anything; without a sign it is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from obsboot.catalog.problems import nearest
from obsboot.sources.documents import Way

_OPTION = re.compile(r"(?P<name>[^!?#*\[{]+)(?P<needed>!?)(?P<takes>\?|#|\[\]|\{\}|\*|)")
_TAKES = {"": "a text", "?": "true or false", "#": "a whole number", "[]": "a list", "{}": "an object"}


@dataclass(frozen=True, slots=True)
class Option:
    """What an option takes, by its sign, and whether it has to be there."""

    takes: str
    needed: bool


@lru_cache(maxsize=1024)
def options(*texts: str) -> Mapping[str, Option]:
    """The options that the texts write shortly, by name."""
    found = (_OPTION.fullmatch(word) for text in texts for word in text.split())
    return {each["name"]: Option(each["takes"], bool(each["needed"])) for each in found if each}


def misfits(what: str, said: Mapping[str, object], takes: Mapping[str, Option], way: Way) -> Iterator[tuple[Way, str]]:
    """Everything that `what` lacks, does not know, or takes otherwise, each with the way to it."""
    for name, option in takes.items():
        if option.needed and said.get(name) is None:
            yield way, f"{what} lacks {name}"
    for name, value in said.items():
        if name not in takes:
            advice = nearest(name, takes) if takes else "it takes none"
            yield (*way, name), f"{what} has no option {name!r}: {advice}"
        elif value is not None and not _fits(value, takes[name].takes):
            yield (*way, name), f"{what}: {name} takes {_TAKES[takes[name].takes]}, and this is {value!r:.40}"


def _fits(value: object, takes: str) -> bool:
    match takes:
        case "":
            return isinstance(value, str)
        case "?":
            return isinstance(value, bool)
        case "#":
            return re.fullmatch(r"[+-]?\d+", str(value)) is not None
        case "[]":
            return isinstance(value, list)
        case "{}":
            return isinstance(value, dict)
    return True
