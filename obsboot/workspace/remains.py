"""What is left of a state: the manifest and the answers, here or in git's history."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsboot.answers.given import from_file
from obsboot.model import Exit, ObsbootError, ordered
from obsboot.workspace import history
from obsboot.workspace import state as st
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Wanted, with_gitignore

Rendering = Callable[[bytes, st.State | None], Wanted]
"""What the text of an answers file stands for; the state knows where each answer came from. Raises ObsbootError."""
Guess = Callable[[st.State], bytes]
"""Answers that a state may have been made of. Raises ObsbootError where there are none."""
_MARKERS = re.compile(rb"^<<<<<<< .*^>>>>>>> ", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class KnownManifest:
    """A manifest that can be read, perhaps without its base, and the answers that it stands beside in git."""

    state: st.State
    where: str
    answers: bytes | None = None


@dataclass(frozen=True, slots=True)
class KnownAnswers:
    """The text of an answers file."""

    data: bytes
    where: str


def readable_answers(root: Path) -> bytes | None:
    """The answers that are here, whatever they say; None where that is no form of answers."""
    data = present(root, st.ANSWERS)
    if data is None or _MARKERS.search(data):
        return None
    try:
        return data if from_file(root / st.ANSWERS, st.ANSWERS) else None
    except ObsbootError:
        return None


def present(root: Path, path: str) -> bytes | None:
    """The bytes of a file that can be read and written; None where there is none."""
    try:
        return None if obstacle(root, path) else content(root / path)
    except OSError as error:
        raise ObsbootError(f"{path}: it cannot be read: {error.strerror}", code=Exit.REFUSED) from None


def manifest_here(root: Path) -> KnownManifest | None:
    """The manifest in the work tree. Raises ObsbootError where it has the schema of another obsboot."""
    data = present(root, st.MANIFEST)
    if data is None:
        return None
    try:
        return KnownManifest(st.read_manifest(data)[0], "as it is here")
    except st.DamagedStateError:
        return None


def manifest_before(root: Path, past: Sequence[str]) -> KnownManifest | None:
    """The newest whole state in git's history; of a half merged one the side with the newer obsboot, as a whole."""
    if _MARKERS.search(present(root, st.MANIFEST) or b""):
        both = list(history.whole(root, [*history.SIDES, *past]))
        kept = max(both, key=lambda one: ordered(one.state.version), default=None)
    else:
        kept = next(history.whole(root, past), None)
    return KnownManifest(kept.state, f"git, {kept.commit[:12]}", kept.answers) if kept else None


def answers_left(root: Path, past: Sequence[str], known: KnownManifest | None) -> KnownAnswers | None:
    """The answers that are here, else those beside the manifest, else the newest ones in git's history."""
    if data := readable_answers(root):
        return KnownAnswers(data, "as they are here")
    if known and known.answers is not None:
        return KnownAnswers(known.answers, known.where)
    kept = next(history.whole(root, past), None)
    return KnownAnswers(kept.answers, f"git, {kept.commit[:12]}") if kept else None


def guessed_answers(state: st.State, rendering: Rendering, guess: Guess) -> KnownAnswers | None:
    """Answers that nobody has written down: they count if what they render is what the manifest names, file by file."""
    try:
        data = guess(state)
        files = with_gitignore(rendering(data, state))
    except ObsbootError:
        return None
    recorded = {one.home or path: one.blob for path, one in state.files.items() if one.owner != "seed"}
    rendered = {file.path: st.blob_id(file.text.encode()) for file in files if file.owner != "seed"}
    return KnownAnswers(data, "detected, and they render what the manifest names") if rendered == recorded else None
