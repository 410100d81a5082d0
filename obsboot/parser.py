"""The parser of the command line: commands are imported when they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from obsboot import __version__
from obsboot.model.errors import Exit

COMMANDS: Mapping[str, str] = {
    "init": "Write the observability pack of this repository.",
    "detect": "Show what the repository tells about its stack, with file:line.",
    "adopt": "Take in a repository that has observability files of its own.",
    "update": "Bring the pack up to date without losing a hand-edited line.",
    "status": "Say whether the pack is in sync, behind, drifted or in conflict.",
    "diff": "Show your edits of the pack, or what an update would change in it.",
    "resolve": "List the conflicts that updates left, or take a side in them.",
    "restore": "Put files of the pack back as they were rendered.",
    "mv": "Move a file of the pack so that updates follow it.",
    "undo": "Take back what obsboot did last.",
    "pull": "Bring dashboards that were edited in Grafana back into the repository.",
    "repair": "Make the lost or damaged state of the pack whole again.",
    "check": "Prove what can be proven without containers, of any repository.",
    "validate": "Prove the rest in running containers.",
    "apply-elastic": "Install the pack's templates and pipelines in its log store.",
    "logs": "Try a log format on your own lines, and start one from them.",
    "catalog": "Look at, check and extend the catalogue of technologies.",
    "clean": "Remove what dead proving runs left behind.",
}
"""Command -> its line in the help; the module of the same name in `obsboot.commands` is only imported to run it."""


class _Lazy(click.Group):
    """A group that knows its commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"obsboot.commands.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches  # noqa: PLC0415

            close = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"there is no command {args[0]!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)


@click.group("obsboot", cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="obsboot")
@click.option(
    "--catalog",
    "roots",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A catalogue of your own on top of obsboot's; each command takes it as well.",
)
def cli(roots: tuple[Path, ...]) -> None:
    """Write an observability pack for a backend service, and prove that it works.

    Exit codes: 0 done, 1 tool error, 2 usage, 3 drift, 4 a check or proof failed, 5 refused, 6 could not check.
    """


def parsed(words: Sequence[str]) -> int:
    """Runs the command and returns its exit code; raises whatever it raises. What is wrong with the words is said."""
    try:
        cli.main(args=list(words), prog_name="obsboot", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    return Exit.DONE
