"""Room for a file where a folder was, or for a folder where a file was: only what the update takes away makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from obsboot.merge import Conflict
from obsboot.workspace.obstacles import in_way, obstacle
from obsboot.workspace.state import SIDECAR
from obsboot.workspace.update.sides import Sides
from obsboot.workspace.update.steps import steps_of
from obsboot.workspace.update.verdicts import Verdict


def with_room(root: Path, every: Sequence[Sides], decided: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts of these sides, with a conflict for each file in whose place something stays that is the user's."""
    while any(sides.turned for sides in every):
        going = {step.path for each in decided for step in steps_of(root, each) if step.action == "delete"}
        settled = tuple(_stuck(root, *pair, going) or pair[1] for pair in zip(every, decided, strict=True))
        if settled == decided:  # else one more file stays where it is, and may be in the way of another
            break
        decided = settled
    return decided


def _stuck(root: Path, sides: Sides, each: Verdict, going: set[str]) -> Verdict | None:
    """The conflict of a file for which there is no room; None where there is, or none is needed."""
    in_the_way = (in_way(root, each.at) or frozenset()) - going if sides.turned and each.data is not None else ()
    if not in_the_way:
        return None
    what = f"{', '.join(sorted(in_the_way))} stays, and is where {each.at} has to be"
    text = sides.file.text.encode() if sides.file and sides.yours is not None else each.data
    beside = not obstacle(root, sides.path + SIDECAR)
    kept = replace(sides.recorded, status="conflict") if sides.recorded else None
    return Verdict(
        sides.path,
        "conflict",
        f"{what}; move it away, and update again" + "; the template's file is beside it" * beside,
        aside=text if beside else None,
        conflicts=(Conflict(1, 1, "a file of yours", "a new file", what),),
        recorded=kept,
        base=sides.base,
        mode=each.mode,
    )
