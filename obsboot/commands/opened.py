"""The pack that a command is about, and the files of it that the command line names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.model import ObsbootError

if TYPE_CHECKING:
    from obsboot.workspace import State


def opened(root: Path, begin: Callable[[State], None] | None = None) -> State:
    """The recorded state, after what an interrupted run left was seen to; `begin` as `load_state` has it.

    Raises ObsbootError where there is no pack.
    """
    from obsboot.workspace.state import load_state  # noqa: PLC0415

    finish_interrupted(root)
    state = load_state(root, begin)
    if state is None:
        raise ObsbootError(
            f"{root}: there is no pack", fix="`obsboot init` writes one; one in another folder is named with --root"
        )
    return state


def finish_interrupted(root: Path) -> None:
    """See to what an interrupted run left, and say so beside what is asked for."""
    from obsboot.workspace.state import STAGING  # noqa: PLC0415

    if not os.path.lexists(f"{root}/{STAGING}"):
        return
    from obsboot.workspace import recover  # noqa: PLC0415

    if note := recover(root):
        print(note, file=sys.stderr)


def named(root: Path, text: str, known: Sequence[str] = ()) -> str:
    """A path as the state has it, from the root; the user may write it from where he stands or from the root.

    The one of both that is, or holds, something known; else the one that is inside the root. Empty for the root itself.
    """
    here = os.path.relpath(text, root)  # by the names alone: no link is followed
    inside = [path for path in (here, os.path.normpath(text)) if path.split("/")[0] not in ("..", "")] or [here]
    found = next((path for path in inside if any(is_under(each, path) for each in known)), inside[0])
    return "" if found == "." else found


def is_under(path: str, folder: str) -> bool:
    """Whether the path is that of the folder, or of something in it."""
    return folder in ("", ".", path) or path.startswith(f"{folder}/")


def recorded(root: Path, texts: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """The paths from the root, each a file that is known. Raises ObsbootError for one that is not."""
    every = list(known)
    found = tuple(named(root, text, every) for text in texts)
    for path in found:
        if path not in every:
            raise unknown(path, every)
    return found


def unknown(path: str, known: Sequence[str]) -> ObsbootError:
    """That the pack has no such file, with the one that may be meant."""
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(path, known, n=1)
    return ObsbootError(f"{path}: the pack has no such file", fix=f"did you mean {close[0]}?" if close else "")
