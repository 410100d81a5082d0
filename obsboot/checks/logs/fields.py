"""Fields that are asked for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.logs.mappings import NUMBERS, TOLD_APART
from obsboot.logs.queries import Asked, QueryError, asked, fields_in_kuery
from obsboot.logs.reading import dataset
from obsboot.logs.steps import filled
from obsboot.model import Finding, LogFormat
from obsboot.sources.context import Context, mapped
from obsboot.sources.logfiles import covering, fits, types
from obsboot.sources.questions import Asks, Line, Question, Use, questions

_VARIABLE = re.compile(r"\$\{\w+(?::\w+)?\}|\$\w+|\[\[\w+\]\]")
_KINDS: Mapping[str, frozenset[str]] = {
    "number": NUMBERS,
    "values": TOLD_APART,
    "time": frozenset({"date"}),
}
_SAYS = {"number": "no number", "values": "nothing whose values can be told apart", "time": "no time"}
_WORDS = ("and", "or", "not")
_PARTS = ("data_stream.dataset", "data_stream.namespace")
"""Fields that are parts of the name of a stream."""
_FORMAT = "event.dataset"

Fault = tuple[Line, str]


class LogFields(Check):
    id = "logs/fields"
    title = "Every field that a panel, an alert or a search asks for is filled, mapped, and of a type that can answer"
    explanation = (
        "A field that no template maps is stored and never found: the panel is empty, and the alert silent, without an "
        "error. A measure of a text is refused, and a range over words compares letters."
    )
    fix = (
        "Ask a field that a format of these streams fills, in a type that fits; what is new goes into `fields` of the "
        "format."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        context.logs.wanted()
        store = _Store(context)
        for question in questions(context):
            for line, fault in (*question.faults, *store.faults(question)):
                yield self.finding(question.path, line(), f"{question.owner} {fault}")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a question is about: the streams, the formats whose documents count, and the fields of both."""

    types: Mapping[str, str]
    filled: frozenset[str]


class _Store:
    """What is stored, as the files of the pack say."""

    def __init__(self, context: Context) -> None:
        logs = context.logs
        self.common = frozenset(context.stack.log_fields)
        templates, parts = logs.objects("index-templates"), logs.objects("component-templates")
        self.types: dict[str, dict[str, str]] = {}
        self.formats: dict[str, tuple[LogFormat, ...]] = {}
        self.parts: dict[str, dict[str, str]] = {}
        for stream, each in logs.streams.items():
            instance = logs.instances.get(each.module)
            self.formats[stream] = tuple(instance.component.logs.values()) if instance else ()
            said = mapped(each.fields.get("data_stream"))
            self.parts[stream] = {key: str(said.get(key.partition(".")[2])) for key in _PARTS}
            found = self.types[stream] = {}
            for template in covering(stream, templates):
                names = [str(name) for name in template.data.get("composed_of") or ()]
                for data in (*(parts[name].data for name in names if name in parts), template.data):
                    found.update((name, type_) for name, type_, _ in types(data))
        self._scopes: dict[tuple[frozenset[str], frozenset[str]], _Scope] = {}

    def faults(self, question: Question) -> Iterator[Fault]:
        """What is wrong with a question."""
        read, broken = _read(question)
        if broken or not (question.queries or question.uses):
            yield from broken
            return
        searched = [stream for stream in self.types if fits(stream, question.streams)]
        if not searched:
            line = (question.queries or question.uses)[0].line
            yield line, f"asks {question.streams!r}, and nothing is written there"
            return
        vain = [*self._vain(read, searched)]
        if vain:
            yield from vain
            return
        scope = self._scope(frozenset(s for s in searched if self._meant(s, read)), read)
        for condition, line in read:
            yield from ((line, fault) for fault in _condition(condition, scope))
        for use in question.uses:
            if fault := _use(use, scope):
                yield use.line, fault

    def _vain(self, read: list[tuple[Asked, Line]], searched: list[str]) -> Iterator[Fault]:
        """Streams and formats that are named and not there."""
        formats = {dataset(each) for stream in searched for each in self.formats[stream]}
        for each, line in read:
            known = formats if each.field == _FORMAT else {self.parts[s].get(each.field, "") for s in searched}
            named = each.field in (_FORMAT, *_PARTS) and each.values and not each.negated
            if named and not any(fits(one, each.values[0]) for one in known):
                yield (
                    line,
                    f"asks {each.field} {each.values[0]!r}, and nothing is written there: {nearest(each.values[0], known)}",
                )

    def _meant(self, stream: str, read: list[tuple[Asked, Line]]) -> bool:
        """Whether the stream is among those that the conditions leave."""
        for key in _PARTS:
            named = [each.values[0] for each, _ in read if each.field == key and each.values and not each.negated]
            if named and not any(fits(self.parts[stream][key], one) for one in named):
                return False
        return True

    def _scope(self, streams: frozenset[str], read: list[tuple[Asked, Line]]) -> _Scope:
        named = frozenset(
            each.values[0] for each, _ in read if each.field == _FORMAT and each.values and not each.negated
        )
        key = (streams, named)
        if key not in self._scopes:
            formats = [each for stream in streams for each in self.formats[stream]]
            counted = [each for each in formats if not named or any(fits(dataset(each), one) for one in named)]
            fields = frozenset(name for each in counted for name in filled(each))
            known = {name: type_ for stream in streams for name, type_ in self.types[stream].items()}
            self._scopes[key] = _Scope(known, fields | self.common)
        return self._scopes[key]


