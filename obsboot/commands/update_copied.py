"""`obsboot update --template`: a newer version of any copier template, and not a line of the user's lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.showing import say
from obsboot.commands.terminal import ask_to_write, is_watched
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace.copied import Copied

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; empty is not said."""

    root: Path
    template: str
    pairs: tuple[str, ...]
    ref: str
    answers_file: str
    trust: bool
    only_plan: bool
    as_json: bool
    yes: bool

    @property
    def interactive(self) -> bool:
        return not (self.yes or self.as_json) and is_watched()

    @property
    def answers(self) -> Mapping[str, str]:
        """The answers of --set. Raises ObsbootError."""
        pairs = [pair.partition("=") for pair in self.pairs]
        if bad := [key for key, sign, _ in pairs if not sign or not key or key.startswith("_")]:
            raise ObsbootError(f"--set {bad[0]}: this is no answer", fix="write --set KEY=VALUE")
        return {key: value for key, _, value in pairs}


def update_copied(asked: Asked) -> NoReturn:
    """Plans, shows, asks and writes, and ends the command with its exit code. Raises ObsbootError."""
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.workspace.copied import copied_refusal  # noqa: PLC0415

    finish_interrupted(asked.root)
    copied = _planned(asked)
    if asked.as_json:
        click.echo(json.dumps(_as_data(asked, copied), indent=2, ensure_ascii=False))
    else:
        _show(asked, copied)
    if error := copied_refusal(copied):
        raise error
    if asked.only_plan:
        raise SystemExit(Exit.DONE if copied.update.is_noop else Exit.DRIFT)
    if not copied.update.plan.is_noop:
        if asked.interactive:
            ask_to_write()
        written = workspace.write(copied.update.plan, undoable=True)
        if not asked.as_json:
            say(f"Wrote {len(written)} files. `obsboot undo` takes it back.")
    raise SystemExit(Exit.DRIFT if copied.update.conflicts else Exit.DONE)


def _planned(asked: Asked) -> Copied:
    from obsboot.workspace.copied import Template, copier_answers, plan_copied  # noqa: PLC0415

    changed = asked.answers
    answers = copier_answers(asked.root, asked.template, asked.answers_file)
    template = Template(asked.template, asked.trust)
    before = template.before(asked.root, answers)
    after = template.after(asked.root, answers, asked.ref, changed)
    for key in sorted(changed.keys() - after.answers):
        click.echo(f"--set {key}: {after.version} keeps no such answer", err=True)
    return plan_copied(asked.root, before, after, template.name)


def _show(asked: Asked, copied: Copied) -> None:
    from obsboot.commands.update_text import show_files  # noqa: PLC0415

    say(f"{copied.template}: {copied.before} -> {copied.after}")
    show_files(asked.root, copied.update)
    for command in copied.migrations:
        say(f"not run, a migration of the template: {command}")
    if copied.migrations:
        say("obsboot runs no migrations. Read them, and run by hand in the project what you need of them.")
    if copied.update.is_noop:
        say("The project is up to date: nothing to write.")


def _as_data(asked: Asked, copied: Copied) -> dict[str, object]:
    """The plan for machines; its schema is in docs/copier.md."""
    from obsboot.commands.update_text import files_data  # noqa: PLC0415

    return {
        "schema": SCHEMA,
        "template": copied.template,
        "from": copied.before,
        "to": copied.after,
        "files": files_data(asked.root, copied.update),
        "writes": [step.path for step in copied.update.plan.of("create", "replace", "delete")],
        "conflicts": len(copied.update.conflicts),
        "migrations": list(copied.migrations),
    }
