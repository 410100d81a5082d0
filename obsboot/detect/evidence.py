"""What detection says: instances and answers, each with the places that speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsboot.model import Finding, Value


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A line of the repository and what it tells. `path` is relative to the repository; line 0 is the whole file."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One answer and its evidence. Where it is not `sure`, a person is asked to confirm it."""

    value: Value
    evidence: Evidence
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """One use of a component. Several suggestions for one answer contradict each other."""

    id: str
    component: str
    evidence: tuple[Evidence, ...]
    answers: Mapping[str, tuple[Suggestion, ...]] = field(default_factory=dict)
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A technology that is there and that the catalogue does not cover."""

    name: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Conflict:
    """Places that contradict each other about `key`; `flag` decides."""

    key: str
    options: tuple[Suggestion, ...]
    flag: str

    def __str__(self) -> str:
        said = ", ".join(f"{option.value} ({option.evidence})" for option in self.options)
        return f"{self.key}: the repository says {said}"


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything that the repository tells by itself. `files` counts the files that were looked at."""

    instances: Mapping[str, Found]
    values: Mapping[str, tuple[Suggestion, ...]]
    uncovered: tuple[Uncovered, ...] = ()
    findings: tuple[Finding, ...] = ()
    rivals: tuple[Conflict, ...] = ()
    """Components of which only one can be meant, such as two frameworks for one service."""
    files: int = 0

    def conflicts(self) -> tuple[Conflict, ...]:
        """Every contradiction, each with the flag that decides it."""
        keyed = dict(self.values)
        for name, found in self.instances.items():
            keyed |= {f"{name}.{key}": options for key, options in found.answers.items()}
        said = [Conflict(k, o, f"--set {k}={o[0].value}") for k, o in sorted(keyed.items()) if len(o) > 1]
        return (*self.rivals, *said)


def distinct(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    """One suggestion for each value, the first evidence for it. Unsure ones only count where no sure one is."""
    sure = [s for s in suggestions if s.sure] or suggestions[:1]
    return tuple(
        {str(s.value): s for s in reversed(sure)}[value] for value in dict.fromkeys(str(s.value) for s in sure)
    )
