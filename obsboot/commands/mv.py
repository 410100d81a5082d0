"""`obsboot mv`: a file of the pack at another place."""

from __future__ import annotations

from pathlib import Path

import click

from obsboot.commands.options import root_option


@click.command("mv", short_help="Move a file of the pack so that updates follow it.")
@root_option
@click.argument("old")
@click.argument("new")
def command(root: Path, old: str, new: str) -> None:
    """Move the file OLD of the pack to NEW, or into it if it is a folder. Updates bring what is new for it there.

    If you have moved it already, the new place is recorded. What names the file by its old place is not changed.
    """
    from obsboot.commands.carrying import carry_out  # noqa: PLC0415
    from obsboot.commands.opened import named, opened, recorded  # noqa: PLC0415
    from obsboot.workspace.moving import moving  # noqa: PLC0415

    state = opened(root)
    (source,) = recorded(root, (old,), state.files)
    carry_out(moving(root, state, source, named(root, new)))
    click.echo("Updates follow it there. `obsboot check` tells what still expects it at the old place.")
