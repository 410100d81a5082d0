"""The plan of an update: a verdict for each file, the steps that carry it out, and the state afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsboot import __version__
from obsboot.merge import Labels
from obsboot.model import Exit, ObsbootError, ordered
from obsboot.workspace import state as st
from obsboot.workspace.planning import Plan, Wanted, lacking, secret_steps, state_steps, with_gitignore
from obsboot.workspace.standing import marked
from obsboot.workspace.update.carrying import Move, carried
from obsboot.workspace.update.moves import followed
from obsboot.workspace.update.room import with_room
from obsboot.workspace.update.sides import Sides, sides
from obsboot.workspace.update.steps import steps_of
from obsboot.workspace.update.verdicts import Verdict, broken_merge, verdict


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer that is another than at the last time, or holds for another reason (`origin`)."""

    key: str
    before: str
    after: str
    origin: str


@dataclass(frozen=True, slots=True)
class Update:
    """What an update does: the same object whether it is shown or executed."""

    version: str
    """That of the obsboot which wrote the pack the last time."""
    verdicts: tuple[Verdict, ...]
    answers: tuple[Changed, ...]
    plan: Plan
    secrets: frozenset[str] = frozenset()
    """The paths of secrets that are to be made: no clone has any, and the pack is up to date all the same."""

    def of(self, *actions: str) -> tuple[Verdict, ...]:
        return tuple(each for each in self.verdicts if each.action in actions)

    @property
    def is_noop(self) -> bool:
        """Whether the pack is up to date: nothing but secrets is to be written, and nothing to be told."""
        own = (step for step in self.plan.of("create", "replace", "delete", "refuse") if step.path not in self.secrets)
        return next(own, None) is None and not self.conflicts

    @property
    def conflicts(self) -> tuple[Verdict, ...]:
        return self.of("conflict")


Judge = Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]]
"""Of the pack's texts as they would be, and of the merged ones among them: path -> what is broken in a merged file."""


def plan_update(root: Path, wanted: Wanted, judge: Judge | None = None) -> Update:
    """What `wanted` means for the pack in the repository. Reads only. What `judge` finds broken is a conflict.

    Raises ObsbootError where there is no pack or its state is damaged (5), where a file still holds the markers of an
    earlier update, or where a newer obsboot wrote the pack (5).
    """
    known = st.load_state(root)
    if known is None:
        fix = "`obsboot init` writes one, `obsboot adopt` takes in what is there"
        raise ObsbootError(f"{root}: there is no pack to update: {st.MANIFEST} is missing", fix=fix)
    _refuse_older(known.version)
    found = followed(root, st.renamed(known, wanted.sources))
    files = with_gitignore(wanted)
    labels = Labels("yours", f"template {known.version}", f"template {__version__}")
    every = tuple(sides(root, found, files))
    _refuse_markers(every)
    met = [(each, verdict(each, labels, __version__)) for each in every]
    decided = with_room(root, every, tuple(_judged(met, judge)))
    decided = carried(Move(root, known.values.get("directory", ""), wanted.directory), every, decided)
    files_after, base = _remembered(decided)
    new = st.State(
        __version__, files_after, dict(sorted(wanted.origin.items())), base, dict(sorted(wanted.values.items()))
    )
    steps = [step for each in decided for step in steps_of(root, each)]
    there = {step.path for step in steps}
    private = [step for step in secret_steps(root, wanted) if step.path not in there]
    steps += private
    if not any(step.action == "refuse" for step in steps):
        steps += state_steps(root, wanted, known, new)
    plan = Plan(root, tuple(steps), tuple(lacking(root, wanted)), (f"{wanted.directory}/secrets",))
    secrets = frozenset(step.path for step in private)
    return Update(known.version, decided, tuple(_answers(known, wanted)), plan, secrets)


def _judged(met: Sequence[tuple[Sides, Verdict]], judge: Judge | None) -> Iterator[Verdict]:
    """The verdicts, with each merge that would break something a conflict."""
    merged = {v.at: v.data.decode() for _, v in met if v.action == "merge" and v.data is not None}
    texts = {v.at: text for s, v in met if (text := _text(s, v)) is not None}
    broken = judge(texts, merged) if judge and merged else {}
    for sides_, each in met:
        yield broken_merge(sides_, broken[each.at]) if each.at in broken else each


def _text(sides_: Sides, each: Verdict) -> str | None:
    """What the file would say afterwards; None where it is no part of the pack then, or no text."""
    data = each.data if each.data is not None else sides_.yours
    if each.action in ("delete", "declined", "released", "refuse") or each.recorded is None or data is None:
        return None
    try:
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None


def _refuse_older(version: str) -> None:
    if ordered(version) > ordered(__version__):
        raise ObsbootError(
            f"the pack was written by obsboot {version}, and this is {__version__}",
            fix=f"install obsboot {version} or newer: an older one cannot know what the newer one wrote",
            code=Exit.REFUSED,
        )


def _refuse_markers(every: Iterable[Sides]) -> None:
    """Markers within markers nobody can resolve."""
    marked = [f"{each.path}:{line}" for each in every if (line := _marked(each))]
    if marked:
        raise ObsbootError(
            f"markers of an earlier update are still in {', '.join(marked)}",
            fix="resolve them in the editor, or `obsboot resolve PATH --yours` or `--template`",
            code=Exit.REFUSED,
        )


def _marked(sides_: Sides) -> int:
    """The first line of a marker that a merge left; what the template wrote so, or is a seed, has none of a merge."""
    data = sides_.yours if sides_.recorded is not None and sides_.recorded.owner != "seed" else None
    return 0 if data is None or sides_.is_pristine or sides_.is_current else marked(data)


def _remembered(decided: Iterable[Verdict]) -> tuple[dict[str, st.Recorded], dict[str, str]]:
    """Which files the state has afterwards, and the pristine texts of them."""
    files, base = {}, {}
    for each in sorted(decided, key=lambda v: v.at):
        if each.recorded is None:
            continue
        files[each.at] = each.recorded
        if each.base is not None and each.recorded.owner != "seed":
            base[each.recorded.blob] = each.base
    return files, base


def _answers(known: st.State, wanted: Wanted) -> Iterator[Changed]:
    """Those that differ; a pack from before answers were kept with their values has none to compare."""
    for key in sorted({*known.values, *wanted.values}) if known.values else ():
        before, after = known.values.get(key, ""), wanted.values.get(key, "")
        if before != after:
            yield Changed(key, before, after, wanted.origin.get(key, "default"))
