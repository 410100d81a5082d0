"""Files on their way into their places and, where one cannot go there, back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.journal import JOURNAL, UNDO, Entry, Journal, make
from obsboot.workspace.obstacles import content, in_way, obstacle
from obsboot.workspace.state import STAGING, blob_id


class _ChangedError(ObsbootError):
    """Other bytes are there than the plan was made for."""


def commit(root: Path, journal: Journal) -> None:
    """Puts every file in its place; where one cannot go there, takes back those that were."""
    placed: list[Entry] = []
    try:
        for each in _in_order(journal):  # one by one: what is placed before a failure has to be known
            if isinstance(each, str):
                _make_folder(root, each, journal)
            elif _place(root, each):
                placed.append(each)
    except (OSError, ObsbootError):
        _take_back(root, placed, journal.folders)
        raise
    with suppress(OSError):  # all is in its place: what is left of the staging the next command clears away
        _end(root, journal)


def finish(root: Path, journal: Journal) -> list[str]:
    """Puts the rest in its place, perhaps long after: what is the user's by now stays and is returned.

    Nothing is ever taken back here, and where the system refuses, the next command tries again.
    """
    kept: list[str] = []
    for each in _in_order(journal):
        path = each if isinstance(each, str) else each.path
        has_room = not any(one == path or one in _above(path) or path in _above(one) for one in kept)
        if isinstance(each, str):
            if has_room:
                _make_folder(root, each, journal)
            continue
        try:
            if not has_room:
                raise changed(path)
            _place(root, each)
        except _ChangedError:
            kept.append(path)
    _end(root, journal)
    return kept


def _in_order(journal: Journal) -> Iterator[Entry | str]:
    """What has to give way, a file to a folder of its name or the other way round; then the folders; then the rest.

    All else goes after what comes, so that what is moved is never only in the staging.
    """
    coming = {entry.path for entry in journal.entries if entry.blob}
    over = {folder for path in coming for folder in _above(path)}
    first = [e for e in journal.entries if not e.blob and (e.path in over or coming & _above(e.path))]
    yield from first
    yield from journal.folders
    yield from (entry for entry in journal.entries if entry not in first)


def _above(path: str) -> set[str]:
    """The folders on the way to it."""
    return {str(parent) for parent in PurePosixPath(path).parents}


def _end(root: Path, journal: Journal) -> None:
    """All is in its place. What was there before stays under UNDO, if it is to be had back."""
    for entry in journal.entries:
        if not entry.blob:
            _prune(root, entry.path)
    if journal.undoable:
        for entry in journal.entries:  # a new file was put in its place as a link to the staged one
            (root / STAGING / str(entry.number)).unlink(missing_ok=True)
        shutil.rmtree(root / UNDO, ignore_errors=True)
        (root / STAGING).replace(root / UNDO)
        return
    (root / STAGING / JOURNAL).unlink()
    shutil.rmtree(root / STAGING, ignore_errors=True)


def _prune(root: Path, path: str) -> None:
    """A folder out of which the last file was taken goes."""
    with suppress(OSError):  # not empty, or gone already
        for parent in PurePosixPath(path).parents:
            if str(parent) != ".":
                (root / parent).rmdir()


def _make_folder(root: Path, folder: str, journal: Journal) -> None:
    if why := obstacle(root, f"{folder}/x"):
        raise ObsbootError(f"{folder}: {why}", code=Exit.REFUSED)
    with suppress(FileExistsError):  # an earlier run came this far, perhaps not to the mode
        (root / folder).mkdir()
    (root / folder).chmod(0o700 if folder in journal.private else 0o755)


def _place(root: Path, entry: Entry) -> bool:
    """Whether the file is there by our doing, in this run or in the one that is being finished."""
    if not entry.blob:
        return _removed(root, entry)
    staged, target = root / STAGING / str(entry.number), root / entry.path
    if in_way(root, entry.path) == frozenset():
        _clear(target)
    if why := obstacle(root, entry.path):
        raise ObsbootError(f"{entry.path}: {why}", fix=f"or remove {STAGING}", code=Exit.REFUSED)
    if not staged.exists() or (target.exists() and target.samefile(staged)):
        return True
    there = content(target)
    found = "" if there is None else blob_id(there)
    if found == entry.blob != entry.previous:
        return False  # somebody else wrote the same
    if found != entry.previous:
        raise changed(entry.path)
    if there is None:
        _put_new(staged, target)
    else:
        _keep(root, entry, there)
        staged.replace(target)
    return True


def _clear(folder: Path) -> None:
    """A folder in the place of a file goes; all that was in it has gone."""
    for here, _, _ in os.walk(folder, topdown=False):
        Path(here).rmdir()


def _removed(root: Path, entry: Entry) -> bool:
    """Whether the file is gone by our doing."""
    old = root / STAGING / f"{entry.number}.old"
    why = obstacle(root, entry.path)
    has_given_way = in_way(root, entry.path) is not None and old.exists()
    if why and not has_given_way:
        raise ObsbootError(f"{entry.path}: {why}", fix=f"or remove {STAGING}", code=Exit.REFUSED)
    there = None if why else content(root / entry.path)
    if there is None:
        return old.exists()
    if blob_id(there) != entry.previous:
        raise changed(entry.path)
    _keep(root, entry, there)
    (root / entry.path).unlink()
    return True


def changed(path: str) -> _ChangedError:
    return _ChangedError(f"{path}: it changed while obsboot was at work", fix="run it again", code=Exit.REFUSED)


def _keep(root: Path, entry: Entry, there: bytes) -> None:
    """The invariant: bytes that are not obsboot's own are copied before they are replaced."""
    old = root / STAGING / f"{entry.number}.old"
    if not old.exists():
        shutil.copy2(root / entry.path, old)
    if entry.backup:
        (root / entry.backup).unlink(missing_ok=True)
        make(root / entry.backup, there, 0o644)


def _put_new(staged: Path, target: Path) -> None:
    """Exclusively, so that a file which appeared just now is not overwritten; where links are unknown, nearly so."""
    try:
        os.link(staged, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise
        staged.rename(target)


def _take_back(root: Path, placed: Sequence[Entry], folders: Sequence[str]) -> None:
    for entry in reversed(placed):
        if entry.blob:
            _take_one_back(root, entry)
    for folder in reversed(folders):
        with suppress(OSError):
            (root / folder).rmdir()
    for entry in placed:
        if not entry.blob:
            (root / entry.path).parent.mkdir(parents=True, exist_ok=True)
            _take_one_back(root, entry)


def _take_one_back(root: Path, entry: Entry) -> None:
    there = content(root / entry.path)
    if ("" if there is None else blob_id(there)) != entry.blob:
        return
    old = root / STAGING / f"{entry.number}.old"
    if entry.previous and old.exists():
        old.replace(root / entry.path)
    elif not entry.previous:
        (root / entry.path).unlink()
    if entry.backup:
        (root / entry.backup).unlink(missing_ok=True)
