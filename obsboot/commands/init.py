"""`obsboot init`: detect, ask, resolve, render, write."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.answers import Draft, Given
    from obsboot.catalog import Catalogue
    from obsboot.detect import Detection
    from obsboot.workspace import Plan, State


@dataclass(frozen=True, slots=True)
class _Said:
    """What the command line says. `interactive`: a person is there and may be asked."""

    pairs: tuple[str, ...]
    file: Path | None
    interactive: bool


@click.command("init", short_help="Write the observability pack of this repository.")
@root_option
@click.option("--yes", "-y", is_flag=True, help="Accept what was detected and the defaults; never ask.")
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="An answer: team=payments, cache.version=8. Repeatable."
)
@click.option("--answers", "file", type=click.Path(path_type=Path), metavar="FILE", help="Answers from a YAML file.")
@catalog_option
def command(root: Path, yes: bool, pairs: tuple[str, ...], file: Path | None, roots: tuple[Path, ...]) -> None:
    """Write the observability pack of this repository.

    Detects what it can, asks only what is unknown, shows the plan, and writes. Without a terminal, and with --yes,
    --set or --answers, nothing is asked: what is missing is listed with the flag that sets it.
    """
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.showing import say, show_detection, show_plan  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.detect import detect  # noqa: PLC0415

    said = _Said(pairs, file, not (yes or pairs or file) and sys.stdin.isatty() and sys.stdout.isatty())
    catalogue = catalogue_of(roots)
    if note := workspace.recover(root):
        say(note)
    state = workspace.load_state(root)
    detection = detect(root, catalogue)
    show_detection(detection)
    draft = _draft(root, said, catalogue, detection, state)
    plan = workspace.plan(root, wanted(root, draft, catalogue, state))
    if plan.is_noop:
        _unchanged(plan)
        return
    if error := workspace.refusal(plan):
        raise error
    show_plan(plan)
    if said.interactive and not _confirmed():
        raise ObsbootError("nothing was written, as you wished", code=Exit.REFUSED)
    workspace.write(plan)
    _next_steps(plan, draft, catalogue)


def _draft(root: Path, said: _Said, catalogue: Catalogue, detection: Detection, state: State | None) -> Draft:
    """The answers of all sources, complete; a person was asked for what was open."""
    from obsboot import answers, workspace  # noqa: PLC0415
    from obsboot.answers.unanswered import assumptions, demand  # noqa: PLC0415
    from obsboot.commands.showing import say  # noqa: PLC0415

    known = workspace.stored(root, state, catalogue)
    instances = [*catalogue, *detection.instances, *(g.key.partition(".")[0] for g in known)]
    flags = answers.from_flags(said.pairs)
    told: list[Given] = [*flags, *answers.from_environment(os.environ, instances)]
    if said.file:
        told += answers.from_file(said.file, str(said.file))
    told += known
    directory = next((g.text.strip() for g in told if g.key == "directory"), catalogue.questions["directory"].default)
    told += answers.from_detection(detection, str(directory))
    draft = answers.merge(told, catalogue, detection)
    if said.interactive:
        from obsboot.answers.asking import ask, missing, prompts  # noqa: PLC0415

        told = [*ask(prompts(draft, catalogue, detection), draft.answers.values), *told]
        draft = answers.merge([*flags, *told], catalogue, detection)
        if draft.missing:  # an answer can make another one needed
            told = [*ask(missing(draft), draft.answers.values), *told]
            draft = answers.merge([*flags, *told], catalogue, detection)
    demand(draft)
    for note in assumptions(draft, catalogue):
        say(f"note: {note}")
    return draft


def _confirmed() -> bool:
    """Whether the person wants the files. What was typed before the question was shown is no answer to it."""
    with suppress(ImportError, OSError):
        import termios  # noqa: PLC0415 - not everywhere

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return click.confirm("Write these files?", default=True)


def _unchanged(plan: Plan) -> None:
    from obsboot.commands.showing import say  # noqa: PLC0415

    for step in plan.of("keep"):
        say(f"{step.path}: kept, {step.reason}")
    for note in plan.notes:
        say(note)
    say("The pack is there already, with the same answers: nothing to write.")


def _next_steps(plan: Plan, draft: Draft, catalogue: Catalogue) -> None:
    from obsboot.commands.showing import say  # noqa: PLC0415

    directory = draft.answers.values.get("directory", catalogue.questions["directory"].default)
    say(f"Wrote {len(plan.of('create', 'replace'))} files.")
    if draft.answers.values.get("receiver", catalogue.questions["receiver"].default) == "none":
        say("warning: nobody is told of alerts yet: --set receiver=webhook, slack, email or pagerduty")
    for step in plan.of("create"):
        if step.path.startswith(f"{directory}/secrets/") and not step.path.endswith("/README"):
            say(f"fill in {step.path}")
    say(f"""
Next:
  obsboot check             prove what can be proven without containers
  obsboot validate          prove the rest in containers
  {directory}/README.md     what is in the pack and how to start it""")
