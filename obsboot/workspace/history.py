"""What git still has of the state: read from its objects, offline, and nothing in the repository is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from obsboot.model import ObsbootError
from obsboot.workspace.git import printed
from obsboot.workspace.state import ANSWERS, BASE, MANIFEST, State, read_base, read_manifest, with_base

_MOST = 200
"""So many commits that touched the state are looked at; older ones are no help."""
SIDES = ("HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
"""Where both sides of an unfinished merge are."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state as a commit has it, whole: its three files belong together."""

    commit: str
    state: State
    answers: bytes


def commits(root: Path) -> tuple[str, ...]:
    """The commits that touched the state, newest first, on both sides of an unfinished merge; none without git."""
    known = [name for name, id_ in _ids(root, SIDES).items() if id_]
    if "HEAD" not in known:
        return ()
    return touching(root, MANIFEST, known, _MOST)


def touching(root: Path, path: str, starts: Iterable[str], most: int) -> tuple[str, ...]:
    """The newest commits that changed a file, so many at the most, from these on back; none without git."""
    return tuple(printed(root, "rev-list", f"--max-count={most}", *starts, "--", f"./{path}").decode().split())


def whole(root: Path, among: Iterable[str]) -> Iterator[Snapshot]:
    """The state as each of these commits has it, where it is whole, in their order."""
    for commit in among:
        found = blobs(root, [f"{commit}:./{path}" for path in (MANIFEST, BASE, ANSWERS)])
        if len(found) < 3:
            continue
        manifest, base, answers = found.values()
        try:
            known, digest = read_manifest(manifest)
            yield Snapshot(commit, with_base(known, digest, read_base(base)), answers)
        except ObsbootError:
            continue


def blobs(root: Path, names: Iterable[str]) -> Mapping[str, bytes]:
    """The contents of these objects (an id, or `commit:./path`) by their names, as far as git has them."""
    asked = list(names)
    answer = printed(root, "cat-file", "--batch", told=_lines(asked))
    found, at = {}, 0
    for name in asked:
        end = answer.find(b"\n", at)
        if end < 0:
            break
        head, at = answer[at:end].split(b" "), end + 1
        if len(head) == 3 and head[1] == b"blob" and head[2].isdigit():
            found[name] = answer[at : at + int(head[2])]
        if len(head) == 3 and head[2].isdigit():
            at += int(head[2]) + 1
    return found


def _ids(root: Path, names: Iterable[str]) -> Mapping[str, str]:
    """The commit that each of these names means; empty where there is none."""
    asked = list(names)
    rows = printed(root, "cat-file", "--batch-check", told=_lines(asked)).decode().splitlines()
    said = [row.split() for row in rows]
    return {
        name: row[0] if len(row) == 3 and row[1] == "commit" else "" for name, row in zip(asked, said, strict=False)
    }


def _lines(names: list[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()
