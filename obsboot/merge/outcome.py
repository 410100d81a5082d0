"""What a merge of three texts comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """The names that the markers give to the three sides: `yours`, `template 1.4.0`, `template 2.0.0`."""

    yours: str
    base: str
    template: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One block of markers. `line` and `end` are its first and last line in the merged text, counted from 1.

    `yours` and `template` say in one line what each side did. `what` says why sides that do not touch are at odds
    all the same; it is empty where they changed the same lines.
    """

    line: int
    end: int
    yours: str
    template: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text; where it has conflicts, each stands in it as a block of markers that holds all three sides."""

    text: str
    conflicts: tuple[Conflict, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.conflicts
