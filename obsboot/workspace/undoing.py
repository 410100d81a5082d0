"""The way back: what the last undoable plan has put in place, taken away again, and what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.journal import JOURNAL, UNDO, Entry, read_journal
from obsboot.workspace.obstacles import content, in_way, obstacle
from obsboot.workspace.planning import Plan, Step, replacing
from obsboot.workspace.state import ANSWERS, BASE, FOLDER, MANIFEST, blob_id

CHANGED = "it was changed since, and stays as it is"
BACKUP = f"{FOLDER}/backup"
"""Where the former bytes of a file go that stays: the record that has them gives way to that of the undoing."""


def undoing(root: Path) -> Plan:
    """The plan that undoes the last one; executed as an undoable plan it can be undone in turn.

    A file that was changed since stays, and what it was before is put under BACKUP. Raises ObsbootError where there is
    nothing to undo, or the state itself was changed since.
    """
    folder = root / UNDO
    if obstacle(root, f"{UNDO}/{JOURNAL}") or not (folder / JOURNAL).is_file():
        raise ObsbootError(
            f"{root}: there is nothing to undo", fix="only what obsboot did last can be undone", code=Exit.REFUSED
        )
    entries = read_journal(folder).entries
    going = frozenset(entry.path for entry in entries if entry.blob and not entry.previous and _is_there(root, entry))
    steps = tuple(step for entry in entries for step in _back(root, entry, going))
    foreign = [step.path for step in steps if step.action == "keep" and step.path in (ANSWERS, BASE, MANIFEST)]
    if foreign:
        raise ObsbootError(
            f"{', '.join(foreign)}: changed since, so what obsboot did last can no longer be undone as a whole",
            fix="use version control",
            code=Exit.REFUSED,
        )
    return Plan(root, steps, private=tuple(_private(entries)))


def _private(entries: Iterable[Entry]) -> set[str]:
    """The folders of secrets: one that has to be made again keeps others out again."""
    folders = (parent for entry in entries for parent in PurePosixPath(entry.path).parents)
    return {str(folder) for folder in folders if folder.name == "secrets"}


def _is_there(root: Path, entry: Entry) -> bool:
    """Whether the file that was put there is there still, as it was put."""
    there = None if obstacle(root, entry.path) else content(root / entry.path)
    return there is not None and blob_id(there) == entry.blob


def _back(root: Path, entry: Entry, going: frozenset[str]) -> Iterator[Step]:
    """What brings one file back; a folder or a file in its place gives way if it is one of those that go."""
    why, turned = obstacle(root, entry.path), in_way(root, entry.path)
    if why and turned is None:
        yield Step(entry.path, "refuse", why)
        return
    old = root / UNDO / f"{entry.number}.old"
    before = content(old)
    if turned is not None and not turned <= going:
        yield Step(entry.path, "keep", f"{why}, which stays")
        if before is not None:
            yield from _backed_up(root, entry.path, before, old.stat().st_mode & 0o777)
        return
    there = None if why else content(root / entry.path)
    found = "" if there is None else blob_id(there)
    if entry.previous and before is None:
        return  # somebody else had put the same bytes there, so nothing was replaced
    mode = old.stat().st_mode & 0o777 if before is not None else 0
    if ("" if before is None else blob_id(before)) == found and not _only_mode(root, entry, mode):
        return  # as it was, by whomever
    if found != entry.blob:
        yield Step(entry.path, "keep", CHANGED)
        if before is not None:
            yield from _backed_up(root, entry.path, before, mode)
    elif before is None:
        yield Step(entry.path, "delete", "it was not there before", previous=found)
    else:
        yield Step(entry.path, "replace" if found else "create", "as before", before, mode, found)


def _only_mode(root: Path, entry: Entry, mode: int) -> bool:
    """Whether nothing but the permissions was changed, and they are not as they were."""
    return entry.blob == entry.previous and (root / entry.path).stat().st_mode & 0o777 != mode


def _backed_up(root: Path, path: str, before: bytes, mode: int) -> Iterator[Step]:
    goal = f"{BACKUP}/{path}"
    there = None if obstacle(root, goal) else content(root / goal)
    if there != before:
        yield replace(replacing(root, goal, before, there), reason=f"what {path} was before", mode=mode)
