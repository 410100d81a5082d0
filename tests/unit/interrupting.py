"""Ends a piece of work at any of the things that it does to the disk, as a kill or a full disk would."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from obsboot.model import ObsbootError
from obsboot.workspace import journal, placing
from obsboot.workspace import transaction as tx

_OPERATIONS = [
    (Path, "mkdir"),
    (Path, "replace"),
    (Path, "chmod"),
    (Path, "unlink"),
    (os, "link"),
    (tx, "make"),
    (placing, "make"),
    (journal, "make"),
    (Path, "rmdir"),
    (shutil, "rmtree"),
    (shutil, "copy2"),
]

Work = Callable[[Path], object]
"""What is done in a repository."""


def in_child(work: Callable[[], object]) -> int:
    """Runs `work` in a process of its own; 0: it ended, 5: refused, 99: anything else, -N: killed by signal N."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            work()
            code = 0
        except ObsbootError as error:
            code = int(error.code)
        except KeyboardInterrupt:
            code = 130
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@contextmanager
def at_operation(number: int, strike: Callable[[], None]) -> Iterator[list[int]]:
    """Calls `strike` just before the `number`-th thing that is done to the disk; yields the count so far."""
    count = [0]

    def struck(real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **named: Any) -> Any:
            count[0] += 1
            if count[0] == number:
                strike()
            return real(*arguments, **named)

        return operation

    patch = pytest.MonkeyPatch()
    try:
        for owner, name in _OPERATIONS:
            patch.setattr(owner, name, struck(getattr(owner, name)))
        yield count
    finally:
        patch.undo()


def full() -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def operations(root: Path, work: Work) -> int:
    """How many operations the whole work takes, tried on a copy."""
    copy = Path(tempfile.mkdtemp(dir=root.parent)) / "copy"
    shutil.copytree(root, copy, symlinks=True)
    with at_operation(0, full) as count:
        work(copy)
    return count[0]


def each_point(root: Path, work: Work) -> Iterator[tuple[int, Path]]:
    """The number of each operation of the work, with a copy of the repository to end it in."""
    for number in range(1, operations(root, work) + 1):
        copy = root.parent / f"at-{number}"
        shutil.copytree(root, copy, symlinks=True)
        yield number, copy
