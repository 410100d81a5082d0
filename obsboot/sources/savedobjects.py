"""Saved objects of the store's own front end: one in each line of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from obsboot.sources.documents import MalformedError
from obsboot.sources.source import Source

_TEXTS = ("JSON", "visState", "fieldFormatMap", "fieldAttrs")
"""How keys end whose values are JSON written into a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """One object. `attributes` are opened: what is JSON in a text stands there as what it says."""

    path: str
    line: int
    data: dict[str, Any]
    attributes: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.data.get("type", ""))

    @property
    def key(self) -> tuple[str, str]:
        """By what others refer to it."""
        return self.kind, str(self.data.get("id", ""))

    @property
    def owner(self) -> str:
        return f"{self.kind} {self.attributes.get('title')!r}"

    @property
    def subject(self) -> str:
        """What it is called whatever its title becomes."""
        return f"{self.kind} {self.data.get('id')}"

    @property
    def references(self) -> Iterator[tuple[str, str]]:
        found = self.data.get("references")
        for each in found if isinstance(found, list) else ():
            if isinstance(each, dict):
                yield str(each.get("type", "")), str(each.get("id", ""))

    @property
    def unnamed(self) -> Iterator[str]:
        """Names of references that it asks for and does not have; those inside a panel are kept with the panel's before."""
        found = self.data.get("references")
        names = [str(each.get("name")) for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        for part in walk(self.attributes):
            for key, name in part.items():
                asked = key.endswith("RefName") and isinstance(name, str)
                if asked and not any(each == name or each.endswith(f":{name}") for each in names):
                    yield name


def saved(source: Source) -> Iterator[Saved]:
    """The objects of a file. Raises MalformedError where a line is none."""
    for line, data in source.data:
        if not isinstance(data, dict):
            raise MalformedError("a saved object is an object", line)
        if "attributes" in data:  # the last line of an export only counts
            opened = _opened(data["attributes"], line)
            yield Saved(source.path, line, data, opened if isinstance(opened, dict) else {})


def _opened(data: Any, line: int) -> Any:
    if isinstance(data, list):
        return [_opened(each, line) for each in data]
    if not isinstance(data, dict):
        return data
    found = {}
    for key, value in data.items():
        if isinstance(value, str) and key.endswith(_TEXTS):
            try:
                value = json.loads(value)  # noqa: PLW2901 - the same, opened
            except ValueError as error:
                raise MalformedError(f"{key} is no JSON: {error}", line) from None
        found[key] = _opened(value, line)
    return found


def walk(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from walk(each)
