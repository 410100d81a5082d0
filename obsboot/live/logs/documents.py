"""Whether a stored document is the expected one, and the searches by which each of its fields finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.logs.documents import flat

READ_AT = "1970-01-01T00:00:00.000Z"
"""Stands for the moment at which a line was read: no line says so of itself."""
_SHIPPERS = ("log.file.", "log.offset", "log.flags", "agent.", "host.", "input.", "ecs.", "container.", "stream")
"""What a shipper says of itself and of the file; it is no part of what a format reads."""
_INGESTED = "event.ingested"
_LONGEST_QUERY = 200


def difference(stored: Mapping[str, Any], expected: Mapping[str, Any], declared: Mapping[str, str]) -> str:
    """The first declared field whose value or type is another than expected, in words; empty where none is."""
    got, want = dict(flat(stored)), dict(flat(expected))
    for name in sorted(declared):
        mine, theirs = got.get(name), want.get(name)
        of_shipper = name not in want and name.startswith(_SHIPPERS)
        if name == _INGESTED or of_shipper or theirs == READ_AT:
            continue
        if mine != theirs or type(mine) is not type(theirs):
            return f"{name} is {mine!r}, not {theirs!r}"
    return ""


def searches(document: Mapping[str, Any], types: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A search for the value of each field; a field that is mapped wrongly, or not at all, finds nothing."""
    for name, value in flat(document):
        match types.get(name):
            case "text":
                if any(letter.isalnum() for letter in str(value)):
                    yield {"match": {name: {"query": str(value)[:_LONGEST_QUERY], "operator": "or"}}}
            case "keyword" | "long" | "double" | "boolean" | "ip" | "date":
                yield {"terms": {name: value}} if isinstance(value, list) else {"term": {name: {"value": value}}}


def types_of(properties: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """The type of each field of a mapping, by its dotted name."""
    types: dict[str, str] = {}
    for name, body in properties.items():
        if "properties" in body:
            types |= types_of(body["properties"], f"{above}{name}.")
        else:
            types[f"{above}{name}"] = body.get("type", "object")
    return types
