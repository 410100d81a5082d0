"""A pack of a few made-up files in the folder `o`: written as `init` writes one, and updated as `update` does."""

from __future__ import annotations

from pathlib import Path

from obsboot.model import GeneratedFile, Owner
from obsboot.workspace import Wanted, plan, write
from obsboot.workspace.update import Update, Verdict, plan_update
from obsboot.workspace.update.planning import Judge

ANSWERS = "service: shop\n"


def file(
    path: str, text: str = "one\ntwo\nthree\nfour\nfive\n", owner: Owner = "managed", source: str = "", x: bool = False
) -> GeneratedFile:
    """A rendered file below `o`; its source is its path, unless that is named. `x`: it may be executed."""
    return GeneratedFile(f"o/{path}", text, owner, source or path, executable=x)


def wanted(*files: GeneratedFile) -> Wanted:
    return Wanted(files=files, answers=ANSWERS, directory="o", answers_before=ANSWERS)


def pack(root: Path, *files: GeneratedFile) -> Path:
    """The repository with the pack in it."""
    root.mkdir(parents=True, exist_ok=True)
    write(plan(root, wanted(*files)))
    return root


def planned(root: Path, *files: GeneratedFile, judge: Judge | None = None) -> Update:
    return plan_update(root, wanted(*files), judge)


def updated(root: Path, *files: GeneratedFile, judge: Judge | None = None) -> Update:
    """The update to these files, done."""
    update = planned(root, *files, judge=judge)
    write(update.plan, undoable=True)
    return update


def the(update: Update, path: str) -> Verdict:
    """The one verdict for a path below `o`."""
    (found,) = [each for each in update.verdicts if each.path == f"o/{path}"]
    return found
