"""What git's index can vouch for, so that it need not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.workspace.git import printing

_LIST = ("ls-files", "-z", "-v", "-s", "-c", "-m", "-d", "--")
"""Every entry of the index with its blob, and once more if the file is another one by now or gone."""
_QUIET = ("--literal-pathspecs", "-c", "core.fsmonitor=false")
_FILES = ("100644", "100755")


if TYPE_CHECKING:
    from obsboot.workspace.state import State

Vouched = Callable[[], frozenset[str]]


def asked(root: Path, state: State) -> Vouched:
    """What git's index can vouch for of the pack, but for seeds; git looks while others work."""
    return vouching(root, {path: one.blob for path, one in state.files.items() if one.owner != "seed"})


def vouching(root: Path, blobs: Mapping[str, str]) -> Vouched:
    """Those of the paths that are in git's index with their blob, and unchanged since; git looks while others work.

    Empty where there is no git or no repository. A checkout with CRLF line ends is unchanged to git. Entries that git
    was told to take for unchanged do not count.
    """
    if not blobs:
        return frozenset
    listed = printing(root, *_QUIET, *_LIST, *blobs)
    return lambda: _unchanged(listed(), blobs)


def _unchanged(listed: bytes, blobs: Mapping[str, str]) -> frozenset[str]:
    """Out of lines of `tag mode blob stage<tab>path`, where a changed file has more than one."""
    same, changed = set(), set()
    for line in listed.decode(errors="surrogateescape").split("\0"):
        about, _, path = line.partition("\t")
        match about.split(" "):
            case ["H", mode, blob, "0"] if mode in _FILES and blob == blobs.get(path):
                same.add(path)
            case _:
                changed.add(path)
    return frozenset(same - changed)
