"""One object of the log store, as its file holds it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsboot.sources.documents import Way
from obsboot.sources.source import Source


@dataclass(frozen=True, eq=False)
class Stored:
    """One object; it is installed under the name of its file."""

    source: Source

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def data(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.source.data
        return found

    @cached_property
    def name(self) -> str:
        return posixpath.basename(self.path).rsplit(".", 1)[0]

    @property
    def parts(self) -> tuple[str, ...]:
        """The component templates that an index template is made of."""
        return tuple(map(str, _list(self.data.get("composed_of"))))

    @property
    def optional(self) -> frozenset[str]:
        """The parts that may be missing."""
        return frozenset(map(str, _list(self.data.get("ignore_missing_component_templates"))))

    @property
    def patterns(self) -> tuple[str, ...]:
        """The names of indices and streams that an index template takes."""
        found = self.data.get("index_patterns")
        return tuple(map(str, found if isinstance(found, list) else [found or ""]))

    def settings(self) -> Iterator[tuple[str, object, Way]]:
        """Its settings by names that begin with `index.`, each with the way to it."""
        body = self.data.get("template")
        own = body.get("settings") if isinstance(body, dict) else None
        for name, value, way in settings(own, ("template", "settings")):
            yield name if name.startswith("index.") else f"index.{name}", value, way


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def settings(data: object, way: Way = (), name: str = "") -> Iterator[tuple[str, object, Way]]:
    """Every setting by its dotted name, however it is nested, with the way to it."""
    if not isinstance(data, dict):
        yield name, data, way
        return
    for key, value in data.items():
        yield from settings(value, (*way, key), f"{name}.{key}" if name else key)
