"""Which recorded file is which rendered one: by where the template puts it, or by the template it comes from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obsboot.model import GeneratedFile
from obsboot.workspace.obstacles import in_way, obstacle, readable
from obsboot.workspace.state import Recorded, State, blob_id, is_pristine


@dataclass(frozen=True, slots=True)
class Sides:
    """One file of the pack: as it was rendered, as it is now, and as it is rendered anew.

    `path` is where it is, or would be; `goal` where it shall be. `recorded` is None for a file that is new in the
    pack, `file` for one that the template no longer has, `yours` where nothing is at `path`. `base` is None where its
    text is not known (of seeds it never is). `permissions` are those of the file at `path`. `blocked` says why the file
    cannot be read or written, `taken` that a file of the user's is where it shall be, `turned` that a folder is, or a
    file where its folder has to be.
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
    turned: bool = False

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
    left = _left(root, known, places, rendered)
    renamed = dict(_renamed(known, places, rendered, left))
    for path, file in rendered.items():
        old = renamed.get(path, "")
        here = (None if path in left else places.pop(path, None)) or places.pop(old, None)
        if old in left and here and not os.path.lexists(root / here) and os.path.lexists(root / path):
            here = None  # the file is gone, its place is another's, and what is at its new one is the user's
        yield _one(root, known, here, file)
    for here in places.values():
        yield _one(root, known, here, None)


def _one(root: Path, known: State, here: str | None, file: GeneratedFile | None) -> Sides:
    """The sides of the file that is recorded at `here`; a file that the user has moved stays where it is."""
    recorded = known.files[here] if here else None
    path = here or (file.path if file else "")
    moved = recorded is not None and bool(recorded.home)
    goal = path if file is None or moved or _is_one(root / path, root / file.path) else file.path
    turned = (recorded is None or goal != path) and in_way(root, goal) is not None
    elsewhere = _need_not_be_there(recorded) and in_way(root, path) is not None
    blocked = ("" if elsewhere else obstacle(root, path)) or ("" if turned or goal == path else obstacle(root, goal))
    yours, unread = (None, "") if blocked or elsewhere else readable(root / path)
    base = known.base.get(recorded.blob) if recorded else None
    taken = goal != path and not blocked and not turned and _is_taken(root / goal, file)
    permissions = _permissions(root / path, yours)
    return Sides(path, goal, recorded, base, yours, file, permissions, blocked or unread, taken, turned)


def _need_not_be_there(recorded: Recorded | None) -> bool:
    """Whether a folder in the place of the file, or a file in that of its folder, says nothing of the file itself."""
    return recorded is None or recorded.owner == "seed" or recorded.status == "declined"


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


def _left(root: Path, known: State, places: Mapping[str, str], rendered: Mapping[str, GeneratedFile]) -> set[str]:
    """The places that another template has now, where the user moved or deleted the file and its own has moved on.

    What was moved or deleted is that file, wherever it shall be now, and not the one that comes to its place. Where a
    file that was moved takes the place of a seed, that has moved on as well: nothing is ever written for it.
    """
    sources = {home: known.files[path].source for home, path in places.items()}
    several = _several(sources.values()) | _several(file.source for file in rendered.values())
    goals = {file.source: path for path, file in rendered.items() if file.source not in several}
    free = {file.source for path, file in rendered.items() if path not in places}
    seeds = {
        home for home, path in places.items() if known.files[path].owner == "seed" and sources[home] not in several
    }
    left = set[str]()
    for home, path in places.items():
        if home not in rendered or rendered[home].source == sources[home]:
            continue
        goal = goals.get(sources[home])
        if sources[home] in free and (path != home or not os.path.lexists(root / path)):
            left.add(home)
        elif path != home and goal in seeds:
            left |= {home, goal}
    return left


def _several(sources: Iterable[str]) -> set[str]:
    """The templates of more than one file."""
    return {source for source, count in Counter(sources).items() if count > 1}


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
