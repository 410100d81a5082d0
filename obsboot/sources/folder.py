"""The files of a folder that checks can judge, whoever wrote them."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsboot.catalog import load
from obsboot.model import Component, Exit, ObsbootError
from obsboot.sources.globs import path_matches
from obsboot.sources.kinds import Form, form

Known = Callable[[], Mapping[str, Component]]

HEAD = 65_536
"""Characters from the beginning of a file by which it is told; what a file is stands at its top."""
MOST = 16 * 1024 * 1024
"""Bytes of a file that is read. Dashboards and rule files of this size have never been met; Grafana takes no larger one."""
_ELSEWHERE = frozenset({
    ".git", ".hg", ".svn", ".obsboot", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".terraform",
})  # fmt: skip
"""Folders that are not the repository's own text."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of use: text and form by path below `root`; `refused` says why one could not be read."""

    root: Path
    files: Mapping[str, str]
    forms: Mapping[str, Form]
    refused: Mapping[str, str] = field(default_factory=dict)
    exists: frozenset[str] = frozenset()
    """Every path that there is, of files and folders, for what other files name."""
    catalogue: Known = load
    """The technologies whose metrics are known."""
    expositions: Mapping[str, str] = field(default_factory=dict)
    """What a job was seen to expose: its name, and the path of the answer."""


def read_folder(
    root: Path, exclude: Sequence[str] = (), *, catalogue: Known = load, expositions: Mapping[str, str] | None = None
) -> Folder:
    """Everything below `root` that can be judged, without what the globs in `exclude` name.

    Symbolic links are not followed. Raises ObsbootError where there is no such folder.
    """
    if not root.is_dir():
        raise ObsbootError(f"{root}: there is no such folder", code=Exit.USAGE)
    files: dict[str, str] = {}
    forms: dict[str, Form] = {}
    refused: dict[str, str] = {}
    exists: set[str] = set()
    for path in _walk(root, exclude, exists):
        found = _told(root / path, refused, path)
        if found is not None:
            files[path], forms[path] = found
    return Folder(root, files, forms, refused, frozenset(exists), catalogue, expositions or {})


def _walk(root: Path, exclude: Sequence[str], exists: set[str]) -> Iterator[str]:
    for above, folders, names in os.walk(root):
        here = os.path.relpath(above, root)
        prefix = "" if here == "." else here.replace(os.sep, "/") + "/"
        folders[:] = sorted(f for f in folders if f not in _ELSEWHERE and _text(f) and not _out(prefix + f, exclude))
        files = sorted(filter(_text, names))
        exists.update(prefix + name for name in (*folders, *files))
        yield from (prefix + name for name in files if not _out(prefix + name, exclude))


def _text(name: str) -> bool:
    """Whether a name is text: a file of other bytes for its name can be read, and its name not be printed."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def _out(path: str, exclude: Sequence[str]) -> bool:
    return any(path_matches(each, path) for each in exclude)


def _told(path: Path, refused: dict[str, str], name: str) -> tuple[str, Form] | None:
    """The text of a file and its form, where it is of use."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and form(head.decode("utf-16", "replace")):
                refused[name] = "it is UTF-16, and has to be UTF-8"
            how = None if b"\0" in head else form(head.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
            if how is None:
                return None
            if os.fstat(file.fileno()).st_size > MOST:
                refused[name] = f"it is larger than {MOST // 1024**2} MiB"
                return None
            return (head + file.read()).decode("utf-8-sig").replace("\r\n", "\n"), how
    except UnicodeDecodeError as error:
        refused[name] = f"byte {error.start} is no UTF-8"
    except OSError as error:
        refused[name] = str(error.strerror)
    return None
