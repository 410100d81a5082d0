"""How a command ends: its exit code, and what the user is told when it cannot do what was asked."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command, as docs/exit-codes.md explains them."""

    DONE = 0
    TOOL_ERROR = 1
    USAGE = 2
    DRIFT = 3
    FAILED = 4
    REFUSED = 5
    COULD_NOT_CHECK = 6


class ObsbootError(Exception):
    """A message for the user: what is wrong, where, and how to mend it; `code` ends the command."""

    def __init__(self, message: str, *, fix: str = "", code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.message, self.fix, self.code = message, fix, code
