"""`obsboot status`: how the pack stands, without rendering and, where git knows, without reading it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from obsboot.commands.options import catalog_option, root_option
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace.state import State
    from obsboot.workspace.vouching import Vouched


@click.command("status", short_help="Say whether the pack is in sync, behind, drifted or in conflict.")
@root_option
@click.option("--full", is_flag=True, help="Render the pack to see what an update would change, by answers too.")
@click.option("--short", is_flag=True, help="One line.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@catalog_option
def command(root: Path, full: bool, short: bool, as_json: bool, roots: tuple[Path, ...]) -> None:
    """Say how the pack in this repository stands, in one word and file by file.

    in sync: as it was rendered, but for edits of files that are there to be edited. behind: another obsboot wrote it, or
    with --full: an update would change something. drifted: files that obsboot regenerates were edited, or files are
    missing. conflicts: markers, or files of the template beside yours, are left.

    Exit codes: 0 in sync; 3 behind, drifted or conflicts; 5 the recorded state is damaged.
    """
    from obsboot.commands.opened import opened  # noqa: PLC0415
    from obsboot.workspace.state import DamagedStateError  # noqa: PLC0415
    from obsboot.workspace.vouching import asked  # noqa: PLC0415

    looked: list[Vouched] = []
    try:
        state = opened(root, lambda known: looked.append(asked(root, known)))
    except DamagedStateError as error:
        _damaged(error, short, as_json)
    # Git is looking: the rest is loaded meanwhile.
    from obsboot.commands.status_text import Status, as_data, show, show_short  # noqa: PLC0415
    from obsboot.workspace.standing import standings  # noqa: PLC0415

    files = standings(root, state, *looked)
    in_conflict = any(one.line for one in files)
    changes = _changes(root, state, roots) if full and not in_conflict else None
    status = Status(state.version, files, changes)
    if as_json:
        import json  # noqa: PLC0415

        click.echo(json.dumps(as_data(status), indent=2, ensure_ascii=False))
    elif short:
        show_short(status)
    else:
        show(status)
        if full and in_conflict:
            click.echo("What an update would change is not told as long as markers are left.")
    raise SystemExit(Exit.DONE if status.word == "in sync" else Exit.DRIFT)


def _changes(root: Path, state: State, roots: tuple[Path, ...]) -> int:
    """How many files of the pack an update would touch; the state and secrets, which no clone has, are none."""
    from obsboot.commands.rendering import wanted_now  # noqa: PLC0415
    from obsboot.workspace.state import SIDECAR  # noqa: PLC0415
    from obsboot.workspace.update import plan_update  # noqa: PLC0415

    update = plan_update(root, wanted_now(root, state, roots))
    touched = {step.path for step in update.plan.of("create", "replace", "delete")}
    return sum(bool(touched & {one.path, one.at, one.path + SIDECAR}) for one in update.verdicts)


def _damaged(error: ObsbootError, short: bool, as_json: bool) -> NoReturn:
    """Says so in the form that was asked for, and ends the command."""
    fix = "`obsboot repair` rebuilds it from version control or from a new rendering, each file proven by its hash"
    if as_json:
        import json  # noqa: PLC0415

        from obsboot.commands.status_text import SCHEMA  # noqa: PLC0415

        click.echo(json.dumps({"schema": SCHEMA, "state": "damaged", "why": error.message, "fix": fix}, indent=2))
        raise SystemExit(Exit.REFUSED)
    if short:
        click.echo(f"damaged: {error.message}")
        raise SystemExit(Exit.REFUSED)
    raise ObsbootError(error.message, fix=fix, code=Exit.REFUSED)
