"""Entries tried on formats: what became of each, how long it took, and how many of them were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any

from obsboot.commands.logs_lines import Lines
from obsboot.logs.entries import Entry
from obsboot.logs.explaining import Fit, attempt, explain
from obsboot.logs.grok import GrokError, compiled, grok
from obsboot.logs.reading import UNPARSED, begins, dataset, format_of
from obsboot.logs.times import FormatError, expression
from obsboot.model import Exit, LogFormat, Match, ObsbootError, ReadTime

_SOON = 100_000_000
"""Nanoseconds within which an entry is read that can be read again to be sure of its time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One entry and its document. `alike` are the formats that it begins like, where these are several: none may."""

    entry: Entry
    format: LogFormat | None
    document: dict[str, Any]
    nanoseconds: int
    alike: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return UNPARSED in self.document.get("tags", ())


@dataclass(slots=True)
class Trials:
    """The trials of one run, counted."""

    formats: Sequence[LogFormat]
    zone: str
    lines: Lines
    read: Counter[str] = field(default_factory=Counter)
    unparsed: int = 0
    ambiguous: int = 0
    cut: int = 0
    slowest: Trial | None = None
    _warm: set[str] = field(default_factory=set)

    @property
    def entries(self) -> int:
        return self.unparsed + self.read.total()

    def made(self, entry: Entry) -> Trial:
        """What the formats make of the entry."""
        which = format_of(self.formats, entry.text)
        if (name := which.name if which else "") not in self._warm:
            self._warm.add(name)  # the first time of all would be that of compiling
            attempt(self.formats, entry.text, self.zone)
        document, took = self._timed(entry)
        if self.slowest and self.slowest.nanoseconds < took < _SOON:
            took = min(took, *(self._timed(entry)[1] for _ in range(2)))  # other programs run as well
        alike = tuple(each.name for each in self.formats if compiled(begins(each)).match(entry.text))
        trial = Trial(entry, which, document, took, alike if len(alike) > 1 else ())
        self._count(trial)
        return trial

    def _timed(self, entry: Entry) -> tuple[dict[str, Any], int]:
        """The document, and the nanoseconds that it took."""
        started = perf_counter_ns()
        document = attempt(self.formats, entry.text, self.zone)
        return document, perf_counter_ns() - started

    def fit(self, trial: Trial) -> Fit:
        """Why the entry was not read."""
        return explain(self.formats, trial.entry.text, self.zone)

    def _count(self, trial: Trial) -> None:
        self.ambiguous += bool(trial.alike)
        self.cut += trial.entry.cut
        if self.slowest is None or trial.nanoseconds > self.slowest.nanoseconds:
            self.slowest = trial
        if trial.failed:
            self.unparsed += 1
        elif trial.format:
            self.read[dataset(trial.format)] += 1

    def code(self) -> Exit:
        """4 where an entry was not read or could be of two formats, 6 where there was none at all."""
        if self.unparsed or self.ambiguous:
            return Exit.FAILED
        return Exit.DONE if self.entries else Exit.COULD_NOT_CHECK


def ready(formats: Sequence[LogFormat]) -> None:
    """Raises ObsbootError where a format cannot be used, with its place."""
    for format_ in formats:
        try:
            compiled(begins(format_))
            for step in format_.steps:
                for pattern in step.match if isinstance(step, Match) else ():
                    grok(pattern, format_.fragments)
                for form in step.formats if isinstance(step, ReadTime) else ():
                    expression(form)
        except (GrokError, FormatError) as error:
            raise ObsbootError(
                f"{format_.place}: {error}", fix=f"`obsboot catalog check {format_.component}`"
            ) from error
