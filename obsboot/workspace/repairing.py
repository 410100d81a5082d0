"""A state that is lost, damaged or half merged, made whole again. Whatever counts as obsboot's own bytes is proven by hash.

The manifest is the one that is here, else the newest whole one in git's history, else it is made anew from a rendering
of the answers, and then every file that differs from that rendering counts as the user's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from obsboot.model import Exit, ObsbootError
from obsboot.workspace import history
from obsboot.workspace import state as st
from obsboot.workspace.adopting import Met, meet, state_of_met
from obsboot.workspace.planning import Plan, Step, Wanted, record_steps, replacing, with_gitignore
from obsboot.workspace.pristine import RENDERED, Text, found_texts, packed_texts
from obsboot.workspace.remains import (
    Guess,
    KnownAnswers,
    KnownManifest,
    Rendering,
    answers_left,
    guessed_answers,
    manifest_before,
    manifest_here,
    present,
    readable_answers,
)

Kind = Literal["verified", "rendered", "unknown"]
"""verified: the text that the manifest names was found; rendered: by rendering it again; unknown: counts as the user's."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known now of the text that a file began with, and where that was found."""

    path: str
    kind: Kind
    where: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """How the state is made whole: the same object whether it is shown or executed."""

    fault: str
    manifest: str
    """Where it is from; likewise `answers`."""
    answers: str
    found: tuple[Found, ...]
    plan: Plan

    @property
    def counts(self) -> dict[Kind, int]:
        """How many files of each kind."""
        counted = Counter(each.kind for each in self.found)
        return {"verified": counted["verified"], "rendered": counted["rendered"], "unknown": counted["unknown"]}

    @property
    def sources(self) -> list[tuple[Kind, str, int]]:
        """How many files of each kind, by where they were found."""
        counted = Counter((each.kind, each.where) for each in self.found)
        return [(kind, where, number) for (kind, where), number in counted.items()]


def plan_repair(root: Path, rendering: Rendering, guess: Guess) -> Repair | None:
    """How the state in `root` can be made whole; None where it is. Reads only.

    Raises ObsbootError where there is nothing to make it from (5), or its schema is another obsboot's (5).
    """
    fault = _fault(root)
    if not fault:
        return None
    past = history.commits(root)
    known = manifest_here(root) or manifest_before(root, past)
    answers = answers_left(root, past, known)
    if answers is None and known:
        answers = guessed_answers(known.state, rendering, guess)
    if answers is None:
        raise _hopeless(root, fault, "no answers are found, neither here nor in git")
    if known:
        state, found = _refilled(root, known, past, lambda: rendering(answers.data, known.state))
    else:
        state, found = _anew(root, fault, _rendered(root, fault, lambda: rendering(answers.data, None)))
    steps = tuple(_steps(root, state, answers))
    manifest = known.where if known else "made anew from the answers"
    return Repair(fault, manifest, answers.where, found, Plan(root, steps))


def _fault(root: Path) -> str:
    """What is wrong with the state; empty where nothing is."""
    try:
        state = st.load_state(root)
    except st.DamagedStateError as error:
        return error.message
    if state is None:
        return f"{st.MANIFEST}: it is missing"
    return "" if readable_answers(root) else f"{st.ANSWERS}: it is missing, or cannot be read"


def _refilled(
    root: Path, known: KnownManifest, past: Sequence[str], render: Callable[[], Wanted]
) -> tuple[st.State, tuple[Found, ...]]:
    """The state with every pristine text of its manifest that can still be found."""
    wanted = {one.blob for one in known.state.files.values() if one.owner != "seed" and one.blob != st.UNKNOWN}
    texts = {blob: Text(text, known.where) for blob, text in known.state.base.items()}
    if missing := wanted - texts.keys():
        texts |= found_texts(root, known.state, missing, past, render)
    state = replace(known.state, base={blob: one.text for blob, one in texts.items()})
    return state, tuple(_found(known.state, texts))


def _found(state: st.State, texts: dict[str, Text]) -> Iterator[Found]:
    for path, one in state.files.items():
        if one.owner != "seed":
            text = texts.get(one.blob)
            kind: Kind = "unknown" if text is None else "rendered" if text.is_rendered else "verified"
            yield Found(path, kind, text.where if text else "")


def _rendered(root: Path, fault: str, render: Callable[[], Wanted]) -> Wanted:
    try:
        return render()
    except ObsbootError as error:
        raise _hopeless(root, fault, f"its answers are not fit for use: {error.message}") from None


def _anew(root: Path, fault: str, wanted: Wanted) -> tuple[st.State, tuple[Found, ...]]:
    """A state of what is there: a file that is as it is rendered is pristine, every other one is the user's.

    What is left of the base says more: the file may be as it was rendered once, or may have begun with what is rendered
    now. A file that is not there is left out, and the next update offers it.
    """
    met = [each for each in meet(root, with_gitignore(wanted)) if each.meeting in ("same", "other")]
    if not met:
        raise _hopeless(root, fault, "none of the pack's files is there")
    texts = packed_texts(root)
    state, found = state_of_met(met, wanted), []
    files, base = dict(state.files), dict(state.base)
    for each in met:
        path, owner = each.file.path, each.file.owner
        began = _began(each, texts) if owner != "seed" and each.meeting == "other" else ""
        if began:
            files[path], base[began] = replace(files[path], blob=began), texts[began]
        if owner != "seed":
            found.append(_told(path, each.meeting == "same", began))
    return replace(state, files=files, base=base), tuple(found)


def _told(path: str, is_same: bool, began: str) -> Found:
    if is_same:
        return Found(path, "rendered", RENDERED)
    return Found(path, "verified", st.BASE) if began else Found(path, "unknown")


def _began(each: Met, texts: Mapping[str, str]) -> str:
    """The id of the text that an edited file began with; empty where it is not among these."""
    own = st.blob_id(each.there.replace(b"\r\n", b"\n"))
    rendered = st.blob_id(each.file.text.encode())
    return next((id_ for id_ in (own, rendered) if id_ in texts), "")


def _hopeless(root: Path, fault: str, why: str) -> ObsbootError:
    first = f"move {st.FOLDER}/ away; then " if (root / st.FOLDER).exists() else ""
    return ObsbootError(
        f"{fault}; it cannot be repaired: {why}",
        fix=f"{first}`obsboot adopt` makes a state from the files as they are",
        code=Exit.REFUSED,
    )


def _steps(root: Path, state: st.State, answers: KnownAnswers) -> Iterator[Step]:
    """What of the state is not as it has to be; the manifest comes last. Damaged answers may hold words of the user's."""
    there = present(root, st.ANSWERS)
    if there != answers.data:
        step = replacing(root, st.ANSWERS, answers.data, there)
        yield replace(step, backup=f"{st.FOLDER}/backup/answers.yml" if step.action == "replace" else "")
    yield from record_steps(root, state)
