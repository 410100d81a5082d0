"""All of a plan or nothing: files are made aside, a journal is the point of no return, then they are put in place.

Processes may die at any point: before the journal stands nothing has happened, after it the rest can be finished.
(The files are not synced one by one: a power cut is survived as well as by any other program that writes files.)
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step, refusal
from obsboot.workspace.state import FOLDER, blob_id

_STAGING = f"{FOLDER}/.staging"
_JOURNAL = "journal.json"
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


class _ChangedError(ObsbootError):
    """Other bytes are there than the plan was made for."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A staged file (`number` is its name) on its way to `path`, over the bytes `previous` or over nothing."""

    number: int
    path: str
    blob: str
    previous: str
    backup: str


def write(plan: Plan) -> tuple[str, ...]:
    """Executes the plan, and returns the paths that were written.

    Raises ObsbootError where that is not possible or another obsboot is at work; the repository is untouched then.
    """
    if error := refusal(plan):
        raise error
    steps = plan.of("create", "replace")
    if not steps:
        return ()
    with locked(plan.root), _refused(plan.root):
        try:
            _begin(plan.root)
            entries = _stage(plan.root / _STAGING, steps)
            with _undisturbed():
                folders = _missing_folders(plan.root, entries)
                _write_journal(plan.root / _STAGING, entries, folders, plan.private)
                _commit(plan.root, entries, folders, plan.private)
        except BaseException:
            with _undisturbed():
                _drop(plan.root)
            raise
    return tuple(step.path for step in steps)


def recover(root: Path) -> str:
    """Finishes or removes what an interrupted run left, and says so; empty where there is nothing.

    Raises ObsbootError where that is not possible.
    """
    staging = root / _STAGING
    if obstacle(root, f"{_STAGING}/{_JOURNAL}"):
        return ""
    if not staging.is_dir():
        _drop(root)
        return ""
    with locked(root), _refused(root), _undisturbed():
        if not (staging / _JOURNAL).exists():
            _drop(root)
            return f"an interrupted run left temporary files in {FOLDER}/; they are removed"
        journal = _read_journal(staging)
        kept = _finish(root, *journal)
        also = f"; {', '.join(kept)}: kept, since it is not what was to be replaced" if kept else ""
        return f"an interrupted run had begun to write {len(journal[0])} files; the rest of them is written now{also}"


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
        place = os.path.relpath(where, root) if _STAGING not in str(where) else str(root)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            message = f"{root.resolve()}: no space is left, so nothing was written"
            raise ObsbootError(message, fix="make room and run the command again", code=Exit.REFUSED) from None
        message = f"{place}: it cannot be written ({error.strerror}), so nothing was"
        raise ObsbootError(message, fix="see to its permissions", code=Exit.REFUSED) from None


def _begin(root: Path) -> None:
    """An empty staging folder, in a state folder that others may read whatever the umask says."""
    if why := obstacle(root, f"{_STAGING}/{_JOURNAL}"):
        raise ObsbootError(f"{FOLDER}: {why}", fix="move it away", code=Exit.REFUSED)
    shutil.rmtree(root / _STAGING, ignore_errors=True)
    for folder in (root / FOLDER, root / _STAGING):
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755 if folder.name == FOLDER else 0o700)
    _make(root / _STAGING / ".gitignore", b"*\n", 0o600)


def _stage(staging: Path, steps: Sequence[Step]) -> list[_Entry]:
    for number, step in enumerate(steps):
        _make(staging / str(number), step.data, step.mode)
    return [_Entry(n, step.path, blob_id(step.data), step.previous, step.backup) for n, step in enumerate(steps)]


