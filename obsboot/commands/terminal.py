"""The person at the terminal: whether there is one, and what he is asked before anything is written."""

from __future__ import annotations

import sys
from contextlib import suppress

import click

from obsboot.model import Exit, ObsbootError


def is_watched() -> bool:
    """Whether somebody reads what is said, and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def forget_typed() -> None:
    """After other questions: what was typed before the next one is shown is no answer to it."""
    with suppress(ImportError, OSError):
        import termios  # noqa: PLC0415 - not everywhere

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def ask_to_write(question: str = "Write this?") -> None:
    """Raises ObsbootError where the person does not want it."""
    if not click.confirm(question, default=True):
        raise ObsbootError("nothing was written, as you wished", code=Exit.REFUSED)
