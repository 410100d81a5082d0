"""Which recorded file is which rendered one: by where the template puts it, or by the template it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from obsboot.model import GeneratedFile
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.state import Recorded, State, blob_id


@dataclass(frozen=True, slots=True)
class Sides:
    """One file of the pack: as it was rendered, as it is now, and as it is rendered anew.

    `path` is where it is, or would be; `goal` where it shall be. `recorded` is None for a file that is new in the
    pack, `file` for one that the template no longer has, `yours` where nothing is at `path`. `base` is None where its
    text is not known (of seeds it never is). `blocked` says why the file cannot be read or written.
    """

    path: str
    goal: str
    recorded: Recorded | None
    base: str | None
    yours: bytes | None
    file: GeneratedFile | None
    blocked: str = ""

    @property
    def is_pristine(self) -> bool:
        """Whether it is as it was rendered; a checkout with CRLF line ends has those bytes as well."""
        return self.recorded is not None and self.yours is not None and same(self.yours, self.recorded.blob)

    @property
    def is_current(self) -> bool:
        """Whether it is as it is rendered now."""
        return self.file is not None and self.yours is not None and same(self.yours, blob_id(self.file.text.encode()))


def same(data: bytes, blob: str) -> bool:
    """Whether these bytes, or what they are with LF line ends, have this blob id."""
    return blob in (blob_id(data), blob_id(data.replace(b"\r\n", b"\n")))


def sides(root: Path, known: State, files: Iterable[GeneratedFile]) -> Iterator[Sides]:
    """Every file of the recorded and of the new rendering."""
    rendered = {file.path: file for file in files}
    places = {recorded.home or path: path for path, recorded in known.files.items()}
    renamed = dict(_renamed(known, places, rendered))
    for path, file in rendered.items():
        here = places.pop(path, None) or places.pop(renamed.get(path, ""), None)
        yield _one(root, known, here, file)
    for here in places.values():
        yield _one(root, known, here, None)


def _one(root: Path, known: State, here: str | None, file: GeneratedFile | None) -> Sides:
    """The sides of the file that is recorded at `here`; a file that the user has moved stays where it is."""
    recorded = known.files[here] if here else None
    path = here or (file.path if file else "")
    moved = recorded is not None and bool(recorded.home)
    goal = path if file is None or moved else file.path
    blocked = obstacle(root, path) or obstacle(root, goal)
    yours = None if blocked else content(root / path)
    base = known.base.get(recorded.blob) if recorded else None
    return Sides(path, goal, recorded, base, yours, file, blocked)


def _renamed(
    known: State, places: Mapping[str, str], rendered: Mapping[str, GeneratedFile]
) -> Iterator[tuple[str, str]]:
    """(new place, old place) of each file whose template is the only one of its name that has moved."""
    gone = {home: known.files[path].source for home, path in places.items() if home not in rendered}
    come = {path: file.source for path, file in rendered.items() if path not in places}
    once_gone, once_come = Counter(gone.values()), Counter(come.values())
    for path, source in come.items():
        if once_come[source] == once_gone[source] == 1:
            yield path, next(home for home, each in gone.items() if each == source)