def _make(path: Path, data: bytes, mode: int) -> None:
    """A new file of exactly this mode; a secret is never readable by others, not even for a moment."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), mode)


def _missing_folders(root: Path, entries: Sequence[_Entry]) -> list[str]:
    """The folders that have to be made, parents first."""
    paths = [path for entry in entries for path in (entry.path, entry.backup) if path]
    wanted = {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."}
    return sorted(folder for folder in wanted if not (root / folder).is_dir())


def _write_journal(staging: Path, entries: Sequence[_Entry], folders: Sequence[str], private: Sequence[str]) -> None:
    journal = {"entries": [asdict(entry) for entry in entries], "folders": folders, "private": private}
    _make(staging / f"{_JOURNAL}.new", json.dumps(journal).encode(), 0o600)
    (staging / f"{_JOURNAL}.new").replace(staging / _JOURNAL)


def _read_journal(staging: Path) -> tuple[list[_Entry], list[str], list[str]]:
    try:
        journal = json.loads((staging / _JOURNAL).read_text(encoding="utf-8"))
        entries = [_Entry(**entry) for entry in journal["entries"]]
        return entries, list(journal["folders"]), list(journal["private"])
    except (ValueError, KeyError, TypeError) as error:
        raise ObsbootError(
            f"{_STAGING}/{_JOURNAL}: it cannot be read: {error}", fix=f"remove {_STAGING}", code=Exit.REFUSED
        ) from None


def _commit(root: Path, entries: Sequence[_Entry], folders: Sequence[str], private: Sequence[str]) -> None:
    """Puts every file in its place; where one cannot go there, takes back those that were."""
    placed: list[_Entry] = []
    try:
        for folder in folders:
            _make_folder(root, folder, 0o700 if folder in private else 0o755)
        for entry in entries:  # one by one: what is placed before a failure has to be known
            if _place(root, entry):
                placed.append(entry)  # noqa: PERF401
    except (OSError, ObsbootError):
        _take_back(root, placed, folders)
        raise
    _end(root)


def _finish(root: Path, entries: Sequence[_Entry], folders: Sequence[str], private: Sequence[str]) -> list[str]:
    """Puts the rest in its place, perhaps long after: what is the user's by now stays and is returned.

    Nothing is ever taken back here, and where the system refuses, the next command tries again.
    """
    kept = []
    for folder in folders:
        _make_folder(root, folder, 0o700 if folder in private else 0o755)
    for entry in entries:
        try:
            _place(root, entry)
        except _ChangedError:
            kept.append(entry.path)
    _end(root)
    return kept


def _end(root: Path) -> None:
    (root / _STAGING / _JOURNAL).unlink()
    shutil.rmtree(root / _STAGING, ignore_errors=True)


def _make_folder(root: Path, folder: str, mode: int) -> None:
    if why := obstacle(root, f"{folder}/x"):
        raise ObsbootError(f"{folder}: {why}", code=Exit.REFUSED)
    with suppress(FileExistsError):  # an earlier run came this far, perhaps not to the mode
        (root / folder).mkdir()
    (root / folder).chmod(mode)


def _place(root: Path, entry: _Entry) -> bool:
    """Whether the file is there by our doing, in this run or in the one that is being finished."""
    staged, target = root / _STAGING / str(entry.number), root / entry.path
    if why := obstacle(root, entry.path):
        raise ObsbootError(f"{entry.path}: {why}", fix=f"or remove {_STAGING}", code=Exit.REFUSED)
    if not staged.exists() or (target.exists() and target.samefile(staged)):
        return True
    there = content(target)
    found = "" if there is None else blob_id(there)
    if found == entry.blob:
        return False  # somebody else wrote the same
    if found != entry.previous:
        raise _ChangedError(
            f"{entry.path}: it changed while obsboot was at work", fix="run it again", code=Exit.REFUSED
        )
    if there is None:
        _put_new(staged, target)
    else:
        _keep(root, entry, there)
        staged.replace(target)
    return True


def _keep(root: Path, entry: _Entry, there: bytes) -> None:
    """The invariant: bytes that are not obsboot's own are copied before they are replaced."""
    old = root / _STAGING / f"{entry.number}.old"
    if not old.exists():
        shutil.copy2(root / entry.path, old)
    if entry.backup:
        (root / entry.backup).unlink(missing_ok=True)
        _make(root / entry.backup, there, 0o644)


def _put_new(staged: Path, target: Path) -> None:
    """Exclusively, so that a file which appeared just now is not overwritten; where links are unknown, nearly so."""
    try:
        os.link(staged, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise
        staged.rename(target)


def _take_back(root: Path, placed: Sequence[_Entry], folders: Sequence[str]) -> None:
    for entry in reversed(placed):
        there = content(root / entry.path)
        if there is None or blob_id(there) != entry.blob:
            continue
        old = root / _STAGING / f"{entry.number}.old"
        if entry.previous and old.exists():
            old.replace(root / entry.path)
        elif not entry.previous:
            (root / entry.path).unlink()
        if entry.backup:
            (root / entry.backup).unlink(missing_ok=True)
    for folder in reversed(folders):
        with suppress(OSError):
            (root / folder).rmdir()


def _drop(root: Path) -> None:
    shutil.rmtree(root / _STAGING, ignore_errors=True)
    with suppress(OSError):
        (root / FOLDER).rmdir()
