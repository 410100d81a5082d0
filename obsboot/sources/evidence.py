"""Which evidence a folder holds of what its jobs expose."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from obsboot.model import Unread
from obsboot.sources.catalogued import components
from obsboot.sources.documents import mapped
from obsboot.sources.exporters import Exporters, images_of
from obsboot.sources.folder import Folder

if TYPE_CHECKING:
    from obsboot.sources.context import Context


def evidence(context: Context) -> Exporters | None:
    """What tells the exporters of a folder's jobs; None of a pack, whose answers tell."""
    folder = context.subject
    if not isinstance(folder, Folder):
        return None
    sources = context.layout.of
    usual = (mapped(mapped(each.data).get("global")) for each in sources("prometheus")[0])
    return Exporters(
        lambda: components(context),
        images_of(sources("compose")[0]),
        {_stem(each.path): each.text for each in sources("exposition")[0]} | _given(context, folder),
        sources("targets")[0],
        frozenset(name for each in usual for name in mapped(each.get("external_labels"))),
    )


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _given(context: Context, folder: Folder) -> dict[str, str]:
    """The answers that the user names, by job; one that cannot be read is noted."""
    found: dict[str, str] = {}
    for job, path in folder.expositions.items():
        try:
            found[job] = folder.files.get(path) or (folder.root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            context.unseen.add(Unread(path, 0, f"cannot be read: {error}"))
    return found
