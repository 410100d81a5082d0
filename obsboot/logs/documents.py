"""Documents as nested mappings, asked by dotted names: what `log.level` means in all three readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

Document = MutableMapping[str, Any]
ABSENT: Any = object()
"""Stands for the value of a field that a document does not have; null is a value."""


def get(document: Mapping[str, Any], name: str) -> Any:
    """The value of the field, or ABSENT."""
    value: Any = document
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return ABSENT
        value = value[part]
    return value


def put(document: Document, name: str, value: object) -> None:
    """Sets the field; what stood in the way of its path goes."""
    *path, last = name.split(".")
    for part in path:
        deeper = document.get(part)
        if not isinstance(deeper, MutableMapping):
            deeper = document[part] = {}
        document = deeper
    document[last] = value


def take(document: Document, name: str) -> Any:
    """Takes the field away and returns its value, or ABSENT. A mapping that is empty then stays."""
    *path, last = name.split(".")
    for part in path:
        deeper = document.get(part)
        if not isinstance(deeper, MutableMapping):
            return ABSENT
        document = deeper
    return document.pop(last, ABSENT)


def flat(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every field with its dotted name, depth first; an empty mapping has none."""
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The document that has these fields."""
    document: dict[str, Any] = {}
    for name, value in fields.items():
        put(document, name, value)
    return document
