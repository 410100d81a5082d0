"""`obsboot resolve`: the way out of the conflicts that an update left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.options import catalog_option, root_option
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace import State
    from obsboot.workspace.resolving import Side


@click.command("resolve", short_help="List the conflicts that updates left, or take a side in them.")
@root_option
@click.option("--yours", is_flag=True, help="Keep your side of all that is at odds in PATH.")
@click.option("--template", is_flag=True, help="Take the template's side.")
@click.option("--edit", is_flag=True, help="Open PATH in $VISUAL or $EDITOR.")
@catalog_option
@click.argument("paths", nargs=-1, metavar="[PATH]...")
def command(root: Path, roots: tuple[Path, ...], paths: tuple[str, ...], **sides: bool) -> None:
    """Without PATH list what is open. With PATH and a side, settle each: markers in it give way to that side, and of
    two files beside each other one remains. With PATH alone, record that you have settled it by hand.

    What was there before comes back with `obsboot undo`.

    Exit codes: 0 settled, or nothing is open; 3 something is.
    """
    from obsboot.commands.opened import named, opened  # noqa: PLC0415

    chosen = [side for side, is_chosen in sides.items() if is_chosen]
    if len(chosen) > 1 or (chosen and not paths):
        raise ObsbootError(
            "say which files, and one of --yours, --template and --edit", fix="obsboot resolve PATH --yours"
        )
    state = opened(root)
    if not paths:
        _list(root, state)
    known = [*state.files]
    files = tuple(named(root, text, known) for text in paths)
    side = chosen[0] if chosen else ""
    if side == "edit":
        _edit(root, files)
    _settle(root, state, files, side, roots)


def _list(root: Path, state: State) -> None:
    """What is open, and how to settle it; ends the command."""
    from obsboot.commands.colour import echo  # noqa: PLC0415
    from obsboot.workspace.standing import standings  # noqa: PLC0415

    found = [one for one in standings(root, state) if one.what == "conflict"]
    for one in found:
        edit = " or --edit" if one.line else ""
        echo(f"{one.path}: {one.why}")
        echo(f"  obsboot resolve {one.path} --yours or --template{edit}")
    if not found:
        click.echo("Nothing is at odds.")
    raise SystemExit(Exit.DRIFT if found else Exit.DONE)


def _edit(root: Path, files: Sequence[str]) -> None:
    """Each file in the user's editor. Raises ObsbootError where that is not the way to settle it."""
    import os  # noqa: PLC0415

    from obsboot.workspace.obstacles import obstacle  # noqa: PLC0415
    from obsboot.workspace.state import SIDECAR  # noqa: PLC0415

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise ObsbootError("--edit: there is no editor", fix="set VISUAL or EDITOR")
    for path in files:
        why = obstacle(root, path) or ("" if (root / path).is_file() else "there is no such file")
        if why:
            raise ObsbootError(f"{path}: {why}", code=Exit.REFUSED)
        if (root / f"{path}{SIDECAR}").exists():
            fix = f"put into {path} what you want of {path}{SIDECAR}, then `obsboot resolve {path} --yours`"
            raise ObsbootError(f"{path}: there are no markers to edit; the template's version is beside it", fix=fix)
        click.edit(editor=editor, filename=str(root / path))


def _settle(root: Path, state: State, files: Sequence[str], side: str, roots: tuple[Path, ...]) -> None:
    from obsboot.commands.carrying import carry_out  # noqa: PLC0415
    from obsboot.commands.rendering import sides_now  # noqa: PLC0415
    from obsboot.workspace.resolving import resolving  # noqa: PLC0415

    taken: Side | None = "yours" if side == "yours" else "template" if side == "template" else None
    carry_out(resolving(root, state, files, taken, lambda: sides_now(root, state, roots)))
    for path in files:
        click.echo(f"{path} is settled.")
