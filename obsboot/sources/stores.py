"""The objects of Elasticsearch or OpenSearch in any folder: templates, pipelines, policies, and how they fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kept import kept
from obsboot.sources.shapes import table
from obsboot.sources.stored import Stored

KNOWN: Mapping[str, Any] = table("elasticsearch")
BROUGHT = frozenset(str(KNOWN["named"]).split())
"""Names of objects that the store brings."""

StoreKind = Literal["index-template", "component-template", "ingest-pipeline", "lifecycle"]


@dataclass(frozen=True, eq=False)
class Store:
    """All objects of a folder, by name."""

    templates: Mapping[str, Stored]
    parts: Mapping[str, Stored]
    pipelines: Mapping[str, Stored]
    policies: Mapping[str, Stored]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The names that any template takes."""
        return tuple(pattern for each in self.templates.values() for pattern in each.patterns)

    @property
    def of_opensearch(self) -> bool:
        """Whether something in the folder is for OpenSearch alone, which brings no templates of its own."""
        named = (name for each in (*self.parts.values(), *self.templates.values()) for name, _, _ in each.settings())
        return any("states" in each.data["policy"] for each in self.policies.values()) or any(
            name.startswith(("index.plugins.", "index.opendistro.", "index.knn")) for name in named
        )

    def whole(self, template: Stored) -> Iterator[Stored]:
        """The parts of a template that are in the folder, and itself: what comes later counts."""
        yield from (self.parts[name] for name in template.parts if name in self.parts)
        yield template

    def __bool__(self) -> bool:
        return bool(self.templates or self.parts or self.pipelines or self.policies)


def store(context: Context) -> Store:
    """The store of the files. Raises NotApplicableError where there is none."""
    found = _store(context)
    for kind in ("index-template", "component-template", "ingest-pipeline", "lifecycle"):
        context.sources(kind)  # notes what cannot be read
    if not found and not context.unseen:
        raise NotApplicableError("there is no object of Elasticsearch")
    return found


@kept
def _store(context: Context) -> Store:
    def named(kind: StoreKind) -> dict[str, Stored]:
        return {each.name: each for each in map(Stored, context.sources(kind))}

    return Store(named("index-template"), named("component-template"), named("ingest-pipeline"), named("lifecycle"))


@lru_cache(maxsize=4096)
def overlap(one: str, other: str) -> bool:
    """Whether a name could fit both patterns, in which `*` stands for any text."""
    if not one or not other:
        return not (one or other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])
