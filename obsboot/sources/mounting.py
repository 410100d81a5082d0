"""Which files of the folder a program means by the paths in its configuration, in a container or beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from obsboot.sources.folder import Folder
from obsboot.sources.kept import kept
from obsboot.sources.topology import Service, runners

if TYPE_CHECKING:
    from obsboot.sources.context import Context


@dataclass(frozen=True, slots=True)
class Located:
    """The files that a pattern names; `known` is whether nobody else can bring further ones.

    `unmounted` are files that it would name if `service` had them.
    """

    paths: tuple[str, ...]
    known: bool
    folder: str = ""
    unmounted: tuple[str, ...] = ()
    service: str = ""


def locate(context: Context, configuration: str, pattern: str, program: str = "prometheus") -> Located:
    """What a path or glob in the configuration of a program means. A relative one begins where the configuration is."""
    if "$" in pattern:
        return Located((), False)
    near = posixpath.normpath(posixpath.join(posixpath.dirname(configuration), pattern))
    for service in runners(context, configuration, program):
        here = service.inside(configuration)
        if here is not None:
            return _inside(context, service, posixpath.join(posixpath.dirname(here), pattern), near)
    if not pattern.startswith("/"):
        return Located(_glob(context, near), not near.startswith(".."), posixpath.dirname(near))
    return _by_tail(context, pattern)


def _inside(context: Context, service: Service, pattern: str, near: str) -> Located:
    wanted = posixpath.normpath(pattern)
    outside = service.outside(wanted)
    if outside is not None:
        return Located(_glob(context, outside), True, posixpath.dirname(outside))
    folder = posixpath.dirname(wanted)
    single = {each.target: host for each in service.mounts if (host := service.host_path(each))}
    files = tuple(host for inside, host in single.items() if _fits(inside, wanted))
    if files:
        return Located(tuple(each for each in files if context.exists(each)), True, posixpath.dirname(files[0]))
    foreign = any(folder == m.target or folder.startswith(f"{m.target.rstrip('/')}/") for m in service.mounts)
    given = {"configs", "secrets", "extends", "volumes_from"} & set(service.data)
    if foreign or given or not service.image:
        return Located((), False)
    return Located((), True, "", () if pattern.startswith("..") else _glob(context, near), service.name)


def _fits(path: str, pattern: str) -> bool:
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def _by_tail(context: Context, pattern: str) -> Located:
    """The files whose paths end as the pattern does; as much of its end as any file has."""
    names = _folders(context)
    parts = pattern.strip("/").split("/")
    for first in range(len(parts)):
        folder, last = "/".join(parts[first:-1]), parts[-1]
        found = tuple(
            posixpath.join(place, name)
            for place, inside in names.items()
            if not folder or f"/{place}".endswith(f"/{folder}")
            for name in inside
            if fnmatchcase(name, last)
        )
        if found:
            return Located(tuple(sorted(found)), False)
    return Located((), False)


def _glob(context: Context, pattern: str) -> tuple[str, ...]:
    folder, _, last = pattern.rpartition("/")
    found = (name for name in _folders(context).get(folder, ()) if fnmatchcase(name, last))
    return tuple(sorted(posixpath.join(folder, name) for name in found))


@kept
def _folders(context: Context) -> Mapping[str, list[str]]:
    """What is in each folder, by the paths of the folders."""
    found: dict[str, list[str]] = {}
    for path in _paths(context):
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, []).append(name)
    return found


def _paths(context: Context) -> frozenset[str]:
    """Every path that there is, of use or not."""
    return context.subject.exists if isinstance(context.subject, Folder) else frozenset(context.files.texts)
