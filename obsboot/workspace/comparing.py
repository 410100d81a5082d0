"""What is different in a file, as the lines of a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.standing import Standing
from obsboot.workspace.state import State

if TYPE_CHECKING:
    from obsboot.workspace.update.sides import Sides

What = Literal["edited", "added", "deleted", "renamed"]
_NO_END = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that differs from its pristine rendering. `goal` is where the other side has it."""

    path: str
    goal: str
    what: What
    owner: str
    lines: tuple[str, ...]


def edits(root: Path, state: State, files: Sequence[Standing]) -> Iterator[Difference]:
    """What the user made of each file. One whose rendering is not kept, as of seeds, cannot be compared."""
    for each in files:
        base = state.pristine(each.path)
        if each.what == "pristine" or base is None:
            continue
        data = None if obstacle(root, each.path) else content(root / each.path)
        if data is None:
            yield _deleted(each.path, each.owner, base)
        elif lines := _against(each.path, base, data):
            yield Difference(each.path, each.path, "edited", each.owner, lines)


def _against(path: str, base: str, data: bytes) -> tuple[str, ...]:
    """The line ends of a checkout are no difference."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return (f"pristine/{path} and yours/{path} differ, and yours is no text",)
    return unified(base, text.replace("\r\n", "\n"), f"pristine/{path}", f"yours/{path}")


def renewals(sides: Sequence[Sides]) -> Iterator[Difference]:
    """What a new rendering makes of each recorded one, whatever the user made of it; seeds never change."""
    for each in sorted(sides, key=lambda one: one.path):
        file, old = each.file, each.recorded
        if file is None:
            if old and each.base is not None:
                yield _deleted(each.path, old.owner, each.base)
        elif old is None:
            lines = unified("", file.text, "/dev/null", f"template/{file.path}")
            yield Difference(each.path, file.path, "added", file.owner, lines)
        elif each.base is not None:
            yield from _renewed(each.path, each.goal, file.owner, each.base, file.text)


def _renewed(path: str, goal: str, owner: str, base: str, text: str) -> Iterator[Difference]:
    lines = unified(base, text, f"pristine/{path}", f"template/{goal}")
    if lines:
        yield Difference(path, goal, "edited", owner, lines)
    elif goal != path:
        yield Difference(path, goal, "renamed", owner, (f"rename from {path}", f"rename to {goal}"))


def _deleted(path: str, owner: str, base: str) -> Difference:
    return Difference(path, path, "deleted", owner, unified(base, "", f"pristine/{path}", "/dev/null"))


def unified(before: str, after: str, old: str, new: str) -> tuple[str, ...]:
    """The diff of two texts under these names, without line ends; none where they are equal."""
    found = unified_diff(_lines(before), _lines(after), old, new)
    return tuple(line for each in found for line in _shown(each))


def _lines(text: str) -> list[str]:
    """Only `\n` ends a line, as it is for git and patch."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + [rest] * bool(rest)


def _shown(line: str) -> Iterator[str]:
    yield line.removesuffix("\n")
    if not line.endswith("\n"):
        yield _NO_END
