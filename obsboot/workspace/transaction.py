"""All of a plan or nothing: files are made aside, a journal is the point of no return, then all is put in place.

Processes may die at any point: before the journal stands nothing has happened, after it the rest can be finished.
(The files are not synced one by one: a power cut is survived as well as by any other program that writes files.)
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.journal import JOURNAL, Entry, Journal, make, read_journal, write_journal
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.placing import changed, commit, finish
from obsboot.workspace.planning import Plan, Step, refusal
from obsboot.workspace.state import FOLDER, STAGING, blob_id

_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def write(plan: Plan, undoable: bool = False) -> tuple[str, ...]:
    """Executes the plan, and returns the paths that were written or removed. `undoable`: what was there is kept.

    Raises ObsbootError where that is not possible or another obsboot is at work; the repository is untouched then.
    """
    if error := refusal(plan):
        raise error
    steps = plan.of("create", "replace", "delete")
    if not steps:
        return ()
    with locked(plan.root), _refused(plan.root):
        _refuse_stale(plan.root, steps)
        try:
            _begin(plan.root)
            entries = _stage(plan.root / STAGING, steps)
            with _undisturbed():
                folders = tuple(_missing_folders(plan.root, entries))
                journal = Journal(tuple(entries), folders, plan.private, undoable)
                write_journal(plan.root / STAGING, journal)
                commit(plan.root, journal)
        except BaseException:
            with _undisturbed():
                _drop(plan.root)
            raise
    return tuple(step.path for step in steps)


def recover(root: Path) -> str:
    """Finishes or removes what an interrupted run left, and says so; empty where there is nothing.

    Raises ObsbootError where that is not possible.
    """
    staging = root / STAGING
    if obstacle(root, f"{STAGING}/{JOURNAL}"):
        return ""
    if not staging.is_dir():
        _drop(root)
        return ""
    with locked(root), _refused(root), _undisturbed():
        if not (staging / JOURNAL).exists():
            _drop(root)
            return f"an interrupted run left temporary files in {FOLDER}/; they are removed"
        journal = read_journal(staging)
        kept = finish(root, journal)
        also = f"; {', '.join(kept)}: kept, since it is not what was to be replaced" if kept else ""
        return (
            f"an interrupted run had begun to write {len(journal.entries)} files; the rest of them is written now{also}"
        )


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keeps a second obsboot from writing here. The lock is on the folder itself, so none can be left behind."""
    import fcntl  # noqa: PLC0415 - not everywhere

    try:
        folder = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise ObsbootError(f"{root}: the folder cannot be opened: {error.strerror}", code=Exit.REFUSED) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise ObsbootError(
            f"{root}: another obsboot is writing here", fix="wait until it has finished", code=Exit.REFUSED
        ) from None
    except OSError:
        pass  # a file system without locks: the exclusive creation of each file still holds
    try:
        yield
    finally:
        with suppress(OSError):
            os.close(folder)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait until the block is through."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _refused(root: Path) -> Iterator[None]:
    """What the system refuses becomes one message."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or root
        place = os.path.relpath(where, root) if STAGING not in str(where) else str(root)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            message = f"{root.resolve()}: no space is left, so nothing was written"
            raise ObsbootError(message, fix="make room and run the command again", code=Exit.REFUSED) from None
        message = f"{place}: it cannot be written ({error.strerror}), so nothing was"
        raise ObsbootError(message, fix="see to its permissions", code=Exit.REFUSED) from None


def _refuse_stale(root: Path, steps: Sequence[Step]) -> None:
    """A plan that another run or the user has overtaken would keep nothing of what it replaces, for there is nothing."""
    for step in steps:
        there = None if obstacle(root, step.path) else content(root / step.path)
        if ("" if there is None else blob_id(there)) != step.previous:
            raise changed(step.path)


def _begin(root: Path) -> None:
    """An empty staging folder, in a state folder that others may read whatever the umask says."""
    if why := obstacle(root, f"{STAGING}/{JOURNAL}"):
        raise ObsbootError(f"{FOLDER}: {why}", fix="move it away", code=Exit.REFUSED)
    shutil.rmtree(root / STAGING, ignore_errors=True)
    for folder in (root / FOLDER, root / STAGING):
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755 if folder.name == FOLDER else 0o700)
    make(root / STAGING / ".gitignore", b"*\n", 0o600)


def _stage(staging: Path, steps: Sequence[Step]) -> list[Entry]:
    for number, step in enumerate(steps):
        if step.action != "delete":
            make(staging / str(number), step.data, step.mode)
    return [
        Entry(n, step.path, "" if step.action == "delete" else blob_id(step.data), step.previous, step.backup)
        for n, step in enumerate(steps)
    ]


def _missing_folders(root: Path, entries: Sequence[Entry]) -> list[str]:
    """The folders that have to be made, parents first."""
    paths = [path for entry in entries for path in (entry.path, entry.backup) if path]
    wanted = {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."}
    return sorted(folder for folder in wanted if not (root / folder).is_dir())


def _drop(root: Path) -> None:
    shutil.rmtree(root / STAGING, ignore_errors=True)
    with suppress(OSError):
        (root / FOLDER).rmdir()
