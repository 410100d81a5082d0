"""What `obsboot logs` shows: entries with their fields, in colour on a terminal, or as JSON; and what was learnt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from obsboot.logs.documents import flat
from obsboot.logs.reading import dataset

if TYPE_CHECKING:
    from obsboot.commands.logs_trial import Trial, Trials
    from obsboot.logs.explaining import Fit
    from obsboot.logs.learning import Proposal
    from obsboot.model import LogField

_LONGEST = 400
"""Characters of one value or entry that are shown."""
_UNPLACED = 10
_FIRST = {"@timestamp": 0, "log.level": 1, "message": 2}


def shown(text: str, longest: int = _LONGEST) -> str:
    """The text on one line: what would steer a terminal as an escape, and of what is too long the beginning."""
    if len(text) > longest:
        return f"{shown(text[:longest])} ... and {len(text) - longest} more characters"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def paint(text: str, **style: Any) -> str:
    """The text in colours, which `_put` leaves out where there is no terminal."""
    return click.style(text, **style)


def _put(line: str) -> None:
    """Writes a line all of whose texts went through `shown`, so that every escape in it is ours."""
    click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


class _Few:
    """Which trials are shown: all as they come, or the first few, those that were not read first."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self.failed: list[Trial] = []
        self.read: list[Trial] = []

    def keeps(self, trial: Trial) -> None:
        kept = self.failed if trial.failed else self.read
        if self.most is not None and len(kept) < self.most:
            kept.append(trial)

    def chosen(self) -> list[Trial]:
        return [*self.failed, *self.read][: self.most]


class AsText:
    """Entries for a person: each with its fields, their types and values, then the numbers."""

    def __init__(self, trials: Trials, common: Mapping[str, LogField], most: int | None) -> None:
        self._trials, self._common, self._few = trials, common, _Few(most)

    def add(self, trial: Trial) -> None:
        self._few.keeps(trial)
        if self._few.most is None:
            self._show(trial)

    def end(self) -> None:
        trials = self._trials
        chosen = self._few.chosen()
        for trial in chosen:
            self._show(trial)
        if self._few.most is not None and (left := trials.entries - len(chosen)):
            _put(paint(f"{left} more were tried; --all shows them", dim=True))
            _put("")
        for line in _summary(trials):
            _put(line)

    def _show(self, trial: Trial) -> None:
        for line in _failed(trial, self._trials.fit(trial)) if trial.failed else self._read(trial):
            _put(line)
        _put("")

    def _read(self, trial: Trial) -> Iterator[str]:
        name = dataset(trial.format) if trial.format else ""
        yield f"{paint(f'line {trial.entry.line}', bold=True)}  {paint(name, fg='cyan')}{_remarks(trial)}"
        yield f"  {paint(shown(trial.entry.text), dim=True)}"
        rows = list(fields(trial, self._common))
        widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
        for field, type_, value in rows:
            kind = paint(f"{type_:<{widths[1]}}", fg="yellow" if type_ == _UNMAPPED else "blue")
            yield f"  {paint(f'{field:<{widths[0]}}', fg='green')}  {kind}  {value}"


_UNMAPPED = "undeclared"


def fields(trial: Trial, common: Mapping[str, LogField]) -> Iterator[tuple[str, str, str]]:
    """Name, type and value of every field; the dataset and an untouched message go without saying."""
    declared = {**common, **(trial.format.fields if trial.format else {})}
    found = sorted(flat(trial.document), key=lambda pair: _FIRST.get(pair[0], len(_FIRST)))
    for name, value in found:
        if name == "event.dataset" or (name == "message" and value == trial.entry.text):
            continue
        above = next((each for each in declared if name.startswith(f"{each}.") and declared[each].type == "object"), "")
        type_ = declared[name].type if name in declared else "object" if above else _UNMAPPED
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        yield shown(name), type_, shown(text)


def _failed(trial: Trial, fit: Fit) -> Iterator[str]:
    """The part that fits, the rest, and what would have had to follow."""
    yield f"{paint(f'line {trial.entry.line}', bold=True)}  {paint('not read', fg='red', bold=True)}{_remarks(trial)}"
    where = "" if fit.of == "message" else f" in {fit.of}"
    yield f"  {dataset(fit.format)}: {shown(fit.why)}{where}"
    if trial.entry.text != fit.text:
        yield f"  entry   {paint(shown(trial.entry.text), dim=True)}"
    tail = fit.text[: fit.end]
    begun = shown(tail) if len(tail) <= _LONGEST else f"... {shown(tail[-_LONGEST:])}"
    yield f"  fits    {paint(begun, fg='green')}{paint('|', dim=True)}"
    yield f"  rest    {paint(shown(fit.text[fit.end :]), fg='red', bold=True)}"
    if fit.wanted:
        yield f"  wanted  {paint(shown(fit.wanted, 200), fg='yellow')}"


