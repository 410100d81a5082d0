"""What exporters answered, line by line: metrics, series, and what Prometheus cannot read of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from obsboot.sources.documents import Line
from obsboot.sources.kept import kept
from obsboot.sources.source import Source

if TYPE_CHECKING:
    from obsboot.sources.context import Context

Fault = tuple[int, str]

TYPES = frozenset({"counter", "gauge", "histogram", "summary", "untyped"})
_OPEN_TYPES = TYPES | {"unknown", "info", "stateset", "gaugehistogram"}
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_LABEL = rf"(?:[a-zA-Z_][a-zA-Z0-9_]*|{_QUOTED})[ \t]*=[ \t]*{_QUOTED}"
_LIST = rf"[ \t]*(?:{_LABEL}(?:[ \t]*,[ \t]*{_LABEL})*[ \t]*,?)?[ \t]*"
_VALUE = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf(?:inity)?|nan))"
_SAMPLE = re.compile(
    rf"[ \t]*(?:({_NAME})[ \t]*(?:\{{({_LIST})\}})?|\{{[ \t]*({_QUOTED})[ \t]*,?({_LIST})\}})"
    rf"[ \t]*(?<=[ \t}}])({_VALUE})(?:[ \t]+(-?\d+(?:\.\d+)?))?[ \t]*(?:#.*)?",
)
_PAIR = re.compile(rf"([a-zA-Z_][a-zA-Z0-9_]*|{_QUOTED})[ \t]*=[ \t]*({_QUOTED})")
_ESCAPE = re.compile(r"\\(.)")
_DESCRIBED = re.compile(rf"[ \t]*#[ \t]+(TYPE|HELP|UNIT)[ \t]+({_NAME}|{_QUOTED})(?:[ \t]+(.*))?")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "histogram": ("_bucket", "_sum", "_count", "_created"),
    "gaugehistogram": ("_bucket", "_gsum", "_gcount"),
    "summary": ("_sum", "_count", "_created"),
    "counter": ("_total", "_created"),
    "info": ("_info",),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One series: `name` is its own, such as `x_bucket` of the histogram `x`."""

    name: str
    labels: Mapping[str, str]
    value: float
    line: int


@dataclass(slots=True)
class Metric:
    """One metric; `line` is that of its type, or of its first series."""

    name: str
    type: str
    line: int
    samples: list[Sample] = field(default_factory=list)

    def values(self) -> dict[str, dict[str, Sample]]:
        """The first series with each value of each label."""
        found: dict[str, dict[str, Sample]] = {}
        for sample in self.samples:
            for label, value in sample.labels.items():
                found.setdefault(label, {}).setdefault(value, sample)
        return found


@dataclass(frozen=True, eq=False)
class Exposition:
    """One answer; `open` is whether it is written in OpenMetrics."""

    path: str
    open: bool
    metrics: Mapping[str, Metric]
    faults: tuple[Fault, ...]


def expositions(context: Context) -> tuple[Exposition, ...]:
    """Every recorded answer of the folder."""
    return _expositions(context)


@kept
def _expositions(context: Context) -> tuple[Exposition, ...]:
    return tuple(exposition(source) for source in context.sources("exposition"))


def exposition(source: Source) -> Exposition:
    """What one file holds."""
    reader = _Reader(any(row.rstrip() == "# EOF" for row in source.rows[-3:]))
    for number, row in enumerate(source.rows, 1):
        if row and not row.isspace():
            reader.read(row, number)
    return Exposition(source.path, reader.open, reader.metrics, tuple(reader.faults))


