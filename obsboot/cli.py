"""Parser and dispatch only: commands are imported when they run, and errors end in one place."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from obsboot import __version__

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


class Terminated(BaseException):
    """SIGTERM arrived; it ends a command just as Ctrl-C does, with everything undone that has to be.

    No KeyboardInterrupt, which prompts answer in ways of their own.
    """


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


_SELDOM = 500_000
"""New objects between two garbage collections: nearly all that a command makes stays until its end."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command and ends the process with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    gc.set_threshold(_SELDOM)
    code = run(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # it is over: a second Ctrl-C must not change the code
        signal.signal(number, signal.SIG_IGN)
    os._exit(_flushed(code))  # all memory ends with the process; there is no use in taking it apart


def _flushed(code: int) -> int:
    """The exit code, after all that was said has been written; another one where it cannot be."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # as it is where the shell has closed it
                stream.flush()
    except BrokenPipeError:  # whoever read our output has seen enough
        return code
    except OSError as error:
        os.write(2, f"obsboot: the output could not be written: {error.strerror}\n".encode())
        return code or 1
    return code


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="obsboot", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # so rich ends a program that nobody reads any more
            return _ended(end.__context__)
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # the one place where errors become a message and a code
        return _ended(error)
    return 0


def _ended(error: BaseException) -> int:
    """Says on standard error what went wrong; returns the exit code."""
    from obsboot.model.errors import Exit, ObsbootError  # noqa: PLC0415 - the help needs neither

    message, fix, code = f"{type(error).__name__}: {error}", _OURS, int(Exit.TOOL_ERROR)
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show()
            return Exit.USAGE
        case BrokenPipeError():  # whoever read our output has seen enough
            _hush()
            return Exit.DONE
        case OSError(errno=errno.ENOSPC):
            _hush()
            message, fix = f"{error.filename or 'the output'} could not be written: {error.strerror}", ""
        case ObsbootError():
            message, fix, code = error.message, error.fix, error.code
        case Terminated():
            message, fix, code = "terminated", "", 128 + signal.SIGTERM
        case KeyboardInterrupt() | click.Abort():
            message, fix, code = "interrupted", "", 128 + signal.SIGINT
        case _ if os.environ.get("OBSBOOT_DEBUG"):
            raise error
    click.echo(f"obsboot: {message}" + (f"\n  {fix}" if fix else ""), err=True)
    return code


def _hush() -> None:
    """What is still to be printed has no place any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_OURS = "this is a mistake in obsboot; OBSBOOT_DEBUG=1 shows where"
