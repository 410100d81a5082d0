"""A format in the making: steps with what is to be said of them, and the YAML that it becomes."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsboot.logs.learning.naming import DIVISORS, EXTRA, OBJECT, field_of
from obsboot.model import (
    Divide,
    Drop,
    LogField,
    LogFormat,
    LogStep,
    Match,
    Place,
    ReadJson,
    ReadTime,
    Rename,
    Replace,
    Translate,
)

_WIDEST = 110
_ALWAYS = frozenset({"message", "log.level", "@timestamp"})
NO_ZONE = "The time names no zone, or not clearly: it is in that of the pack's answers."
LEFT = ("What has no name stays together under extra, which is not searched: name what you search,", "and declare it.")


@dataclass(slots=True)
class Draft:
    """What has been learnt; `said` are comments by the step that they stand before, or by a pattern of it."""

    title: str
    starts: str
    steps: list[LogStep] = field(default_factory=list)
    said: dict[LogStep | str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    fragments: dict[str, str] = field(default_factory=dict)
    multiline: bool = False
    notes: list[str] = field(default_factory=list)

    def add(self, step: LogStep, *said: str) -> None:
        """One more step, and what is to be said before it."""
        self.steps.append(step)
        if said:
            self.note(step, *said)

    def note(self, about: LogStep | str, *said: str) -> None:
        """Something to be said of a step, or of a pattern."""
        known = self.said.setdefault(_key(about), [])
        known += [each for each in said if each not in known]

    def of(self, about: LogStep | str) -> Sequence[str]:
        """What is to be said of it."""
        return self.said.get(_key(about), ())

    def fields(self) -> dict[str, LogField]:
        """The declarations of all that the steps fill, but for what every document has."""
        own = {name for name in self.names if not name.startswith("tmp.")} - _ALWAYS
        return {name: field_of(name) for name in sorted(own - {"extra"})} | (
            {"extra": OBJECT} if "extra" in own else {}
        )

    def fragment(self, base: str, text: str, taken: Container[str] = ()) -> str:
        """The name of an expression of the format's own; a new one, like `base`, where it has none yet."""
        for name, known in self.fragments.items():
            if known == text:
                return name
        number, name = 1, base
        while name in self.fragments or name in taken:
            number, name = number + 1, f"{base}_{number + 1}"
        self.fragments[name] = text
        return name

    def no_time(self) -> None:
        """Says that nothing makes @timestamp."""
        self.notes.append("No time was found that a date step reads: @timestamp is when the line is read.")

    def extra(self) -> None:
        """Adds the step that keeps what has no name, if there is any."""
        if any(name.startswith(f"{EXTRA}.") for name in self.names):
            self.add(Rename({EXTRA: "extra"}), *LEFT)
            self.names.add("extra")

    def format(self, name: str, component: str, shared: Mapping[str, str]) -> LogFormat:
        """The format, as the loader would make it of the YAML."""
        fragments = {**shared, **self.fragments}
        place = Place(Path(f"{name}.yaml"), 1)
        return LogFormat(
            name, self.title, self.starts, tuple(self.steps), self.fields(), place, fragments, self.multiline, component
        )

    def divided(self, of: str, by: float) -> None:
        """A number under `of` becomes the seconds of a request."""
        self.names.add("http.response.seconds")
        if by == 1.0:
            self.add(Rename({of: "http.response.seconds"}))
        else:
            self.add(Divide(of, "http.response.seconds", by), f"{DIVISORS[by].capitalize()}, by its name.")


def _key(about: LogStep | str) -> LogStep | str:
    return about if isinstance(about, str) else repr(about)


def written(draft: Draft, heading: Sequence[str]) -> str:
    """The draft as YAML, with everything that is to be said of it in comments."""
    lines = [f"# {each}" for each in (*heading, *draft.notes)]
    lines += [f"title: {_quoted(draft.title)}", f"starts: {_quoted(draft.starts)}"]
    if draft.multiline:
        lines.append("multiline: true")
    lines.append("steps:")
    for step in draft.steps:
        lines += [f"  # {each}" for each in draft.of(step)]
        lines += [f"  {each}" for each in _step(draft, step)]
    fields = draft.fields().values()
    lines += ["fields:"] if fields else ["fields: {}"]
    for each in fields:
        about = f", about: {_quoted(each.about)}" if each.about else ""
        lines.append(f"  {each.name}: {{type: {each.type}{about}}}")
    lines += ["fragments:"] if draft.fragments else []
    lines += [f"  {name}: {_quoted(text)}" for name, text in draft.fragments.items()]
    return "\n".join(lines) + "\n"


def _step(draft: Draft, step: LogStep) -> Iterator[str]:
    match step:
        case Match():
            yield from _match(draft, step)
        case ReadJson():
            yield f"- {{json: {step.json}, into: {step.into}}}"
        case Rename():
            yield from _rename(step)
        case ReadTime():
            local = ", local: true" if step.local else ""
            yield f"- {{date: {step.date}, formats: [{', '.join(map(_quoted, step.formats))}]{local}}}"
        case Translate():
            yield f"- translate: {step.translate}"
            yield f"  into: {step.into}"
            yield from _table(step.table)
        case Drop():
            yield f"- {{drop: [{', '.join(step.drop)}]}}"
        case Divide():
            yield f"- {{divide: {step.divide}, into: {step.into}, by: {_number(step.by)}}}"
        case Replace():
            steps = ", ".join(f"{{pattern: {_quoted(each.pattern)}, by: {_quoted(each.by)}}}" for each in step.steps)
            yield f"- {{replace: {step.replace}, into: {step.into}, with: [{steps}]}}"


def _match(draft: Draft, step: Match) -> Iterator[str]:
    if len(step.match) == 1 and not draft.of(step.match[0]):
        yield f"- match: [{_quoted(step.match[0])}]"
    else:
        yield "- match:"
        for pattern in step.match:
            yield from (f"    # {each}" for each in draft.of(pattern))
            yield f"    - {_quoted(pattern)}"
    if step.of != "message":
        yield f"  of: {_plain(step.of)}"
    if step.optional:
        yield "  optional: true"


def _rename(step: Rename) -> Iterator[str]:
    pairs = [f"{_plain(old)}: {_plain(new)}" for old, new in step.rename.items()]
    if len(pairs) == 1:
        yield f"- {{rename: {{{pairs[0]}}}}}"
    else:
        yield "- rename:"
        yield from (f"    {pair}" for pair in pairs)


def _table(table: Mapping[str, str]) -> Iterator[str]:
    """In lines that are not too long."""
    line = "  table: {"
    for number, (word, meaning) in enumerate(table.items()):
        pair = f"{_quoted(word) if word.isdigit() or len(word) == 1 else word}: {meaning}"
        more = ", " if number else ""
        if len(line) + len(pair) > _WIDEST:
            yield line + more.rstrip()
            line, more = "    ", ""
        line += more + pair
    yield line + "}"


def _plain(name: str) -> str:
    return _quoted(name) if "@" in name else name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
