"""Ingest pipelines: their processors, however deep they are nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Way

Processor = tuple[str, Mapping[str, Any], Way]
"""Its kind, what it says, the way to it."""


def processors(pipeline: Mapping[str, Any]) -> Iterator[Processor]:
    """Every processor, those on failure and inside `foreach` included."""
    for key in ("processors", "on_failure"):
        found = pipeline.get(key)
        for number, one in enumerate(found if isinstance(found, list) else ()):
            yield from _inside(one, (key, number))


def _inside(one: object, way: Way) -> Iterator[Processor]:
    for kind, body in one.items() if isinstance(one, dict) else ():
        here = (*way, kind)
        told = body if isinstance(body, dict) else {}
        yield kind, told, here
        failing = told.get("on_failure")
        for number, each in enumerate(failing if isinstance(failing, list) else ()):
            yield from _inside(each, (*here, "on_failure", number))
        yield from _inside(told.get("processor"), (*here, "processor"))
