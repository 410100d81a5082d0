"""The steps that carry out a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from obsboot.workspace.obstacles import content, in_way, obstacle
from obsboot.workspace.planning import Step, replacing
from obsboot.workspace.state import FOLDER, SIDECAR, blob_id
from obsboot.workspace.update.verdicts import Verdict


def steps_of(root: Path, each: Verdict) -> Iterator[Step]:
    """What carries out one verdict."""
    if each.action == "refuse":
        yield Step(each.path, "refuse", each.reason)
    if each.action == "delete":
        yield _removing(root, each.path, each.reason)
    if each.data is not None:
        yield _written(root, each)
        if each.goal and each.goal != each.path:
            yield _removing(root, each.path, f"it is now {each.goal}")
    yield from _beside(root, each)


def _written(root: Path, each: Verdict) -> Step:
    # What stands in the way goes: with_room has seen to that.
    turned = in_way(root, each.at) is not None
    step = Step(each.at, "create", data=each.data or b"") if turned else _replacing(root, each)
    return replace(step, reason=each.reason, mode=each.mode)


def _replacing(root: Path, each: Verdict) -> Step:
    return replacing(root, each.at, each.data or b"", content(root / each.at))


def _removing(root: Path, path: str, reason: str) -> Step:
    return Step(path, "delete", reason, previous=blob_id(content(root / path) or b""))


def _beside(root: Path, each: Verdict) -> Iterator[Step]:
    """The sidecar, unless it says the same already; one that is no longer needed goes, as long as it is as written."""
    path = each.path + SIDECAR
    why = obstacle(root, path)
    there = None if why else content(root / path)
    if each.aside is None:
        if there is not None and each.base is not None and there == each.base.encode():
            yield _removing(root, path, "nothing is at odds any more")
    elif there != each.aside:
        step = replacing(root, path, each.aside, there)
        kept = f"{FOLDER}/backup/{path}-{step.previous[:8]}"  # somebody may have worked on it
        yield replace(step, backup=kept) if step.action == "replace" else step
