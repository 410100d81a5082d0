"""What the catalogue knows, read once for all checks that ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from obsboot.model import Component
from obsboot.sources.folder import Folder
from obsboot.sources.kept import kept

if TYPE_CHECKING:
    from obsboot.sources.context import Context

_OTHERS = frozenset({"server", "platform"})


@kept
def components(context: Context) -> Mapping[str, Component]:
    """The technologies by their ids."""
    return context.subject.catalogue() if isinstance(context.subject, Folder) else context.stack.catalogue


def foreign_metric(context: Context, name: str) -> bool:
    """Whether a metric is one of an exporter that somebody else wrote: its name is not ours to change."""
    return any(name.startswith(each.series) for each in components(context).values() if each.kind in _OTHERS)
