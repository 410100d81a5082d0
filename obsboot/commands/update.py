"""`obsboot update`: a newer obsboot, other answers, or both, and not a line of the user's lost."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.answers import Draft
    from obsboot.catalog import Catalogue
    from obsboot.workspace import State
    from obsboot.workspace.update import Update


@click.command("update", short_help="Bring the pack up to date without losing a hand-edited line.")
@root_option
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Never ask.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Another answer: cache.version=8. Repeatable.")
@catalog_option
def command(root: Path, pairs: tuple[str, ...], roots: tuple[Path, ...], **flags: bool) -> None:
    """Render the pack anew, with this obsboot and with the answers as they are or as --set changes them, and bring
    what is new into the files as they are.

    Your edits stay: files that both sides have changed are merged three ways, and where they are at odds both stand in
    the file, or the template's in PATH.obsboot-new beside it. What was there before comes back with `obsboot undo`.

    Exit codes: 0 done or nothing to do; 3 done with conflicts, or with --plan that there is something to do.
    """
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.judging import judge_of  # noqa: PLC0415
    from obsboot.commands.showing import say  # noqa: PLC0415
    from obsboot.commands.update_text import as_data, show  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.workspace.update import plan_update  # noqa: PLC0415

    interactive = not (flags["yes"] or flags["as_json"]) and sys.stdin.isatty() and sys.stdout.isatty()
    catalogue = catalogue_of(roots)
    if note := workspace.recover(root):
        click.echo(note, err=True)
    state = workspace.load_state(root)
    draft = _draft(root, pairs, catalogue, state, interactive)
    update = plan_update(root, wanted(root, draft, catalogue, state), judge_of(root, draft, catalogue))
    if flags["as_json"]:
        import json  # noqa: PLC0415

        click.echo(json.dumps(as_data(root, update), indent=2, ensure_ascii=False))
    else:
        show(root, update)
    if error := workspace.refusal(update.plan):
        raise error
    if flags["only_plan"]:
        raise SystemExit(Exit.DONE if update.is_noop else Exit.DRIFT)
    if not update.plan.is_noop:
        if interactive and not click.confirm("Write this?", default=True):
            raise ObsbootError("nothing was written, as you wished", code=Exit.REFUSED)
        written = workspace.write(update.plan, undoable=True)
        if not flags["as_json"]:
            say(f"Wrote {len(written)} files. `obsboot undo` takes it back.")
    raise SystemExit(_code(update))


def _code(update: Update) -> Exit:
    return Exit.DRIFT if update.conflicts else Exit.DONE


def _draft(root: Path, pairs: tuple[str, ...], catalogue: Catalogue, state: State | None, interactive: bool) -> Draft:
    """The stored answers under those of the command line; only what they leave open is asked for."""
    from obsboot import answers, workspace  # noqa: PLC0415
    from obsboot.answers.unanswered import demand  # noqa: PLC0415

    known = workspace.stored(root, state, catalogue)
    instances = [*catalogue, *(one.key.partition(".")[0] for one in known)]
    told = [*answers.from_flags(pairs), *answers.from_environment(os.environ, instances), *known]
    draft = answers.merge(told, catalogue)
    if interactive and draft.missing:
        from obsboot.answers.asking import ask, missing  # noqa: PLC0415

        draft = answers.merge([*ask(missing(draft), draft.answers.values), *told], catalogue)
    demand(draft)
    return draft
