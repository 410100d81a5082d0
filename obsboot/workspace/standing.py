"""How each file of a pack stands against its recorded rendering."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from obsboot.workspace.obstacles import obstacle, readable
from obsboot.workspace.state import FOLDER, SIDECAR, UNKNOWN, Recorded, State, is_pristine
from obsboot.workspace.vouching import Vouched, asked

What = Literal["pristine", "seed", "edited", "drifted", "missing", "blocked", "conflict", "declined", "orphan"]
"""pristine: as it was rendered. seed: the user's since it was written, and not looked at. edited: a managed file, which
is there to be edited. drifted: an owned file that was edited. missing: gone, and no update knows of it yet. blocked:
something else is there, or it cannot be read. conflict: markers in it, or the template's version beside it. declined:
gone, and recorded as such. orphan: edited, and the template no longer has it."""
Word = Literal["in sync", "behind", "drifted", "conflicts"]

_DRIFT = ("drifted", "missing", "blocked")


@dataclass(frozen=True, slots=True)
class Standing:
    """One file. `line` is that of the first marker, from 1; `aside` that the template's version is beside it."""

    path: str
    what: What
    owner: str = ""
    why: str = ""
    line: int = 0
    aside: bool = False


def standings(root: Path, state: State, vouched: Vouched | None = None) -> tuple[Standing, ...]:
    """Every file of the pack, and files of the user's for which an update left the template's version beside them.

    What git's index vouches for is not read; whoever has asked it already hands the answer in. Reads only.
    """
    vouched = vouched or asked(root, state)
    beside = frozenset(sidecars(root, state))
    known = vouched()
    found = [_beside(path) for path in beside - state.files.keys()]
    for path, recorded in state.files.items():
        if path in beside:
            found.append(_beside(path, recorded.owner))
        elif path in known:
            found.append(Standing(path, "pristine", recorded.owner))
        else:
            found += _read(root, path, recorded)
    return tuple(sorted(found, key=lambda one: one.path))


def _beside(path: str, owner: str = "") -> Standing:
    return Standing(path, "conflict", owner, f"the template's version is in {path}{SIDECAR}", aside=True)


def _read(root: Path, path: str, recorded: Recorded) -> Iterator[Standing]:
    """How the file itself stands; nothing of an orphan that the user has removed."""
    if recorded.owner == "seed":
        yield Standing(path, "seed", "seed")
        return
    data, why = _content(root, path)
    if why:
        yield Standing(path, "blocked", recorded.owner, why)
    elif data is None:
        if recorded.status == "declined":
            yield Standing(path, "declined", recorded.owner, "you deleted it, and updates leave it away")
        elif recorded.status != "orphan":
            yield Standing(path, "missing", recorded.owner, "it is gone")
    else:
        yield _there(path, recorded, data)


def _there(path: str, recorded: Recorded, data: bytes) -> Standing:
    """How a file stands that is there and can be read."""
    if is_pristine(data, recorded.blob):
        return Standing(path, "pristine", recorded.owner)
    if line := marked(data):
        return Standing(path, "conflict", recorded.owner, f"markers from line {line} on", line)
    what, why = _told(recorded)
    return Standing(path, what, recorded.owner, why)


def _told(recorded: Recorded) -> tuple[What, str]:
    """What an edit of the file is, by what is known of it."""
    if recorded.status == "orphan":
        return "orphan", "the template no longer has it"
    if recorded.blob == UNKNOWN:
        return "edited", "yours from before the pack; an update lays the template's beside it"
    if recorded.owner == "owned":
        return "drifted", "you edited what obsboot regenerates"
    return "edited", "your edits"


def _content(root: Path, path: str) -> tuple[bytes | None, str]:
    """The bytes at the path, or why they cannot be had."""
    why = obstacle(root, path)
    return (None, why) if why else readable(root / path)


def marked(data: bytes) -> int:
    """The first line with a marker that an update left, from 1; 0 where there is none."""
    if b"<<<<<<<" not in data and b">>>>>>>" not in data:
        return 0
    from obsboot.merge import has_markers  # noqa: PLC0415 - files with markers are rare

    return has_markers(data.decode(errors="replace")) or 0


def sidecars(root: Path, state: State) -> Iterator[str]:
    """The paths, recorded or not, for which the template's version is beside them, in the folders of the pack."""
    yield from (path.removesuffix(SIDECAR) for path in files_beside(root, state) if path.endswith(SIDECAR))
    for path in state.files:
        if "/" not in path and (root / f"{path}{SIDECAR}").is_file():
            yield path


def files_beside(root: Path, state: State) -> Iterator[str]:
    """Every file in the pack's folders, those that the state does not know among them; no link is followed."""
    for top in sorted({path.split("/")[0] for path in state.files if "/" in path} - {FOLDER}):
        yield from files_below(root, top)


def files_below(root: Path, folder: str) -> Iterator[str]:
    """Every file in a folder of the repository; no link is followed."""
    for place, _, names in os.walk(f"{root}/{folder}", followlinks=False):
        here = place.removeprefix(f"{root}/")  # plain text, since there may be thousands
        yield from (f"{here}/{name}" for name in sorted(names))


def statuses(root: Path, state: State) -> dict[str, str]:
    """The files that an update left in a state of their own, as `Pack.statuses` has them."""
    found = {path: one.status for path, one in state.files.items() if one.status in ("declined", "orphan")}
    return found | dict.fromkeys(sidecars(root, state), "aside")


def worst(files: Iterable[Standing], behind: bool) -> Word:
    """The one word for all of them: what has to be seen to first.

    Edits of managed files and of seeds, what was declined, and orphans are the user's right, and no drift.
    """
    found = {one.what for one in files}
    if "conflict" in found:
        return "conflicts"
    return "drifted" if found.intersection(_DRIFT) else "behind" if behind else "in sync"
