"""`obsboot update`: a newer obsboot, other answers, or both, and not a line of the user's lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot import __version__
from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.commands.terminal import ask_to_write, is_watched
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace import Wanted
    from obsboot.workspace.branches import Branch
    from obsboot.workspace.update import Update


@click.command("update", short_help="Bring the pack up to date without losing a hand-edited line.")
@root_option
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Never ask.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Another answer: cache.version=8. Repeatable.")
@click.option(
    "--branch", default="", metavar="NAME", help="Commit to this branch, without a checkout; for bare repositories too."
)
@click.option("--template", metavar="DIR|GIT", help="Update a project that copier made, from this template.")
@click.option("--ref", default="", metavar="REF", help="With --template: to this tag or commit, not the latest tag.")
@click.option("--answers-file", default="", metavar="PATH", help="With --template: copier's answers file, of several.")
@click.option("--trust", is_flag=True, help="With --template: let the template run its tasks and extensions.")
@catalog_option
def command(root: Path, template: str | None, pairs: tuple[str, ...], roots: tuple[Path, ...], **told: Any) -> None:
    """Render the pack anew, with this obsboot and with the answers as they are or as --set changes them, and bring
    what is new into the files as they are.

    Your edits stay: files that both sides have changed are merged three ways, and where they are at odds both stand in
    the file, or the template's in PATH.obsboot-new beside it. What was there before comes back with `obsboot undo`.

    With --template, the same for a project that copier made from any template of its own: see docs/copier.md.

    Exit codes: 0 done or nothing to do; 3 done with conflicts, or with --plan that there is something to do.
    """
    only_copied = {name: told.pop(name) for name in ("ref", "answers_file", "trust")}
    if template:
        told.pop("branch")
        from obsboot.commands.update_copied import Asked, update_copied  # noqa: PLC0415

        update_copied(Asked(root, template, pairs, **only_copied, **told))
    elif given := [name for name, value in only_copied.items() if value]:
        what = f"--{given[0].replace('_', '-')}"
        raise ObsbootError(f"{what}: --template is missing", fix="name the template that the project was made from")
    elif branch := told.pop("branch"):
        from obsboot.workspace.branches import laid_out  # noqa: PLC0415

        with laid_out(root, branch) as aside:
            _update(_Asked(aside.folder, pairs, roots, told, aside=True), lambda written: _committed(aside, written))
    else:
        _update(_Asked(root, pairs, roots, told), _taken_back)


def _taken_back(written: Sequence[str]) -> str:
    return f"Wrote {len(written)} files. `obsboot undo` takes it back."


def _committed(branch: Branch, written: Sequence[str]) -> str:
    from obsboot.workspace.branches import is_private  # noqa: PLC0415

    paths = [path for path in written if not is_private(path)]
    if not paths:
        return "Nothing to commit."
    made = branch.commit(paths, f"obsboot update to {__version__}")
    return f"Committed {len(paths)} files to {branch.name} ({made[:12]})."


@dataclass(frozen=True, slots=True)
class _Asked:
    """The repository, and what the command line says of it. `aside`: it is the tree of a branch, where nothing runs."""

    root: Path
    pairs: tuple[str, ...]
    roots: tuple[Path, ...]
    flags: Mapping[str, bool]
    aside: bool = False


def _update(asked: _Asked, done: Callable[[Sequence[str]], str]) -> None:
    """`done` finishes what was written, and says so."""
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.drafting import redrafted  # noqa: PLC0415
    from obsboot.commands.judging import judge_of  # noqa: PLC0415
    from obsboot.commands.showing import say  # noqa: PLC0415
    from obsboot.commands.update_text import as_data, show  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.workspace.update import plan_update  # noqa: PLC0415

    root, flags = asked.root, asked.flags
    interactive = not (flags["yes"] or flags["as_json"]) and is_watched()
    catalogue = catalogue_of(asked.roots)
    finish_interrupted(root)
    state = workspace.load_state(root)
    draft = redrafted(root, catalogue, state, asked.pairs, interactive)
    goal = wanted(root, draft, catalogue, state)
    update = plan_update(root, goal, judge_of(root, draft, catalogue, state, goal.files))
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
        if interactive:
            ask_to_write()
        said = done(workspace.write(update.plan, undoable=True))
        if not flags["as_json"]:
            say(said)
            if not asked.aside:
                _next_steps(update, goal)
    raise SystemExit(_code(update))


def _next_steps(update: Update, goal: Wanted) -> None:
    """What a pack in a work tree needs before the new files do anything."""
    from obsboot.commands.showing import say, show_secrets  # noqa: PLC0415

    show_secrets(update.plan, goal.directory)
    steps = () if update.conflicts else update.plan.of("create", "replace", "delete")
    touched = any(step.path.startswith(f"{goal.directory}/") for step in steps)
    if touched and any(file.path == f"{goal.directory}/compose.yaml" for file in goal.files):
        say(f"A stack that runs takes it up with `docker compose up --detach --force-recreate` in {goal.directory}/.")


def _code(update: Update) -> Exit:
    return Exit.DRIFT if update.conflicts else Exit.DONE
