"""Files that the user has moved: found again by what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from obsboot.workspace.obstacles import obstacle, readable
from obsboot.workspace.standing import files_beside
from obsboot.workspace.state import SIDECAR, Recorded, State, is_pristine

ALIKE = 0.9
"""From which share of equal lines on two files are the same one: below that a guess is wrong too often."""
TELLING = 6
"""So many words make a file that can be found again by what is in it; fewer of them stand in anybody's files."""
_LARGEST = 1_000_000
"""Bytes of a file that is compared; larger ones are found again by their exact bytes alone."""


def followed(root: Path, known: State) -> State:
    """The state with every file that is gone recorded where it is now, if exactly one stray file is that file."""
    gone = {p: r for p, r in known.files.items() if _is_gone(root, p, r)}
    strays = dict(_strays(root, known, gone)) if gone else {}
    files = dict(known.files)
    for path, recorded in gone.items():
        found = [stray for stray, data in strays.items() if _is_it(data, recorded, known)]
        if len(found) == 1:
            del files[path]
            files[found[0]] = replace(recorded, home=recorded.home or path)
            del strays[found[0]]
    return replace(known, files=dict(sorted(files.items())))


def _is_gone(root: Path, path: str, recorded: Recorded) -> bool:
    at_hand = recorded.owner != "seed" and recorded.status != "declined"
    return at_hand and not obstacle(root, path) and not (root / path).exists()


def _strays(root: Path, known: State, gone: Mapping[str, Recorded]) -> Iterator[tuple[str, bytes]]:
    """The files in the pack's folders that the state does not know, with the same suffix as one that is gone."""
    suffixes = {Path(path).suffix for path in gone}
    for path in files_beside(root, known):
        if path in known.files or Path(path).suffix not in suffixes or path.endswith(SIDECAR):
            continue
        # What cannot be read cannot be known again either.
        if not obstacle(root, path) and (data := readable(root / path)[0]) is not None:
            yield path, data


def _is_it(data: bytes, recorded: Recorded, known: State) -> bool:
    if len(data.split()) < TELLING:
        return False
    if is_pristine(data, recorded.blob):
        return True
    base = known.base.get(recorded.blob, "")
    if not base or max(len(data), len(base)) > _LARGEST:
        return False
    lines, others = base.splitlines(), data.decode(errors="replace").splitlines()
    matcher = SequenceMatcher(None, lines, others, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
