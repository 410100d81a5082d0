"""A file of the pack at another place, where updates will find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step, record_steps
from obsboot.workspace.state import FOLDER, SIDECAR, State, blob_id


def moving(root: Path, state: State, old: str, new: str) -> Plan:
    """The plan that moves a recorded file; into `new` if that is a folder. One that was moved already is recorded there.

    Raises ObsbootError where there is nothing to move, or where it would overwrite something or leave the repository.
    """
    if (root / new).is_dir():
        new = str(PurePosixPath(new, PurePosixPath(old).name))
    _refuse(root, state, old, new)
    there = content(root / old)
    steps = list(_moved(root, old, new)) if there is not None else []
    recorded = state.files[old]
    home = recorded.home or old
    files = {path: one for path, one in state.files.items() if path != old}
    files[new] = replace(recorded, home="" if home == new else home)
    return Plan(root, (*steps, *record_steps(root, replace(state, files=dict(sorted(files.items()))))))


def _refuse(root: Path, state: State, old: str, new: str) -> None:
    """Raises ObsbootError where the file cannot go there."""
    why = obstacle(root, old) or obstacle(root, new)
    if not why and PurePosixPath(new).parts[0] == FOLDER:
        why = f"{FOLDER}/ is for what obsboot itself keeps"
    if not why and new in state.files:
        why = f"{new} is a file of the pack"
    here, goal = ((root / path).is_file() for path in (old, new))
    if not why and here and goal:
        why = f"{new} is there already"
    if not why and not here and not goal:
        why = f"neither {old} nor {new} is there"
    if why:
        raise ObsbootError(f"{old} cannot be moved to {new}: {why}", code=Exit.REFUSED)


def _moved(root: Path, old: str, new: str) -> Iterator[Step]:
    """The file, and the template's version of it if that is beside it."""
    for behind in ("", SIDECAR):
        source, goal = f"{old}{behind}", f"{new}{behind}"
        data = content(root / source)
        if data is None:
            continue
        mode = (root / source).stat().st_mode & 0o777
        yield Step(goal, "create", f"from {source}", data, mode)
        yield Step(source, "delete", f"it is now {goal}", previous=blob_id(data))
