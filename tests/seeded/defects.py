"""The seeded defects: each is one fault, put into a copy of the clean stack."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
STACK = HERE / "stack"


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, which stands once in `file`, becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Marker:
    """The line of `file` that holds `text`: the `nth` of them, or the first one below `after`."""

    file: str
    text: str
    nth: int = 0
    after: str = ""

    def line(self, root: Path) -> int:
        """Counted from 1. Raises ValueError where the marker is not of exactly one line."""
        text = (root / self.file).read_text(encoding="utf-8")
        above = text.partition(self.after)[0].count("\n") + 1 if self.after in text and self.after else 0
        lines = [number for number, line in enumerate(text.split("\n"), 1) if self.text in line and number > above]
        if not lines or len(lines) < self.nth or (len(lines) > 1 and not self.nth and not self.after):
            raise ValueError(f"{self.file}: {len(lines)} lines hold {self.text!r}")
        return lines[max(self.nth - 1, 0)]


@dataclass(frozen=True, slots=True)
class Defect:
    """`offline` is whether it can be told from the files alone, and `reason` why not.

    `missed` says why it is known not to be caught, `elsewhere` why it is caught but pointed at in another place.
    """

    id: str
    area: str
    what: str
    edits: tuple[Edit, ...]
    at: tuple[Marker, ...]
    offline: bool = True
    reason: str = ""
    missed: str = ""
    elsewhere: str = ""

    def seed(self, root: Path) -> None:
        """Puts the fault into the stack below `root`. Raises ValueError where a text does not stand there once."""
        for edit in self.edits:
            path = root / edit.file
            text = path.read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(f"{self.id}: {edit.file} holds {edit.old!r} {text.count(edit.old)} times")
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")

    def places(self, root: Path) -> frozenset[tuple[str, int]]:
        """Where a linter should point, in the seeded stack: path and line, either of which is right."""
        return frozenset((marker.file, marker.line(root)) for marker in self.at)


def defects(name: str = "defects") -> tuple[Defect, ...]:
    """All of `defects.yaml` or `variants.yaml`, in the order of the file."""
    return tuple(_read(each) for each in yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")))


def _read(each: Mapping[str, Any]) -> Defect:
    plain = {key: value for key, value in each.items() if key not in {"edits", "at"}}
    return Defect(**plain, edits=tuple(Edit(**e) for e in each["edits"]), at=tuple(Marker(**m) for m in each["at"]))


def copy_stack(root: Path) -> Path:
    """A copy of the clean stack in `root`, which must not exist."""
    return Path(shutil.copytree(STACK, root))
