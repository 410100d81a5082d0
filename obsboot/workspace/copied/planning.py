"""The plan of an update from a copier template: what it was, what it is, and what stands in the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from obsboot.merge import Labels
from obsboot.model import GeneratedFile, ObsbootError
from obsboot.workspace.copied.migrations import between
from obsboot.workspace.copied.renames import renames
from obsboot.workspace.copied.rendering import Rendered, Rendering
from obsboot.workspace.copied.verdicts import Met, decided
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, refused_for
from obsboot.workspace.state import Recorded, State, blob_id
from obsboot.workspace.update import Update, Verdict
from obsboot.workspace.update.moves import followed
from obsboot.workspace.update.room import with_room
from obsboot.workspace.update.sides import sides
from obsboot.workspace.update.steps import steps_of


@dataclass(frozen=True, slots=True)
class Copied:
    """What the update of a copier project does: from which version of its template to which."""

    template: str
    before: str
    after: str
    update: Update
    migrations: tuple[str, ...] = ()
    """Commands that the template has for this step. They are never run."""


def plan_copied(root: Path, before: Rendering, after: Rendering, template: str = "") -> Copied:
    """What the step from one rendering to the other means for the project. Reads only.

    Nothing is remembered between two updates: the answers file, which is a rendered file like the others, says where
    the project stands.
    """
    known = followed(root, _known(before))
    pairs = _renamed(root, known, before, after)
    files = [
        GeneratedFile(path, one.text or "", "managed", pairs.get(path, path), one.executable)
        for path, one in after.files.items()
    ]
    met = [
        Met(each, _old(before, each.recorded), after.files.get(each.file.path) if each.file else None)
        for each in sides(root, known, files)
    ]
    labels = Labels("yours", f"template {before.version}", f"template {after.version}")
    touched = [each for each in met if not each.is_untouched and not _is_left(root, each, after)]
    verdicts = tuple(decided(root, each, labels, after.version) for each in touched)
    verdicts = tuple(map(_placed, touched, with_room(root, [each.sides for each in touched], verdicts)))
    plan = Plan(root, tuple(step for each in verdicts for step in steps_of(root, each)))
    commands = between(after.migrations, before.version, after.version)
    return Copied(template, before.version, after.version, Update(before.version, verdicts, (), plan), commands)


def _is_left(root: Path, met: Met, after: Rendering) -> bool:
    """Whether the template leaves the file to the user, since there is one (`_skip_if_exists`)."""
    path = met.sides.goal
    return met.new is not None and path in after.skips and os.path.lexists(root / path)


def _placed(met: Met, each: Verdict) -> Verdict:
    """The verdict, or a refusal where the template's file could be put nowhere: no later update would bring it."""
    is_file = met.new is not None and not met.new.is_link
    nowhere = met.sides.turned and is_file and each.action == "conflict" and each.data is each.aside is None
    return Verdict(each.path, "refuse", each.reason) if nowhere else each


def copied_refusal(copied: Copied) -> ObsbootError | None:
    """Why the update cannot be executed, with every file that stands against it; None where it can."""
    refused = copied.update.plan.of("refuse")
    if not refused:
        return None
    return refused_for(refused, len(refused), "take what you need of it, then move it out of the way")


def _known(before: Rendering) -> State:
    """The old rendering as the state of a pack would have it; what is no text is known by its blob alone."""
    files, base = {}, {}
    for path, one in before.files.items():
        files[path] = Recorded(path, blob_id(one.data), "managed", before.version, executable=one.executable)
        if (text := one.text) is not None:
            base[files[path].blob] = text
    return State(before.version, files, base=base)


def _old(before: Rendering, recorded: Recorded | None) -> Rendered | None:
    return before.files[recorded.source] if recorded else None


def _renamed(root: Path, known: State, before: Rendering, after: Rendering) -> dict[str, str]:
    """New path -> old path. What the user has already moved to the new path is that file; what else is there is not."""
    moved = {path: one.home for path, one in known.files.items() if one.home and path in after.files}
    gone = {path: one for path, one in before.files.items() if path not in after.files and path not in moved.values()}
    come = {
        path: one
        for path, one in after.files.items()
        if path not in before.files and not obstacle(root, path) and content(root / path) is None
    }
    return {**renames(gone, come), **moved}
