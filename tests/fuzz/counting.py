"""What an update has lost, counted in the files that it leaves behind."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from tests.fuzz.projects import HAND, NEW, Project
from tests.fuzz.tools import Outcome, Tool

SIDECARS = (".obsboot-new", ".rej", ".orig")
_MARKERS = re.compile(rb"^<{7,} ", re.MULTILINE)
_STATE = (".git", ".obsboot")
"""What a tool keeps there the user does not see: a line that is only there is lost."""


@dataclass(frozen=True)
class Count:
    """Of one tool in some projects.

    `hand` and `new` are how many lines the user wrote and the new template brings. `lost` and `dropped` say which of
    them stand neither in a file nor in a sidecar, `dropped` only where the tool is silent about their file.
    `conflicts` are the files that are left for the user to settle. `troubled` are the projects with any of these,
    `silent` those among them after which the exit code is 0.
    """

    projects: int = 0
    hand: int = 0
    lost: tuple[str, ...] = ()
    new: int = 0
    dropped: tuple[str, ...] = ()
    conflicts: int = 0
    troubled: int = 0
    silent: int = 0
    seconds: float = 0.0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def counted(tool: Tool, projects: Iterable[Project]) -> Count:
    """Runs each project through the tool, in temporary folders, and counts."""
    total = Count()
    for project in projects:
        with tempfile.TemporaryDirectory(prefix="obsboot-fuzz-") as folder:
            root = Path(folder, "project")
            root.mkdir()
            try:
                tool.begin(project, root)
                project.edit(root)
                total += count(project, root, tool.update(project, root))
            except Exception as error:
                error.add_note(f"{tool.name}, project {project.name}")
                raise
    return total


def count(project: Project, root: Path, outcome: Outcome) -> Count:
    """The count of one update that has left `root` as it is."""
    left = dict(_left(root))
    text = b"\n".join(left.values())
    hand, new = project.hand, project.new
    lost = sorted(hand - set(HAND.findall(text)))
    dropped = sorted(
        mark for mark in new.keys() - set(NEW.findall(text)) if not outcome.told & project.places(new[mark])
    )
    conflicts = {path.removesuffix(SIDECARS[0]) for path, data in left.items() if _is_unsettled(path, data)}
    is_troubled = bool(lost or dropped or conflicts)
    return Count(
        projects=1,
        hand=len(hand),
        lost=tuple(f"{project.name}: {mark.decode()} of {project.writer(mark)}" for mark in lost),
        new=len(new),
        dropped=tuple(f"{project.name}: {mark.decode()} of {new[mark].path}" for mark in dropped),
        conflicts=len(conflicts),
        troubled=is_troubled,
        silent=is_troubled and not outcome.code,
        seconds=outcome.seconds,
    )


def _left(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if name.parts[0] not in _STATE and path.is_file():
            yield name.as_posix(), path.read_bytes()


def _is_unsettled(path: str, data: bytes) -> bool:
    return path.endswith(SIDECARS) or bool(_MARKERS.search(data))