def _read(question: Question) -> tuple[list[tuple[Asked, Line]], list[Fault]]:
    """The conditions of all queries of a question, or why there are none."""
    read: list[tuple[Asked, Line]] = []
    broken: list[Fault] = []
    for query in question.queries:
        try:
            read += [(each, query.line) for each in _conditions(query)]
        except QueryError as error:
            broken.append((query.line, f"asks {query.text!r}: {error}"))
    return read, broken


def _conditions(query: Asks) -> tuple[Asked, ...]:
    if not query.lucene:
        return tuple(Asked(name, "exists") for name in sorted(fields_in_kuery(query.text)))
    return asked(_VARIABLE.sub("*", query.text))


def _condition(each: Asked, scope: _Scope) -> Iterator[str]:
    if not each.field:
        if each.kind == "term" and each.values[0] in _WORDS:
            yield f"asks for the word {each.values[0]!r}: operators are written in capitals"
        return
    if "*" in each.field:
        return
    if fault := _lacking(each.field, scope):
        yield fault
    elif fault := _unfit(each, scope.types[each.field]):
        yield f"asks {each.field}, which is a {scope.types[each.field]}, {fault}"


def _use(use: Use, scope: _Scope) -> str:
    if fault := _lacking(use.field, scope):
        return fault
    type_ = scope.types[use.field]
    if use.how != "any" and type_ not in _KINDS[use.how]:
        return f"takes {use.field}, which is a {type_}, and {_SAYS[use.how]}"
    return ""


def _lacking(name: str, scope: _Scope) -> str:
    if name not in scope.types:
        return f"asks {name}, which no template of its streams maps: {nearest(name, scope.types)[:100]}"
    if scope.types[name] == "unsearched":
        return f"asks {name}, which is stored and not searched"
    return "" if name in scope.filled else f"asks {name}, which none of the formats that it counts fills"


def _unfit(each: Asked, type_: str) -> str:
    """Why a condition cannot be put to a field of the type."""
    values = [value for value in each.values if "*" not in value]
    if each.kind == "range" and type_ in ("keyword", "text") and any(_is_number(value) for value in values):
        return "for a range of numbers: of words, letters are compared"
    if each.kind == "pattern" and type_ in {*NUMBERS, "date", "boolean", "ip"}:
        return f"for {each.values[0]!r}: only words can be like a pattern"
    if type_ in NUMBERS and not all(_is_number(value) for value in values):
        return f"for {values[0]!r}, which is no number"
    if type_ == "boolean" and each.kind in ("term", "phrase") and not set(values) <= {"true", "false"}:
        return f"for {values[0]!r}: it is true or false"
    if type_ == "ip" and each.kind in ("term", "phrase") and not all(_is_address(value) for value in values):
        return f"for {values[0]!r}, which is no address"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
