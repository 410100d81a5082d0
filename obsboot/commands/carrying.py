"""A plan carried out, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obsboot.commands.colour import echo
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace import Plan, Step

_DONE = {"create": "wrote", "replace": "wrote", "delete": "removed", "keep": "kept", "unchanged": "unchanged"}


def refuse_obstacles(plan: Plan) -> None:
    """Raises ObsbootError where something is in the way of the plan."""
    refused = [f"{step.path}: {step.reason}" for step in plan.of("refuse")]
    if refused:
        message = f"nothing was written: {'; '.join(refused)}"
        raise ObsbootError(message, fix="move away what is in the way", code=Exit.REFUSED)


def carry_out(plan: Plan) -> bool:
    """Writes the plan so that it can be undone, and says what happened to each file; whether anything was written."""
    from obsboot.workspace import write  # noqa: PLC0415

    refuse_obstacles(plan)
    written = write(plan, undoable=True)
    for step in steps_of(plan):
        echo(f"{_DONE[step.action]:<9} {step.path}" + (f": {step.reason}" if step.reason else ""))
    return bool(written)


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """The steps that a person cares for: all but those of the state."""
    from obsboot.workspace.state import ANSWERS, ATTRIBUTES, BASE, MANIFEST  # noqa: PLC0415

    return tuple(step for step in plan.steps if step.path not in (ANSWERS, ATTRIBUTES, BASE, MANIFEST))