def _remarks(trial: Trial) -> str:
    said = ["it begins like several formats: " + " and ".join(trial.alike)] if trial.alike else []
    said += [f"{trial.entry.text.count(chr(10)) + 1} lines"] if "\n" in trial.entry.text else []
    said += ["it was longer, and was cut"] if trial.entry.cut else []
    return "".join(f"  {paint(each, fg='yellow')}" for each in said)


def _summary(trials: Trials) -> Iterator[str]:
    count = f"{_counted(trials.lines.count, 'line', 'lines')}, {_counted(trials.entries, 'entry', 'entries')}"
    if not trials.entries:
        yield paint(f"{count}: nothing was tried", fg="yellow", bold=True)
    elif trials.unparsed:
        yield paint(f"{count}: {trials.unparsed} not read", fg="red", bold=True)
    else:
        yield paint(f"{count}: all read", fg="green", bold=True)
    rows = [*sorted(trials.read.items()), *([("not read", trials.unparsed)] if trials.unparsed else [])]
    width = max((len(name) for name, _ in rows), default=0)
    yield from (f"  {name:<{width}}  {number}" for name, number in rows)
    if trials.slowest:
        yield f"  slowest entry: {trials.slowest.nanoseconds / 1000:.0f} microseconds, line {trials.slowest.entry.line}"
    if trials.ambiguous:
        yield f"  {_counted(trials.ambiguous, 'entry', 'entries')} could be of several formats, and none may: see `starts`"
    if trials.cut:
        yield f"  {_counted(trials.cut, 'entry', 'entries')} longer than an entry can be, and cut"
    yield from (f"  {each}" for each in trials.lines.oddities())


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


class AsJson:
    """The same as one JSON object, written as it comes."""

    def __init__(self, trials: Trials, _common: Mapping[str, LogField], most: int | None) -> None:
        self._trials, self._few, self._begun = trials, _Few(most), False

    def add(self, trial: Trial) -> None:
        self._few.keeps(trial)
        if self._few.most is None:
            self._show(trial)

    def end(self) -> None:
        trials = self._trials
        for trial in self._few.chosen():
            self._show(trial)
        slowest = trials.slowest
        summary = {
            "lines": trials.lines.count,
            "entries": trials.entries,
            "formats": dict(sorted(trials.read.items())),
            "unparsed": trials.unparsed,
            "ambiguous": trials.ambiguous,
            "cut": trials.cut,
            "replaced": trials.lines.replaced,
            "zeros": trials.lines.zeros,
            "slowest": {"line": slowest.entry.line, "microseconds": slowest.nanoseconds / 1000} if slowest else None,
        }
        click.echo(("]" if self._begun else '{"entries": []') + f', "summary": {json.dumps(summary)}}}')

    def _show(self, trial: Trial) -> None:
        said: dict[str, Any] = {"line": trial.entry.line, "format": dataset(trial.format) if trial.format else None}
        said |= {"parsed": not trial.failed, "document": trial.document}
        if trial.failed:
            fit = self._trials.fit(trial)
            rest = {"fits": fit.text[: fit.end], "rest": fit.text[fit.end :], "wanted": fit.wanted}
            said["failure"] = {"format": dataset(fit.format), "why": fit.why, "of": fit.of, **rest}
        click.echo((",\n" if self._begun else '{"entries": [\n') + json.dumps(said, default=str), nl=False)
        self._begun = True


def show_learned(proposal: Proposal, remarks: Sequence[str]) -> None:
    """The format on standard output; on standard error what it reads, and what it does not."""
    if proposal.text:
        click.echo(proposal.text, nl=False)
    read = sum(proposal.patterns.values())
    told = f"{read} of them are read" if read else "nothing is alike in them"
    _aside(f"{_counted(proposal.entries, 'entry', 'entries')}: {told}")
    for pattern, number in proposal.patterns.items():
        _aside(f"  {number:>6}  {shown(pattern, 160)}")
    for kind, number in proposal.others.items():
        _aside(f"  {number:>6}  {kind}, which need a format of their own: learn them apart")
    if proposal.unplaced:
        some = f", here are {_UNPLACED}" if len(proposal.unplaced) > _UNPLACED else ""
        _aside(f"{len(proposal.unplaced)} could not be placed{some}:")
    for entry in proposal.unplaced[:_UNPLACED]:
        _aside(f"  {shown(entry, 160)}")
    for remark in remarks:
        _aside(remark)


def _aside(text: str) -> None:
    click.echo(shown(text, 2 * _LONGEST), err=True)
