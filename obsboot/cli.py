"""How a process of obsboot begins and ends: signals, one place for all errors, exit codes."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from obsboot.commands.status_told import Form

_QUICK: Mapping[tuple[str, ...], Form] = {
    ("status",): "text",
    ("status", "--short"): "short",
    ("status", "--json"): "json",
}
"""What hooks and prompts ask again and again. Loading the parser would take longer than the answer."""


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
    words = tuple(sys.argv[1:] if arguments is None else arguments)
    try:
        if words in _QUICK:
            from obsboot.commands.status_told import told  # noqa: PLC0415

            return told(".", _QUICK[words])
        from obsboot.parser import parsed  # noqa: PLC0415

        return parsed(words)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # so rich ends a program that nobody reads any more
            return _ended(end.__context__)
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # the one place where errors become a message and a code
        return _ended(error)


def _ended(error: BaseException) -> int:
    """Says on standard error what went wrong; returns the exit code."""
    from obsboot.model.errors import Exit, ObsbootError  # noqa: PLC0415 - the help needs neither

    message, fix, code = f"{type(error).__name__}: {error}", _OURS, int(Exit.TOOL_ERROR)
    match error:
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
        case KeyboardInterrupt():
            message, fix, code = "interrupted", "", 128 + signal.SIGINT
        case _ if os.environ.get("OBSBOOT_DEBUG"):
            raise error
    if sys.stderr is not None:  # as it is where the shell has closed it
        print(f"obsboot: {message}" + (f"\n  {fix}" if fix else ""), file=sys.stderr)
    return code


def _hush() -> None:
    """What is still to be printed has no place any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_OURS = "this is a mistake in obsboot; OBSBOOT_DEBUG=1 shows where"
