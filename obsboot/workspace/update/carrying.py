"""A pack that moves to another folder: what is the user's in it goes along, secrets too, and none is made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from obsboot.workspace.obstacles import obstacle, readable
from obsboot.workspace.standing import files_below
from obsboot.workspace.update.sides import Sides
from obsboot.workspace.update.verdicts import Verdict

_OWN = ("local", "secrets")
"""The folders of a pack in which all files are the user's."""
_WHY = "yours, and goes along"


@dataclass(frozen=True, slots=True)
class Move:
    """The folder that the pack was in, and the one that it shall be in."""

    root: Path
    before: str
    after: str

    def goal(self, path: str) -> str:
        """Where a file of the old folder shall be; empty where it is not in there."""
        rest = path.removeprefix(f"{self.before}/")
        return f"{self.after}/{rest}" if self.before and self.before != self.after and rest != path else ""

    def is_free(self, path: str) -> bool:
        return not obstacle(self.root, path) and not (self.root / path).exists()


def carried(move: Move, every: Sequence[Sides], decided: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts with those of seeds that go along, and of what no state knows: secrets, and files in `local` folders."""
    known = {each.path for each in every}
    seeds = (_seed(move, *pair) for pair in zip(every, decided, strict=True))
    return (*seeds, *(each for path in _own(move) if path not in known and (each := _file(move, path))))


def _seed(move: Move, sides: Sides, each: Verdict) -> Verdict:
    is_seed = each.recorded is not None and each.recorded.owner == "seed" and sides.goal == move.goal(sides.path)
    if each.recorded is None or not is_seed or sides.yours is None or not move.is_free(sides.goal):
        return each
    recorded = replace(each.recorded, home="")
    return replace(each, action="rename", reason=_WHY, goal=sides.goal, data=sides.yours, recorded=recorded)


def _own(move: Move) -> Iterator[str]:
    """The user's files in the old folder, if the pack moves."""
    if move.goal(f"{move.before}/x"):
        for path in files_below(move.root, move.before):
            parts = PurePosixPath(path.removeprefix(f"{move.before}/")).parts
            if parts == (".env",) or any(name in _OWN for name in parts[:-1]):
                yield path


def _file(move: Move, path: str) -> Verdict | None:
    """What is at its new place already stays there, and the old one where it is."""
    goal = move.goal(path)
    data, _ = (None, "") if obstacle(move.root, path) else readable(move.root / path)
    if data is None or not move.is_free(goal):
        return None
    return Verdict(path, "rename", _WHY, goal, data, mode=(move.root / path).stat().st_mode & 0o777)
