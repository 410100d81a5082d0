"""`obsboot diff`: what the user made of the pack, or what the next update brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.options import catalog_option, root_option
from obsboot.model import Exit

if TYPE_CHECKING:
    from obsboot.workspace import State
    from obsboot.workspace.comparing import Difference

SCHEMA = 1
_COLOURS = {"@": "cyan", "+": "green", "-": "red"}


@click.command("diff", short_help="Show your edits of the pack, or what an update would change in it.")
@root_option
@click.option("--template", is_flag=True, help="What a new rendering changes in the recorded one, whatever you edited.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of unified diffs.")
@catalog_option
@click.argument("paths", nargs=-1, metavar="[PATH]...")
def command(root: Path, template: bool, as_json: bool, roots: tuple[Path, ...], paths: tuple[str, ...]) -> None:
    """Show your edits as unified diffs against the pack as it was rendered; of the files or folders PATH, or of all.

    The line ends of a checkout are no difference, and files that are yours from the start are not compared.

    Exit codes: 0 no difference; 3 there is one.
    """
    from obsboot.commands.opened import opened  # noqa: PLC0415

    state = opened(root)
    found = _within(root, paths, state, _renewals(root, state, roots) if template else _edits(root, state))
    if as_json:
        import json  # noqa: PLC0415

        click.echo(json.dumps(as_data(found, template), indent=2, ensure_ascii=False))
    else:
        _show(found)
    raise SystemExit(Exit.DRIFT if found else Exit.DONE)


def _edits(root: Path, state: State) -> list[Difference]:
    from obsboot.workspace.comparing import edits  # noqa: PLC0415
    from obsboot.workspace.standing import standings  # noqa: PLC0415

    return list(edits(root, state, standings(root, state)))


def _renewals(root: Path, state: State, roots: tuple[Path, ...]) -> list[Difference]:
    from obsboot.commands.rendering import sides_now  # noqa: PLC0415
    from obsboot.workspace.comparing import renewals  # noqa: PLC0415

    return list(renewals(sides_now(root, state, roots)))


def _within(root: Path, paths: Sequence[str], state: State, found: list[Difference]) -> list[Difference]:
    """Those under the paths, each of which has to hold something of the pack."""
    from obsboot.commands.opened import is_under, named, unknown  # noqa: PLC0415

    known = [*state.files, *(one.goal for one in found)]
    inside = [named(root, text, known) for text in paths]
    for path in inside:
        if not any(is_under(each, path) for each in known):
            raise unknown(path, known)
    if not inside:
        return found
    return [one for one in found if any(is_under(each, path) for path in inside for each in (one.path, one.goal))]


def _show(found: Sequence[Difference]) -> None:
    from obsboot.commands.colour import echo  # noqa: PLC0415

    for one in found:
        for number, line in enumerate(one.lines):
            is_head = number < 2 and line.startswith(("---", "+++"))
            echo(line, None if is_head else _COLOURS.get(line[:1]))


def as_data(found: Sequence[Difference], template: bool) -> dict[str, object]:
    """The differences for machines; the schema is in docs/update.md."""
    return {
        "schema": SCHEMA,
        "of": "template" if template else "yours",
        "files": [
            {"path": one.path, "goal": one.goal, "what": one.what, "owner": one.owner, "lines": list(one.lines)}
            for one in found
        ],
    }
