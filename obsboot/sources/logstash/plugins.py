"""What is known of Logstash's plugins: their names, their options and the types of these, from plugins.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from obsboot.promql.likeness import meant
from obsboot.sources.tables import read_table

_TYPES = ("any", "array", "boolean", "codec", "hash", "number", "password", "path", "string", "uri")
_STORE = Path(__file__).with_name("plugins.yaml")


@dataclass(frozen=True, slots=True)
class Described:
    """A plugin: the type of each option, what is allowed where the type is `one of`, and which options it must have.

    Of each of the `required` it must have one of several. `gone` are options that Logstash 9 no longer takes, with what
    came in their place. Of a plugin that is known by its name alone `types` is empty; of one that is `complete` nothing is
    missing there. A plugin that is not `bundled` has to be installed first.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: frozenset[tuple[str, ...]] = frozenset()
    gone: Mapping[str, str] = field(default_factory=dict)
    obsolete: frozenset[str] = frozenset()
    complete: bool = False
    bundled: bool = True


def described(section: str, name: str) -> Described | None:
    """The plugin of a section (input, filter, output, codec); None where there is none of the name."""
    return _known(section).get(name)


def names(section: str) -> Iterable[str]:
    """The names of all plugins of a section."""
    return _known(section).keys()


def advice(word: str, known: Iterable[str]) -> str:
    """`: did you mean 'x'?` where a name is near; nothing where none is."""
    said = meant(word, known, 0.7)
    return f": {said}" if said else ""


@cache
def _known(section: str) -> Mapping[str, Described]:
    data = read_table(_STORE)
    complete = frozenset(data["complete"][section].split())
    found = {
        name: replace(_described(section, body, data["groups"]), complete=name in complete)
        for name, body in data[section].items()
    }
    return found | {name: Described(bundled=False) for name in data["elsewhere"][section].split()}


def _described(section: str, body: Mapping[str, Any], groups: Mapping[str, Any]) -> Described:
    if not body:
        return Described()
    parts = [groups[section], *(groups[name] for name in body.get("uses", "").split()), body]
    allowed = {name: tuple(each.split()) for part in parts for name, each in part.get("one of", {}).items()}
    types = {name: kind for part in parts for kind in _TYPES for name in part.get(kind, "").split()}
    return Described(
        types | dict.fromkeys(allowed, "one of"),
        allowed,
        frozenset(tuple(each.split("|")) for each in body.get("required", "").split()),
        {old: new for part in parts for old, new in part.get("gone", {}).items()},
        frozenset(_words(parts, "obsolete")) - types.keys() - allowed.keys(),
    )


def _words(parts: list[Mapping[str, Any]], key: str) -> Iterator[str]:
    for part in parts:
        yield from part.get(key, "").split()
