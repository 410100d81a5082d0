"""Lines that are JSON objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsboot.logs.learning.columns import literal
from obsboot.logs.learning.draft import LEFT, Draft
from obsboot.logs.learning.roles import Roles, read_time, roles, translate_level
from obsboot.model import Drop, ReadJson, Rename

_REACHABLE = re.compile(r"[A-Za-z_@][A-Za-z0-9_@-]*")
"""A key that a step can name; the others stay where they are."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FIRST_KEY = re.compile(r'\{\s*"[A-Za-z0-9_@.-]{1,60}"\s*:\s*')
_DEEPEST = 4


def json_object(line: str) -> dict[str, Any] | None:
    """The object that the line is, or None."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def _refused(constant: str) -> None:
    """NaN and the infinities are no JSON to others than Python."""
    raise ValueError(constant)


def draft(lines: Sequence[str], objects: Sequence[Mapping[str, Any]]) -> Draft:
    """A draft for these lines and the objects in them."""
    firsts = {first[0] if (first := _FIRST_KEY.match(line)) else "{" for line in lines}
    made = Draft("Log as JSON", literal(firsts.pop()) if len(firsts) == 1 else r"\{")
    values: dict[str, list[object]] = {}
    for each in objects:
        for key, value in _leaves(each, ""):
            values.setdefault(key, []).append(value)
    found = roles(values)
    made.notes += found.notes
    made.add(ReadJson("message", "tmp.line"))
    moved = dict(_moved(found))
    if moved:
        made.add(Rename(moved))
    read_time(made, found.stamps, _source(found.time, "tmp.time"))
    if found.level:
        translate_level(made, _source(found.level, "tmp.level"), values[found.level])
    if found.seconds[0]:
        made.divided(_source(found.seconds[0], "tmp.duration"), found.seconds[1])
    used = [key for key in (found.time, found.level, found.seconds[0]) if key and f"tmp.line.{key}" not in moved]
    if used:
        made.add(Drop(tuple(f"tmp.line.{key}" for key in used)))
    made.add(Rename({"tmp.line": "extra"}), *LEFT)
    made.names |= {"extra", *moved.values()}
    return made


def _leaves(value: Mapping[str, Any], above: str) -> Iterator[tuple[str, object]]:
    """Every value that is no object, by its dotted key; keys that no step can name have none."""
    for key, inner in value.items():
        if not _REACHABLE.fullmatch(key):
            continue
        if isinstance(inner, dict) and inner and above.count(".") < _DEEPEST:
            yield from _leaves(inner, f"{above}{key}.")
        else:
            yield f"{above}{key}", inner


def _moved(found: Roles) -> Iterator[tuple[str, str]]:
    """Old name -> new name."""
    for key, name in ((found.time, "tmp.time"), (found.level, "tmp.level"), (found.seconds[0], "tmp.duration")):
        if key and _source(key, name) == name:
            yield f"tmp.line.{key}", name
    if found.message:
        yield f"tmp.line.{found.message}", "message"
    for key, name in found.names.items():
        yield f"tmp.line.{key}", name


def _source(key: str, otherwise: str) -> str:
    """Where a step finds the value: under its own key, unless a script could not name that."""
    return f"tmp.line.{key}" if all(_IDENTIFIER.fullmatch(part) for part in key.split(".")) else otherwise
