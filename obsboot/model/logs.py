"""Log formats: how one kind of log line becomes the fields of a document.

A format is data that three readers take in the same sense: the matcher in here (`obsboot.logs`), a Logstash filter and
an ingest pipeline. Field names are dotted ECS names. Names that begin with `tmp.` live until the line is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from obsboot.model.values import Formula, Place

FieldType = Literal["keyword", "text", "long", "double", "boolean", "ip", "date", "object"]
"""The mapping of a field. `object` is stored whole and not searched, so that no key in it can clash with another."""


@dataclass(frozen=True, slots=True)
class LogField:
    """One field that a format fills; `about` is its meaning, with its unit."""

    name: str
    type: FieldType
    about: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Takes fields out of a text. The first of the patterns that fits the whole text counts.

    A pattern is a regular expression with grok references: `%{INT:http.response.status_code}`. Where none fits, the
    line is unparsed, unless it is `optional`.
    """

    match: tuple[str, ...]
    of: str = "message"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ReadJson:
    """Reads a text as a JSON object, `into` a temporary field."""

    json: str
    into: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Moves fields: old name -> new name. What is absent stays absent; a field in the way is replaced."""

    rename: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadTime:
    """Makes `@timestamp` of a text, in the first of the formats that fits; where the text is absent, nothing happens.

    A format is `ISO8601`, or the letters yyyy MM MMM dd HH mm ss SSS, `Z` for +0100, `X` for +01, and quoted text. With
    `local` the text names no zone of its own: then it is in the zone of the pack's answers, else in UTC.
    """

    date: str
    formats: tuple[str, ...]
    local: bool = False


@dataclass(frozen=True, slots=True)
class Translate:
    """Sets `into` by a table over the values of a field; a value that the table lacks becomes `otherwise`, if given."""

    translate: str
    into: str
    table: Mapping[str, str]
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Divide:
    """Sets `into` to a number divided by another, as a double: milliseconds to seconds is 1000."""

    divide: str
    into: str
    by: float


@dataclass(frozen=True, slots=True)
class Replacement:
    """One regular expression and what stands in its place; `$1` is its first group."""

    pattern: str
    by: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Sets `into` to a text in which each replacement is made everywhere, one after the other."""

    replace: str
    into: str
    steps: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Sets `into` to the parts of a text between the separators. A text of nothing gives no field."""

    split: str
    into: str
    on: str = ","


@dataclass(frozen=True, slots=True)
class Put:
    """Sets fields to constants."""

    set: Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Flag:
    """Sets a field to true where a text holds the regular expression anywhere, and else to nothing."""

    flag: str
    where: str
    holds: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes fields away."""

    drop: tuple[str, ...]


LogStep = Match | ReadJson | Rename | ReadTime | Translate | Divide | Replace | Split | Put | Flag | Drop


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One kind of log line of a component.

    `starts` is how its entries begin, as a regular expression that Go, Java and Ruby read alike: it decides which of
    the component's formats an entry is of, so no line may begin like two of them. With `multiline`, a line that
    begins like none of the component's formats belongs to the entry above it.
    """

    name: str
    title: str
    starts: str
    steps: tuple[LogStep, ...]
    fields: Mapping[str, LogField]
    place: Place
    fragments: Mapping[str, str] = field(default_factory=dict)
    """Its own named regular expressions, beside those that all formats share."""
    multiline: bool = False
    component: str = ""
    """The id of the component that it belongs to."""

    def __hash__(self) -> int:
        """By its name, so that what follows from it is worked out once and kept."""
        return hash((self.component, self.name, self.starts))


@dataclass(frozen=True, slots=True)
class LogSignal:
    """A question answered by counting or measuring documents: what metrics cannot tell.

    `where` narrows the documents by a Lucene query over their fields, `off` to those whose own time is by more than so
    much ahead of the clock (`1m`), or behind it (`-10m`), when they are looked for. `number` is what is made of
    them: their count, a number of the field `of`, or the `share` of them that the query `of` fulfils. `by` is the field
    whose ten values with the most of it are told apart.
    """

    name: str
    title: str
    question: str
    unit: str
    place: Place
    number: Literal["count", "sum", "average", "maximum", "percentile", "share"] = "count"
    of: str = ""
    percent: float = 99
    formats: tuple[str, ...] = ()
    """The component's formats whose documents count; without any, those of all."""
    where: str = ""
    off: str = ""
    by: str = ""
    better: Literal["up", "down", "none"] = "none"
    empty: str = ""
    checklist: tuple[str, ...] = ()
    reserve: str = ""
    """Why no panel shows it."""
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers without which there are no such documents."""
    rare: str = ""
    """Why a run has no such document, but those that try its alert out."""


@dataclass(frozen=True, slots=True)
class LogAlert:
    """A condition on documents that somebody must hear of; delivered into the pack's Alertmanager.

    Exactly one of `above` (in the signal's unit, over the window) and `jumps` (times what the window before had) is set.
    """

    name: str
    log: str
    """The log signal that it judges."""
    severity: Literal["critical", "warning", "info"]
    summary: str
    reason: str
    runbook: str
    place: Place
    window: str = "5m"
    above: Formula | None = None
    jumps: float | None = None
    at_least: float = 0
    """Documents in the window below which it stays quiet."""
    by: str = ""
    """The field whose values are judged one by one."""
    inhibited_by: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry that a real server wrote, and the fields that it has to become. Times without a zone are in UTC."""

    entry: str
    expected: Mapping[str, object]
    unparsed: bool = False
    server: str = ""
    """The program and version that wrote it."""
