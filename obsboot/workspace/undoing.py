"""The way back: what the last undoable plan has put in place, taken away again, and what was there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.journal import JOURNAL, UNDO, Entry, read_journal
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step
from obsboot.workspace.state import FOLDER, blob_id

CHANGED = "it was changed since, and stays as it is"


def undoing(root: Path) -> Plan:
    """The plan that undoes the last one; executed as an undoable plan it can be undone in turn.

    A file that was changed since stays. Raises ObsbootError where there is nothing to undo, or the state itself was
    changed since.
    """
    folder = root / UNDO
    if obstacle(root, f"{UNDO}/{JOURNAL}") or not (folder / JOURNAL).is_file():
        raise ObsbootError(
            f"{root}: there is nothing to undo", fix="only what obsboot did last can be undone", code=Exit.REFUSED
        )
    steps = tuple(step for entry in read_journal(folder).entries for step in _back(root, entry))
    foreign = [step.path for step in steps if step.action == "keep" and step.path.startswith(f"{FOLDER}/")]
    if foreign:
        raise ObsbootError(
            f"{', '.join(foreign)}: changed since, so what obsboot did last can no longer be undone as a whole",
            fix="use version control",
            code=Exit.REFUSED,
        )
    return Plan(root, steps)


def _back(root: Path, entry: Entry) -> Iterator[Step]:
    if why := obstacle(root, entry.path):
        yield Step(entry.path, "refuse", why)
        return
    there, old = content(root / entry.path), root / UNDO / f"{entry.number}.old"
    found = "" if there is None else blob_id(there)
    before = content(old)
    if ("" if before is None else blob_id(before)) == found:
        return  # as it was, by whomever
    if found != entry.blob:
        yield Step(entry.path, "keep", CHANGED)
    elif before is None:
        yield Step(entry.path, "delete", "it was not there before", previous=found)
    else:
        mode = old.stat().st_mode & 0o777
        yield Step(entry.path, "replace" if found else "create", "as before", before, mode, found)
