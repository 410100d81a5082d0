"""`obsboot undo`: what obsboot did last, taken back."""

from __future__ import annotations

from pathlib import Path

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import root_option
from obsboot.commands.terminal import ask_to_write, is_watched
from obsboot.model import Exit

_WILL = {"create": "brings back", "replace": "puts back", "delete": "removes", "keep": "keeps"}


@click.command("undo", short_help="Take back what obsboot did last.")
@root_option
@click.option("--yes", "-y", is_flag=True, help="Never ask.")
def command(root: Path, yes: bool) -> None:
    """Take back what the last update, restore, resolve, mv or undo did; so a second undo does it again.

    A file that you changed since stays as it is, and what it was before is put into .obsboot/backup/.

    Exit codes: 0 done; 3 done, but for files that stay.
    """
    from obsboot.commands.carrying import refuse_obstacles, steps_of  # noqa: PLC0415
    from obsboot.commands.colour import echo  # noqa: PLC0415
    from obsboot.workspace import write  # noqa: PLC0415
    from obsboot.workspace.undoing import undoing  # noqa: PLC0415

    finish_interrupted(root)
    plan = undoing(root)
    refuse_obstacles(plan)
    for step in steps_of(plan):
        echo(f"{_WILL[step.action]:<11} {step.path}: {step.reason}")
    if plan.is_noop:
        click.echo("All is as it was before: nothing to write.")
    else:
        if not yes and is_watched():
            ask_to_write()
        write(plan, undoable=True)
        click.echo("Undone. `obsboot undo` does it again.")
    raise SystemExit(Exit.DRIFT if plan.of("keep") else Exit.DONE)
