"""One object of the log store, as its file holds it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsboot.sources.documents import Way
from obsboot.sources.source import Source

_LEGACY = {"order", "settings", "mappings", "aliases"}
_COMPOSABLE = {"template", "composed_of", "priority", "data_stream"}


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

    @property
    def priority(self) -> int:
        """Of two templates that take a name the one with the higher counts; the store reads a number in a text as well."""
        value = str(self.data.get("priority") or 0).partition(".")[0]
        return int(value) if value.lstrip("-").isdecimal() else 0

    @property
    def legacy(self) -> bool:
        """Whether it is a template of the older sort: settings and mappings on top, merged with all that fit an index."""
        return bool(_LEGACY & self.data.keys()) and not _COMPOSABLE & self.data.keys()

    @property
    def way(self) -> Way:
        """The way to what holds its settings and mappings."""
        return () if self.legacy else ("template",)

    @property
    def body(self) -> Mapping[str, Any]:
        """What holds its settings and mappings."""
        found = self.data if self.legacy else self.data.get("template")
        return found if isinstance(found, dict) else {}

    @property
    def mappings(self) -> Mapping[str, Any]:
        found = self.body.get("mappings")
        return found if isinstance(found, dict) else {}

    def settings(self) -> Iterator[tuple[str, object, Way]]:
        """Its settings by names that begin with `index.`, each with the way to it."""
        for name, value, way in settings(self.body.get("settings"), (*self.way, "settings")):
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
