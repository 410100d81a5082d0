"""Which recorded file is which rendered one: by where the template puts it, or by the template it comes from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obsboot.model import GeneratedFile
from obsboot.workspace.obstacles import obstacle, readable
from obsboot.workspace.planning import is_pristine
from obsboot.workspace.state import Recorded, State, blob_id


@dataclass(frozen=True, slots=True)
class Sides:
    """One file of the pack: as it was rendered, as it is now, and as it is rendered anew.

    `path` is where it is, or would be; `goal` where it shall be. `recorded` is None for a file that is new in the
    pack, `file` for one that the template no longer has, `yours` where nothing is at `path`. `base` is None where its
    text is not known (of seeds it never is). `permissions` are those of the file at `path`. `blocked` says why the file
    cannot be read or written, `taken` that a file of the user's is where it shall be.
    """

    path: str
    goal: str
    recorded: Recorded | None
    base: str | None
    yours: bytes | None
    file: GeneratedFile | None
    permissions: int = 0o644
    blocked: str = ""
    taken: bool = False

    @property
    def is_pristine(self) -> bool:
        """Whether it is as it was rendered; a checkout with CRLF line ends has those bytes as well."""
        return self.recorded is not None and self.yours is not None and is_pristine(self.yours, self.recorded.blob)

    @property
    def is_current(self) -> bool:
        """Whether it is as it is rendered now."""
        return (
            self.file is not None
            and self.yours is not None
            and is_pristine(self.yours, blob_id(self.file.text.encode()))
        )

    @property
    def mode(self) -> int:
        """The permissions that it shall have: yours, but for executing it, where the template has changed that."""
        was = self.recorded is not None and self.yours is not None and self.recorded.executable
        executable = self.file.executable if self.file else was
        if executable == was:
            return self.permissions
        readers = (self.permissions & 0o444) >> 2
        return self.permissions | readers if executable else self.permissions & ~0o111


def sides(root: Path, known: State, files: Iterable[GeneratedFile]) -> Iterator[Sides]:
    """Every file of the recorded and of the new rendering."""
    rendered = {file.path: file for file in files}
    places = {recorded.home or path: path for path, recorded in known.files.items()}
    left = frozenset(_left(root, known, places, rendered))
    renamed = dict(_renamed(known, places, rendered, left))
    for path, file in rendered.items():
        here = (None if path in left else places.pop(path, None)) or places.pop(renamed.get(path, ""), None)
        yield _one(root, known, here, file)
    for here in places.values():
        yield _one(root, known, here, None)


def _one(root: Path, known: State, here: str | None, file: GeneratedFile | None) -> Sides:
    """The sides of the file that is recorded at `here`; a file that the user has moved stays where it is."""
    recorded = known.files[here] if here else None
    path = here or (file.path if file else "")
    moved = recorded is not None and bool(recorded.home)
    goal = path if file is None or moved or _is_one(root / path, root / file.path) else file.path
    blocked = obstacle(root, path) or obstacle(root, goal)
    yours, unread = (None, "") if blocked else readable(root / path)
    base = known.base.get(recorded.blob) if recorded else None
    taken = goal != path and not blocked and _is_taken(root / goal, file)
    return Sides(path, goal, recorded, base, yours, file, _permissions(root / path, yours), blocked or unread, taken)


def _is_one(path: Path, other: Path) -> bool:
    """Whether two names are of one file: behind a link, or on a disk to which upper and lower case are the same."""
    try:
        return path != other and path.samefile(other)
    except OSError:
        return False


def _is_taken(goal: Path, file: GeneratedFile | None) -> bool:
    there, unread = readable(goal)
    return bool(unread) or (
        there is not None and file is not None and not is_pristine(there, blob_id(file.text.encode()))
    )


def _permissions(path: Path, there: bytes | None) -> int:
    return 0o644 if there is None else path.stat().st_mode & 0o777


def _left(root: Path, known: State, places: Mapping[str, str], rendered: Mapping[str, GeneratedFile]) -> Iterator[str]:
    """The places that another template has now, where the user deleted the file and its own template has moved on.

    What was deleted is that file, wherever it shall be now, and not the one that comes to its place.
    """
    new = {file.source for path, file in rendered.items() if path not in places}
    for home, path in places.items():
        source = known.files[path].source
        if home in rendered and rendered[home].source != source and source in new and not os.path.lexists(root / path):
            yield home


def _renamed(
    known: State, places: Mapping[str, str], rendered: Mapping[str, GeneratedFile], left: Container[str]
) -> Iterator[tuple[str, str]]:
    """(new place, old place) of each file that is the only one of its template, or the only one with its last names."""
    gone = {home: known.files[path].source for home, path in places.items() if home not in rendered or home in left}
    come = {path: file.source for path, file in rendered.items() if path not in places or path in left}
    for names in (2, 1, 0):
        found = dict(_pairs(_with_names(come, names), _with_names(gone, names)))
        yield from found.items()
        come = {path: source for path, source in come.items() if path not in found}
        gone = {path: source for path, source in gone.items() if path not in found.values()}


def _with_names(sources: Mapping[str, str], names: int) -> dict[str, tuple[str, ...]]:
    """Each file's template, and so many of the last names of its path."""
    return {path: (source, *PurePosixPath(path).parts[::-1][:names]) for path, source in sources.items()}


def _pairs(come: Mapping[str, object], gone: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The paths on both sides that have the same mark, where only one on each side has it."""
    once_come, once_gone = Counter(come.values()), Counter(gone.values())
    for path, mark in come.items():
        if once_come[mark] == once_gone[mark] == 1:
            yield path, next(home for home, each in gone.items() if each == mark)
