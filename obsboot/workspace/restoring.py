"""The pristine rendering of a file, back in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.line_ends import with_ends_of
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step, record_steps, replacing
from obsboot.workspace.state import SIDECAR, Recorded, State, blob_id, is_pristine


def restoring(root: Path, state: State, paths: Sequence[str]) -> Plan:
    """The plan that puts these recorded files back as they were rendered; what is beside one of them goes.

    Raises ObsbootError for a file whose rendering is not kept.
    """
    files = dict(state.files)
    steps: list[Step] = []
    for path in dict.fromkeys(paths):
        text, recorded = state.pristine(path), state.files[path]
        if text is None:
            why = "it is yours since it was written" if recorded.owner == "seed" else "nobody knows how it was rendered"
            raise ObsbootError(f"{path}: it cannot be restored: {why}", fix="see version control", code=Exit.REFUSED)
        steps += _back(root, path, recorded, text)
        files[path] = recorded if recorded.status == "orphan" else replace(recorded, status="written")
    return Plan(root, (*steps, *record_steps(root, replace(state, files=files))))


def _back(root: Path, path: str, recorded: Recorded, text: str) -> Iterator[Step]:
    if why := obstacle(root, path):
        yield Step(path, "refuse", why)
        return
    there = content(root / path)
    if there is not None and is_pristine(there, recorded.blob):
        yield Step(path, "unchanged", "it is as it was rendered")
    else:
        orphan = "; the template no longer has it, so the next update takes it away"
        reason = "as it was rendered" + orphan * (recorded.status == "orphan")
        step = replacing(root, path, with_ends_of(there, text), there)
        yield replace(step, reason=reason, mode=mode_of(root / path, recorded.executable))
    yield from without_sidecar(root, path)


def mode_of(path: Path, executable: bool) -> int:
    """The permissions of the file that is there, or those of a new one; what has to be executable is."""
    mode = path.stat().st_mode & 0o777 if path.is_file() else 0o644
    return mode | 0o111 if executable else mode


def without_sidecar(root: Path, path: str) -> Iterator[Step]:
    """The removal of the template's version beside the file, if there is one."""
    beside = f"{path}{SIDECAR}"
    there = None if obstacle(root, beside) else content(root / beside)
    if there is not None:
        yield Step(beside, "delete", "no longer needed", previous=blob_id(there))
