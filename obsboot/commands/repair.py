"""`obsboot repair`: the state of the pack is lost, damaged or half merged, and is made whole again."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.commands.showing import say, show_rows
from obsboot.commands.terminal import ask_to_write, forget_typed, is_watched

if TYPE_CHECKING:
    from obsboot.catalog import Catalogue
    from obsboot.workspace import State, Wanted
    from obsboot.workspace.remains import Guess, Rendering
    from obsboot.workspace.repairing import Repair

SCHEMA = 1


@click.command("repair", short_help="Make the lost or damaged state of the pack whole again.")
@root_option
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Never ask.")
@catalog_option
def command(root: Path, as_json: bool, yes: bool, roots: tuple[Path, ...]) -> None:
    """Make `.obsboot/` whole again where it is lost, damaged or half merged. No other file is touched.

    The manifest is taken as it is, or from git's history; the text that each file began with is looked for in the files
    themselves, in git, and in a rendering of the answers, and counts only where its hash is the recorded one. A file of
    which that is not found counts as yours, and no update will overwrite it.

    Exit codes: 0 repaired, or nothing to repair; 5 it cannot be repaired.
    """
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.workspace.repairing import plan_repair  # noqa: PLC0415

    finish_interrupted(root)
    catalogue = catalogue_of(roots)
    repair = plan_repair(root, _rendering(root, catalogue), _guess(root, catalogue))
    if as_json:
        click.echo(json.dumps(as_data(repair), indent=2, ensure_ascii=False))
    else:
        _show(repair)
    if repair is None:
        return
    if error := workspace.refusal(repair.plan):
        raise error
    if not (yes or as_json) and is_watched():
        forget_typed()
        ask_to_write("Write these files?")
    workspace.write(repair.plan, undoable=True)
    if not as_json:
        say("Repaired. `obsboot undo` takes it back.")


def _rendering(root: Path, catalogue: Catalogue) -> Rendering:
    """What a text of answers, perhaps one from git, stands for today."""
    from obsboot.answers import Given, from_file, merge  # noqa: PLC0415
    from obsboot.answers.migrating import migrated  # noqa: PLC0415
    from obsboot.answers.unanswered import demand  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.workspace.state import ANSWERS  # noqa: PLC0415

    def render(answers: bytes, state: State | None) -> Wanted:
        origin = state.origin if state else {}
        with TemporaryDirectory() as folder:
            path = Path(folder, "answers.yml")
            path.write_bytes(answers)
            given = from_file(path, ANSWERS)
        given = migrated(given, state.version, catalogue.migrations) if state else given
        draft = merge((Given(g.key, g.text, origin.get(g.key, "file"), g.where) for g in given), catalogue)
        demand(draft)
        return wanted(root, draft, catalogue, None)

    return render


def _guess(root: Path, catalogue: Catalogue) -> Guess:
    """The answers that the manifest has by value, and for the others what the repository says today."""
    from obsboot.answers import stored_text  # noqa: PLC0415
    from obsboot.commands.drafting import Said, drafted  # noqa: PLC0415
    from obsboot.detect import detect  # noqa: PLC0415

    def guess(state: State) -> bytes:
        pairs = tuple(f"{key}={state.values[key]}" for key in state.origin if key in state.values)
        said = Said(pairs, None, interactive=False, quiet=True)
        draft = drafted(root, said, catalogue, detect(root, catalogue), None)
        explicit = {key: value for key, value in draft.explicit().items() if key in state.origin}
        return stored_text(explicit, catalogue).encode()

    return guess


def _show(repair: Repair | None) -> None:
    """What is wrong, what was found and where, and of which files nothing was."""
    if repair is None:
        say("The state is whole: nothing to repair.")
        return
    say(repair.fault)
    rows = [("manifest", "", repair.manifest), ("answers", "", repair.answers)]
    rows += [(kind, str(count), where) for kind, where, count in repair.sources]
    show_rows("Found", ("what", "files", "where"), rows)
    for each in repair.found:
        if each.kind == "unknown":
            say(f"{each.path}: what it began with is not found; it counts as yours")
    for step in repair.plan.of("replace"):
        if step.backup:
            say(f"{step.path}: replaced, what is there now goes to {step.backup}")
    say(f"To be written: {', '.join(step.path for step in repair.plan.of('create', 'replace'))}")


def as_data(repair: Repair | None) -> dict[str, object]:
    """What was found, for machines; the schema is in docs/adopt.md."""
    if repair is None:
        return {"schema": SCHEMA, "fault": "", "writes": []}
    return {
        "schema": SCHEMA,
        "fault": repair.fault,
        "manifest": repair.manifest,
        "answers": repair.answers,
        "files": repair.counts,
        "sources": [{"kind": kind, "where": where, "files": count} for kind, where, count in repair.sources],
        "unknown": [each.path for each in repair.found if each.kind == "unknown"],
        "writes": [step.path for step in repair.plan.of("create", "replace")],
    }
