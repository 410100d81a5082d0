"""The fields that the templates of a folder map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Way
from obsboot.sources.stored import Stored
from obsboot.sources.stores import Store, overlap

Field = tuple[str, Mapping[str, Any], Way]


def fields(each: Stored) -> Iterator[Field]:
    """Every mapped field, objects included: its dotted name, its mapping, the way to it."""
    yield from _fields(each.mappings, "", (*each.way, "mappings"))


def _fields(mapping: Mapping[str, Any], above: str, way: Way) -> Iterator[Field]:
    for key in ("properties", "fields"):
        inner = mapping.get(key)
        for name, each in inner.items() if isinstance(inner, dict) else ():
            if isinstance(each, dict):
                here = (*way, key, name)
                yield f"{above}{name}", each, here
                yield from _fields(each, f"{above}{name}.", here)


OF_ALL = frozenset(
    {"_id", "_index", "_score", "_source", "_type", "_ignored", "_routing", "_tier", "_doc", "_timeField"}
)
"""What every document has."""


def closed_fields(kept: Store, streams: str) -> frozenset[str]:
    """All fields of the streams of a view; none where any of its templates leaves fields to be guessed, or is elsewhere."""
    wanted = [part.strip() for part in streams.split(",") if part.strip()]
    takers = [[t for t in kept.templates.values() if any(overlap(one, p) for p in t.patterns)] for one in wanted]
    taking = [each for some in takers for each in some]
    if not all(takers) or not all(_closed(kept, each) for each in taking):
        return frozenset()
    return frozenset(name for each in taking for part in kept.whole(each) for name, _, _ in fields(part))


def _closed(kept: Store, template: Stored) -> bool:
    """Whether all its parts are in the folder, and its fields are mapped or none."""
    said: object = True
    for each in kept.whole(template):
        mappings = each.mappings
        said = mappings.get("dynamic", said)
        if mappings.get("runtime") or mappings.get("dynamic_templates"):
            return False
    return str(said).lower() in ("false", "strict") and all(name in kept.parts for name in template.parts)


def limit(parts: Iterable[Stored]) -> float:
    """How many fields an index takes, by the last of its parts that says it; as many as it likes where that is no number."""
    said: object = 1000
    for each in parts:
        for name, value, _ in each.settings():
            said = value if name == "index.mapping.total_fields.limit" else said
    return int(str(said)) if str(said).isdecimal() else float("inf")
