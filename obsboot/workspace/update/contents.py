"""Both changes in one content, by the kind of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from obsboot.merge import Conflict, Labels, Merged, merge_text, merge_yaml

_YAML, _JSON = (".yaml", ".yml"), (".json",)
_LARGEST = 4_000_000
"""Bytes of a file that is merged: ten times what the largest dashboards have."""


@dataclass(frozen=True, slots=True)
class Content:
    """The merged bytes, and what is at odds. `aside`: the bytes are yours at those places, and hold no markers."""

    data: bytes
    conflicts: tuple[Conflict, ...] = ()
    aside: bool = False


def merged(path: str, base: str, yours: bytes, template: str, labels: Labels) -> Content:
    """The merge of a file that both sides have changed; bytes that are no UTF-8 text, or too many, cannot be merged."""
    if len(yours) > _LARGEST:
        return Content(yours, (Conflict(1, 1, f"{len(yours)} bytes", "a new rendering", "too large"),), aside=True)
    try:
        text = yours.decode()
    except UnicodeDecodeError:
        return Content(yours, (Conflict(1, 1, "bytes that are no text", "a new rendering"),), aside=True)
    suffix = PurePosixPath(path).suffix
    if suffix in _JSON and (document := _document(base, text, template)):
        return document
    result = (merge_yaml if suffix in _YAML else merge_text)(base, text, template, labels)
    return _taken(result)


def _taken(result: Merged) -> Content:
    return Content(result.text.encode(), result.conflicts)


def _document(base: str, yours: str, template: str) -> Content | None:
    """The merge by structure; None where a side is no JSON object, which is merged as text."""
    from obsboot.merge.document import merge_document  # noqa: PLC0415 - only dashboards need it

    try:
        result = merge_document(base, yours, template)
    except ValueError:
        return None
    conflicts = tuple(
        Conflict(clash.line, clash.line, *_said(clash.base, clash.yours, clash.template), f"{clash.path}: {clash.what}")
        for clash in result.conflicts
    )
    return Content(result.text.encode(), conflicts, aside=True)


def _said(base: str | None, yours: str | None, template: str | None) -> tuple[str, str]:
    """What each side made of the value."""
    return f"{base or 'nothing'} -> {yours or 'nothing'}", f"{base or 'nothing'} -> {template or 'nothing'}"