class _Reader:
    def __init__(self, openly: bool) -> None:
        self.open = openly
        self.metrics: dict[str, Metric] = {}
        self.faults: list[Fault] = []
        self._types: dict[str, str] = {}
        self._helped: set[str] = set()
        self._series: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}

    def read(self, row: str, number: int) -> None:
        if row.lstrip(" \t").startswith("#"):
            if found := _DESCRIBED.fullmatch(row):
                self.describe(found, number)
        elif found := _SAMPLE.fullmatch(row):
            self.sample(found, number)
        else:
            self.faults.append(_unread(row, number))

    def describe(self, found: re.Match[str], number: int) -> None:
        word, name, text = found[1], _plain(found[2]), (found[3] or "").strip()
        line = Line(number, found.start(2) + 1)
        if word == "HELP":
            if name in self._helped:
                self.faults.append((line, f"the help of {name} is said twice"))
            self._helped.add(name)
        elif word == "TYPE":
            if name in self._types:
                self.faults.append((line, f"the type of {name} is said twice"))
            elif name in self.metrics:
                self.faults.append((line, f"the type of {name} is said after its first series"))
            elif text.lower() not in (_OPEN_TYPES if self.open else TYPES):
                self.faults.append((line, f"there is no type {text!r}"))
            self._types.setdefault(name, text.lower())
            self.metrics.setdefault(name, Metric(name, self._types[name], line))

    def sample(self, found: re.Match[str], number: int) -> None:
        name = found[1] or _plain(found[3])
        pairs = [(_plain(key), _value(text)) for key, text in _PAIR.findall(found[2] or found[4] or "")]
        labels = dict(pairs)
        line = Line(number, found.start(1 if found[1] else 3) + 1)
        if found[6] and not self.open and "." in found[6]:
            self.faults.append((Line(number, found.start(6) + 1), f"{found[6]} is no time in whole milliseconds"))
        if len(labels) < len(pairs):
            self.faults.append((line, f"a label of {name} is said twice"))
        key = (name, frozenset(pairs))
        first = self._series.setdefault(key, number)
        if first != number and not found[6]:
            self.faults.append((line, f"the series {_shown(name, labels)} is there already, in line {first}"))
        family = self.family(name)
        metric = self.metrics.setdefault(family, Metric(family, self._types.get(family, "untyped"), line))
        metric.samples.append(Sample(name, labels, float(found[5]), line))

    def family(self, name: str) -> str:
        if name not in self._types:
            for base, suffix in _bases(name):
                if suffix in _PARTS.get(self._types.get(base, ""), ()):
                    return base
        return name


def _bases(name: str) -> Iterator[tuple[str, str]]:
    base, _, last = name.rpartition("_")
    if base:
        yield base, f"_{last}"


def _plain(name: str) -> str:
    return _value(name) if name.startswith('"') else name


def _value(quoted: str) -> str:
    return _ESCAPE.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), quoted[1:-1])


def _shown(name: str, labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inner}}}" if inner else name


_BEGUN = re.compile(rf"[ \t]*({_NAME})[ \t]*")
_NEXT = re.compile(rf"[ \t]*{_LABEL}[ \t]*,?")
_CLOSED = re.compile(r"[ \t]*\}")
_UNQUOTED = re.compile(r"[ \t]*([a-zA-Z_][\w]*)[ \t]*=[ \t]*([^\",}\s][^,}]*)")


def _unread(row: str, number: int) -> Fault:
    """Where a line stops being a series, and why."""
    begun = _BEGUN.match(row)
    if not begun:
        return Line(number, 1), "a line begins with the name of a metric: letters, digits, _ and :, no digit first"
    at = begun.end()
    if row[at : at + 1] == "{":
        at += 1
        while found := _NEXT.match(row, at):
            at = found.end()
        if bare := _UNQUOTED.match(row, at):
            return Line(number, bare.start(1) + 1), f"the value of the label {bare[1]} is not quoted"
        closed = _CLOSED.match(row, at)
        if not closed:
            return Line(number, at + 1), f'{begun[1]}: labels are written name="value", with commas between them'
        at = closed.end()
    rest = row[at:].split()
    return Line(number, at + 1), f"{' '.join(rest)!r} is no value" if rest else f"{begun[1]} has no value"
