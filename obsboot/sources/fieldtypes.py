"""What the mapping of one field says that the store does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.promql.likeness import meant
from obsboot.sources.documents import Way
from obsboot.sources.options import Option, misfits, options
from obsboot.sources.stores import KNOWN

TYPES = frozenset(KNOWN["types"].split())
_PARAMETERS = frozenset(KNOWN["parameters"].split())
_TAKES: Mapping[str, str] = KNOWN["takes"]
_AS: Mapping[str, str] = {name: as_ for as_, names in KNOWN["takes_as"].items() for name in names.split()}
_OBJECTS = ("object", "nested", "alias")
"""Types that take nothing of what the others take, and may not be a field's second way to be stored."""
_WORDS: Mapping[str, tuple[str, ...]] = {name: tuple(words.split()) for name, words in KNOWN["words"].items()}
_BOOLEANS = KNOWN["booleans"].split()
_FORMATS = frozenset(name.replace("_", "") for name in KNOWN["date_formats"].split())
_UNREAD = re.compile(r"'[^']*'")
_NO_LETTERS = re.compile("[bCfIiJjloPRrTtU]")
"""Letters that stand for no part of a date."""
_OWN = frozenset({"_id", "_index", "_source", "_routing", "_ignored", "_version", "_seq_no", "_field_names"})

Fault = tuple[Way, str]


def type_of(mapping: Mapping[str, Any]) -> str:
    """Its type, which of an object need not be said."""
    return str(mapping.get("type") or "object")


def faults(name: str, mapping: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    """Everything for which the store refuses a field, with the way to it."""
    yield from _named(name, way)
    type_ = type_of(mapping)
    if "type" not in mapping and "properties" not in mapping and list(mapping) != ["enabled"]:
        yield way, f"{name} has no type"
    elif type_ not in TYPES:
        yield (*way, "type"), f"{name}: there is no type {type_!r}: {nearest(type_, TYPES)[:90]}"
    elif way[-2] == "fields" and type_ in _OBJECTS:
        yield (*way, "type"), f"{name}: {type_} cannot be one of the fields of another"
    else:
        yield from _parameters(name, type_, mapping, way)
        yield from _values(name, mapping, way)


def _named(name: str, way: Way) -> Iterator[Fault]:
    own = str(way[-1])
    if "" in own.rstrip(".").split("."):
        yield way, f"{name or 'a field'} has an empty name" if own else "a field has an empty name"
    elif way[-2] == "fields" and "." in own:
        yield way, f"{name}: one of the fields of another has no dot in its name"
    elif name in _OWN:
        yield way, f"{name} is a field of the store's own"


@cache
def _known(type_: str) -> Mapping[str, Option] | None:
    """What a type takes; None where it is not known."""
    own = _TAKES.get(_AS.get(type_, type_))
    if own is None:
        return None
    return options(own) if type_ in _OBJECTS else options(own, _TAKES["leaf"])


def _parameters(name: str, type_: str, mapping: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    known = _known(type_)
    if known is not None:
        yield from misfits(f"{name}: {type_}", mapping, known, way)
        return
    for parameter in mapping:
        if parameter not in _PARAMETERS and (advice := meant(parameter, _PARAMETERS)):
            yield (*way, parameter), f"{name}: {type_} has no option {parameter!r}: {advice}"


def _values(name: str, mapping: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    for parameter, words in _WORDS.items():
        value = mapping.get(parameter)
        if isinstance(value, str | bool) and (said := _word(value)) not in words:
            yield (*way, parameter), f"{name}: {parameter} is none of {', '.join(words)}, but {said!r}"
    for parameter in _BOOLEANS:
        if mapping.get(parameter) not in (None, True, False, "true", "false"):
            yield (*way, parameter), f"{name}: {parameter} takes true or false, and this is {mapping[parameter]!r:.40}"
    format_ = mapping.get("format")
    if isinstance(format_, str):
        for part in format_.split("||"):
            if not is_format(part):
                yield (*way, "format"), f"{name}: {part!r} is no format of dates"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_format(text: str) -> bool:
    """Whether it is the name of a format of dates, or letters of which each stands for a part of a date."""
    plain = text.replace("_", "").lower().removeprefix("strict")
    named = plain in _FORMATS and text[:1].islower()
    return bool(text) and (named or not _NO_LETTERS.search(_UNREAD.sub("", text)))
