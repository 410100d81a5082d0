"""What an updater has to do to take part, and obsboot's own part."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from obsboot.model import Exit, GeneratedFile
from obsboot.workspace import Wanted, plan, write
from obsboot.workspace.update import plan_update
from tests.fuzz.projects import Project


@dataclass(frozen=True)
class Outcome:
    """Of one update. `told` are the paths of which the tool says that something of the new version is not there."""

    code: int
    told: frozenset[str]
    seconds: float


class Tool(Protocol):
    """An updater of projects."""

    name: str

    def begin(self, project: Project, root: Path) -> None:
        """Writes the first version into the folder `root`, which is there and empty."""

    def update(self, project: Project, root: Path) -> Outcome:
        """Brings the second version into `root`, where the user has worked meanwhile."""


class Obsboot:
    """The engine of `obsboot update`, without a catalogue: the files are rendered already."""

    name = "obsboot"

    def begin(self, project: Project, root: Path) -> None:
        write(plan(root, _wanted(project.before)))

    def update(self, project: Project, root: Path) -> Outcome:
        began = time.perf_counter()
        update = plan_update(root, _wanted(project.after))
        write(update.plan, undoable=True)
        seconds = time.perf_counter() - began
        said = update.of("conflict", "orphan", "declined")
        homes = {each.recorded.home for each in said if each.recorded}
        told = {path for each in said for path in (each.path, each.at)} | homes
        return Outcome(Exit.DRIFT if update.conflicts else Exit.DONE, frozenset(told), seconds)


def _wanted(files: Iterable[GeneratedFile]) -> Wanted:
    return Wanted(tuple(files), answers="team: shop\n", answers_before="team: shop\n", directory="observability")
