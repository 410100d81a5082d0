"""What a plan is about to put in place, written down before the first file is touched."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.state import FOLDER

UNDO = f"{FOLDER}/undo"
"""What the last undoable plan replaced, under the numbers of its journal."""
JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A staged file (`number` is its name) on its way to `path`, over the bytes `previous` or over nothing.

    Without a `blob` of its own, what is there goes.
    """

    number: int
    path: str
    blob: str
    previous: str
    backup: str


@dataclass(frozen=True, slots=True)
class Journal:
    """What is being put in place: the files, the folders that had to be made, and those that only their owner may enter."""

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    private: tuple[str, ...]
    undoable: bool = False


def write_journal(staging: Path, journal: Journal) -> None:
    """The point of no return: once it stands, the rest can be finished by anybody."""
    make(staging / f"{JOURNAL}.new", json.dumps(asdict(journal)).encode(), 0o600)
    (staging / f"{JOURNAL}.new").replace(staging / JOURNAL)


def read_journal(folder: Path) -> Journal:
    """The journal in a folder. Raises ObsbootError where it cannot be read."""
    try:
        journal = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
        entries = tuple(Entry(**entry) for entry in journal["entries"])
        return Journal(entries, tuple(journal["folders"]), tuple(journal["private"]), bool(journal.get("undoable")))
    except (ValueError, KeyError, TypeError) as error:
        where = f"{FOLDER}/{folder.name}"
        raise ObsbootError(
            f"{where}/{JOURNAL}: it cannot be read: {error}", fix=f"remove {where}", code=Exit.REFUSED
        ) from None


def make(path: Path, data: bytes, mode: int) -> None:
    """A new file of exactly this mode; a secret is never readable by others, not even for a moment."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), mode)
