"""Which fields a configuration has, and of what kind: read from one table a program, `<program>.yaml` beside this module.

A table maps names of shapes to their fields, and a field to what it takes:

- `string`, `bool`, `int`, `count` (from 0 on), `number`, `duration`, `regex`, `any`
- `name`: a text that says something; `label`: the name of a label
- `=one|two`: one of these words
- `[x]`: a list of x; `{y: x}`: a mapping of y, such as names, to x
- the name of another shape

`name!` is a field that has to be there, `...` names shapes (with commas between them) whose fields this one has as well.
A field without a value is as good as none, as it is to Go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.promql import seconds_of
from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.patterns import unreadable
from obsboot.sources.tables import read_table

Shapes = Mapping[str, Mapping[str, Any]]
Fault = tuple[int, str]
"""The line of it, and what is wrong there."""


@cache
def shapes(program: str) -> Shapes:
    """The table of a program, with shared fields put in."""
    read: dict[str, dict[str, Any]] = table(program)
    return {name: _whole(fields, read) for name, fields in read.items()}


def table(program: str) -> Any:
    """What the file of a program holds; those that describe no shapes have a form of their own."""
    return read_table(Path(__file__).with_name(f"{program}.yaml"))


def _whole(fields: dict[str, Any], read: dict[str, dict[str, Any]]) -> dict[str, Any]:
    own = {name: kind for name, kind in fields.items() if name != "..."}
    for other in str(fields.get("...") or "").replace(" ", "").split(","):
        own = {**(_whole(read[other], read) if other else {}), **own}
    return own


def faults(data: object, shape: str, table: Shapes, line: int = 1) -> Iterator[Fault]:
    """Everything in `data` that its shape has not, lacks, or takes otherwise."""
    if not isinstance(data, Mapped):
        yield line, f"a mapping is expected, with {_some(table[shape])}"
        return
    known = {name.rstrip("!"): kind for name, kind in table[shape].items()}
    for name in table[shape]:
        if name.endswith("!") and data.get(name[:-1]) is None:
            yield data.line, f"{name[:-1]} is missing"
    for name, value in data.items():
        if name not in known:
            why = table.get("gone", {}).get(name) or nearest(name, known)
            yield data.at(name), f"unknown field {name!r}: {why}"
        elif value is not None:
            yield from _value(name, value, known[name], table, data.value_at(name))


def _some(fields: Mapping[str, Any]) -> str:
    return ", ".join(name.rstrip("!") for name in list(fields)[:4])


def _value(name: str, value: object, kind: Any, table: Shapes, line: int) -> Iterator[Fault]:
    if isinstance(kind, list):
        if not isinstance(value, Listed):
            yield line, f"{name}: a list is expected"
            return
        for each, here in value.placed:
            yield from _value(name, each, kind[0], table, here)
    elif isinstance(kind, dict):
        if not isinstance(value, Mapped):
            yield line, f"{name}: a mapping is expected"
            return
        ((of, inner),) = kind.items()
        for key, each in value.items():
            if why := _scalar(key, of):
                yield value.at(key), f"{name}: {why}"
            yield from _value(f"{name}.{key}", each, inner, table, value.value_at(key))
    elif kind in table:
        yield from faults(value, kind, table, line)
    elif why := _scalar(value, kind):
        yield line, f"{name}: {why}"


def _scalar(value: object, kind: str) -> str:
    """Why a value is none of the kind; nothing where it is."""
    if kind == "any":
        return ""
    if isinstance(value, dict | list):
        return f"{_WORDS.get(kind, 'a word')} is expected"
    if kind.startswith("="):
        words = kind[1:].split("|")
        return "" if str(value) in words else f"{value!r} is none of {', '.join(words)}"
    return "" if _FITS[kind](value) else f"{value!r} is {_NO[kind]}"


def _is_duration(value: object) -> bool:
    try:
        seconds_of(str(value))
    except ValueError:
        return str(value) == "0"
    return True


_WORDS = {
    "string": "a text",
    "bool": "true or false",
    "int": "a number",
    "count": "a number",
    "number": "a number",
    "duration": "a duration",
}
_NO = {
    "string": "no text",
    "name": "empty",
    "bool": "neither true nor false",
    "int": "no whole number",
    "count": "no whole number from 0 on",
    "number": "no number",
    "duration": "no duration",
    "regex": "no regular expression that Go reads",
    "label": "no name of a label",
}
_FITS: Mapping[str, Any] = {
    "string": lambda _: True,
    "name": lambda value: str(value) != "",
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "duration": _is_duration,
    "count": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "regex": lambda value: value is not None and not unreadable(str(value)),
    "label": lambda value: re.fullmatch(r"[a-zA-Z_]\w*", str(value), re.ASCII),
}
