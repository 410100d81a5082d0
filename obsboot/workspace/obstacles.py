"""What can stand in the way of a file: links out of the repository, foreign files, folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_OUTSIDE = "it is no path inside the repository"


def obstacle(root: Path, path: str) -> str:
    """Why nothing may be written at `path`, whatever is there now; empty where it may.

    Every part of the way is looked at without following it: a link is only followed inside the repository.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path or parts[0] == ".git":
        return _OUTSIDE
    here = str(root)  # plain text, since this is asked of every file of a pack, twice
    for part in parts[:-1]:
        here = f"{here}/{part}"
        kind = _kind(here)
        if kind is not None and not stat.S_ISDIR(kind) and (why := _no_folder(Path(here), root, kind)):
            return why
    return _target(f"{here}/{parts[-1]}")


def _no_folder(path: Path, root: Path, kind: int) -> str:
    name = path.relative_to(root)
    if stat.S_ISLNK(kind):
        if not path.resolve().is_relative_to(root.resolve()):
            return f"{name} is a link out of the repository"
        return "" if path.is_dir() else f"{name} is a link, and not to a folder"
    return f"{name} is a file where a folder has to be"


def _target(path: str) -> str:
    kind = _kind(path)
    if kind is None or stat.S_ISREG(kind):
        return ""
    if stat.S_ISLNK(kind):
        return "a link is there, and obsboot does not write through links"
    return "a folder is there" if stat.S_ISDIR(kind) else "something is there that is no regular file"


def _kind(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def in_way(root: Path, path: str) -> frozenset[str] | None:
    """The files that would have to go for one at `path`: that where a folder has to be, or those in a folder there.

    None where nothing is in the way, or something that is neither: a link, a device, a place outside the repository.
    """
    if obstacle(root, path) in ("", _OUTSIDE):
        return None
    parts = PurePosixPath(path).parts
    for count in range(1, len(parts)):
        parent = "/".join(parts[:count])
        kind = _kind(f"{root}/{parent}")
        if kind is None or not stat.S_ISDIR(kind):
            return frozenset({parent}) if kind is not None and stat.S_ISREG(kind) else None
    kind = _kind(f"{root}/{path}")
    return frozenset(_below(root, path)) if kind is not None and stat.S_ISDIR(kind) else None


def _below(root: Path, folder: str) -> Iterator[str]:
    """Everything in a folder that is no folder itself; no link is followed."""
    for here, folders, names in os.walk(root / folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        yield from (Path(here, name).relative_to(root).as_posix() for name in (*names, *links))


def readable(path: Path) -> tuple[bytes | None, str]:
    """The file's bytes, None where there is none, and why they cannot be read."""
    try:
        return content(path), ""
    except OSError as error:
        return None, f"it cannot be read: {error.strerror}"


def content(path: Path) -> bytes | None:
    """The file's bytes; None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
