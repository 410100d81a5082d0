"""`obsboot restore`: files as they were rendered."""

from __future__ import annotations

from pathlib import Path

import click

from obsboot.commands.options import root_option


@click.command("restore", short_help="Put files of the pack back as they were rendered.")
@root_option
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def command(root: Path, paths: tuple[str, ...]) -> None:
    """Put each file PATH of the pack back as it was rendered the last time: one that you edited, deleted, or of which
    an update took note that you deleted it.

    What is there now comes back with `obsboot undo`.
    """
    from obsboot.commands.carrying import carry_out  # noqa: PLC0415
    from obsboot.commands.opened import opened, recorded  # noqa: PLC0415
    from obsboot.workspace.restoring import restoring  # noqa: PLC0415

    state = opened(root)
    if carry_out(restoring(root, state, recorded(root, paths, state.files))):
        click.echo("What was there before comes back with `obsboot undo`.")
