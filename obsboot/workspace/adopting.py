"""A pack written around files that are there already: every byte of them stays, and the state knows them as the user's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from obsboot import __version__
from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace import state as st
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import (
    Plan,
    Step,
    Wanted,
    lacking,
    replacing,
    secret_steps,
    state_steps,
    with_gitignore,
)
from obsboot.workspace.state import SIDECAR

Meeting = Literal["absent", "same", "other", "blocked"]
"""absent: nothing is there; same: the rendering's bytes are, perhaps with CRLF; other: the user's are; blocked: see why."""


@dataclass(frozen=True, slots=True)
class Met:
    """A rendered file, and what is at its path."""

    file: GeneratedFile
    meeting: Meeting
    there: bytes = field(default=b"", repr=False)
    why: str = ""

    @property
    def recorded(self) -> st.Recorded:
        """What the state says of the file where it stays as it is, or is written: of the user's bytes no base is known."""
        blob = st.blob_id(self.file.text.encode())
        known = st.Recorded(self.file.source, blob, self.file.owner, __version__, executable=self.file.executable)
        is_theirs = self.meeting == "other" and self.file.owner != "seed"
        return replace(known, blob=st.UNKNOWN, base_version="") if is_theirs else known

    @property
    def base(self) -> dict[str, str]:
        """Its pristine text by blob id, where that is what the user has or gets."""
        recorded = self.recorded
        return {} if recorded.blob == st.UNKNOWN or recorded.owner == "seed" else {recorded.blob: self.file.text}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that stays though the pack has another one for its path: how many lines only either of them has."""

    path: str
    yours: int
    pack: int


@dataclass(frozen=True, slots=True)
class Adoption:
    """What taking a repository in means: the same object whether it is shown or executed."""

    met: tuple[Met, ...]
    kept: tuple[Kept, ...]
    plan: Plan

    def of(self, meeting: Meeting) -> tuple[str, ...]:
        return tuple(each.file.path for each in self.met if each.meeting == meeting)


def meet(root: Path, files: Iterable[GeneratedFile]) -> Iterator[Met]:
    """Each rendered file with what is at its path, by path. Reads only."""
    for file in sorted(files, key=lambda file: file.path):
        if why := obstacle(root, file.path):
            yield Met(file, "blocked", why=why)
            continue
        there = content(root / file.path)
        if there is None:
            yield Met(file, "absent")
        else:
            is_same = st.is_pristine(there, st.blob_id(file.text.encode()))
            yield Met(file, "same" if is_same else "other", there)


def state_of_met(met: Iterable[Met], wanted: Wanted) -> st.State:
    """The state of a pack of which some files may be the user's own."""
    files, base = {}, dict[str, str]()
    for each in met:
        files[each.file.path] = each.recorded
        base |= each.base
    return st.State(__version__, files, dict(sorted(wanted.origin.items())), base, dict(sorted(wanted.values.items())))


def refuse_second(root: Path) -> None:
    """Raises ObsbootError (5) where there is a pack already, whose state may be damaged."""
    if st.load_state(root):
        fix = "`obsboot update` brings it up to date"
        raise ObsbootError(f"{root}: there is a pack already", fix=fix, code=Exit.REFUSED)


def plan_adoption(root: Path, wanted: Wanted, sidecars: bool = False) -> Adoption:
    """What it takes to have the pack around what is there. Reads only. `sidecars`: the pack's version goes beside each
    file that is kept.

    Raises ObsbootError where there is a pack already (5), or its state is damaged (5).
    """
    refuse_second(root)
    met = tuple(meet(root, with_gitignore(wanted)))
    steps = [step for each in met for step in _steps(root, each, sidecars)]
    steps += secret_steps(root, wanted)
    if not any(step.action == "refuse" for step in steps):
        state = state_of_met(met, wanted)
        steps += state_steps(root, wanted, None, _with_conflicts(state, met) if sidecars else state)
    notes = (*lacking(root, wanted), *_uncovered(met, wanted))
    kept = tuple(_kept(each) for each in met if _is_at_odds(each))
    return Adoption(met, kept, Plan(root, tuple(steps), notes, (f"{wanted.directory}/secrets",)))


def _is_at_odds(each: Met) -> bool:
    """Whether the user has one thing and the pack another; a seed is the user's anyway."""
    return each.meeting == "other" and each.file.owner != "seed"


def _steps(root: Path, each: Met, sidecars: bool) -> Iterator[Step]:
    path, data = each.file.path, each.file.text.encode()
    if each.meeting == "blocked":
        yield Step(path, "refuse", each.why)
    elif each.meeting == "absent":
        yield Step(path, "create", data=data, mode=0o755 if each.file.executable else 0o644)
    elif each.meeting == "same":
        yield Step(path, "unchanged")
    else:
        yield Step(path, "keep", _why(each))
        beside = content(root / f"{path}{SIDECAR}") if not obstacle(root, f"{path}{SIDECAR}") else None
        if sidecars and _is_at_odds(each) and beside != data:
            yield replacing(root, f"{path}{SIDECAR}", data, beside)


def _why(each: Met) -> str:
    if each.file.owner == "seed":
        return "it is yours"
    kept = _kept(each)
    return f"it is yours: {kept.yours} lines of it are not in the pack's file, {kept.pack} of that are not in yours"


def _with_conflicts(state: st.State, met: Iterable[Met]) -> st.State:
    """With both versions side by side it is for the user to decide: the files are marked so."""
    decided = {each.file.path: replace(each.recorded, status="conflict") for each in met if _is_at_odds(each)}
    return replace(state, files={**state.files, **decided})


def _kept(each: Met) -> Kept:
    """How far apart the two are; of bytes that are no text every line differs."""
    yours, pack = Counter(each.there.decode(errors="replace").splitlines()), Counter(each.file.text.splitlines())
    return Kept(each.file.path, (yours - pack).total(), (pack - yours).total())


def _uncovered(met: Iterable[Met], wanted: Wanted) -> Iterator[str]:
    """A `.gitignore` of the user's that would let the pack's secrets into version control."""
    path = f"{wanted.directory}/.gitignore"
    for each in met:
        if each.file.path == path and each.meeting == "other":
            has = set(each.there.decode(errors="replace").split())
            if lacks := [name for name in (".env", "secrets/") if not {name, f"/{name}"} & has]:
                yield f"{path} is yours, and lacks {' and '.join(lacks)}: add them, or secrets go into version control"
