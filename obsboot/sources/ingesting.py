"""Ingest pipelines: their processors, however deep they are nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Way


def processors(pipeline: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Way]]:
    """Every processor, those on failure and inside `foreach` included: its kind, what it says, the way to it."""
    for key in ("processors", "on_failure"):
        yield from _inside(pipeline.get(key), (key,))


def _inside(found: object, way: Way) -> Iterator[tuple[str, Mapping[str, Any], Way]]:
    for number, one in enumerate(found if isinstance(found, list) else ()):
        for kind, body in one.items() if isinstance(one, dict) else ():
            here = (*way, number, kind)
            told = body if isinstance(body, dict) else {}
            yield kind, told, here
            yield from _inside(told.get("on_failure"), (*here, "on_failure"))
            inner = told.get("processor")
            if isinstance(inner, dict):
                for name, each in inner.items():
                    yield name, each if isinstance(each, dict) else {}, (*here, "processor", name)
