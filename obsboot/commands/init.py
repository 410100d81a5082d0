"""`obsboot init`: detect, ask, resolve, render, write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.commands.terminal import ask_to_write, forget_typed, is_watched

if TYPE_CHECKING:
    from obsboot.workspace import Plan, Wanted


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
    from obsboot.commands.drafting import Said, drafted  # noqa: PLC0415
    from obsboot.commands.showing import say, show_detection, show_plan  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.detect import detect  # noqa: PLC0415

    said = Said(pairs, file, not (yes or pairs or file) and is_watched())
    catalogue = catalogue_of(roots)
    if note := workspace.recover(root):
        say(note)
    state = workspace.load_state(root)
    detection = detect(root, catalogue)
    show_detection(detection)
    draft = drafted(root, said, catalogue, detection, state)
    goal = wanted(root, draft, catalogue, state)
    plan = workspace.plan(root, goal)
    if plan.is_noop:
        _unchanged(plan)
        return
    if error := workspace.refusal(plan):
        raise error
    show_plan(plan)
    if said.interactive:
        forget_typed()
        ask_to_write("Write these files?")
    workspace.write(plan)
    _next_steps(plan, goal)


def _unchanged(plan: Plan) -> None:
    from obsboot.commands.showing import say  # noqa: PLC0415

    for step in plan.of("keep"):
        say(f"{step.path}: kept, {step.reason}")
    for note in plan.notes:
        say(note)
    say("The pack is there already, with the same answers: nothing to write.")


def _next_steps(plan: Plan, goal: Wanted) -> None:
    from obsboot.commands.showing import say, show_secrets  # noqa: PLC0415

    say(f"Wrote {len(plan.of('create', 'replace'))} files.")
    if goal.values["receiver"] == "none":
        say("warning: nobody is told of alerts yet: --set receiver=webhook, slack, email or pagerduty")
    show_secrets(plan, goal.directory)
    say(f"""
Next:
  obsboot check             prove what can be proven without containers
  obsboot validate          prove the rest in containers
  {goal.directory}/README.md     what is in the pack and how to start it""")
