"""A stack becomes the files of its pack. Pure: no disk but the catalogue's own, no clock, no randomness."""

from __future__ import annotations

from obsboot.model import GeneratedFile, Stack
from obsboot.render.context import secrets

__all__ = ["render", "secrets"]


def render(stack: Stack) -> tuple[GeneratedFile, ...]:
    """Every file of the pack, by path. Same stack, same bytes."""
    from obsboot.render.parts import PARTS  # noqa: PLC0415 - whoever only judges files asks for a few names of this package

    files = [file for part in PARTS for file in part(stack)]
    return tuple(sorted(files, key=lambda file: file.path))
