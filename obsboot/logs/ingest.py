"""Log formats as ingest pipelines: one a format, and one a component that chooses among them.

Every field name in a script is one that the catalogue has checked, and every constant goes in as a parameter or as
JSON: nothing that a log line or an answer says becomes syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from obsboot.logs import times
from obsboot.logs.grok import references, renamed, used
from obsboot.logs.literals import fixed, holds
from obsboot.logs.oniguruma import covering, grok_processor
from obsboot.logs.painless import (
    Statement,
    assignment,
    has,
    is_text,
    moved,
    number,
    numbers,
    path,
    quoted,
    removed,
    said,
    script,
)
from obsboot.logs.reading import FAILED, SCRATCH, UNPARSED, begins, dataset, replaced
from obsboot.logs.steps import always_text, can_fail, depend, number_types, reads_json, taken_as_numbers
from obsboot.model import (
    Divide,
    Drop,
    Flag,
    LogFormat,
    LogStep,
    Match,
    Put,
    ReadJson,
    ReadTime,
    Rename,
    Replace,
    Split,
    Translate,
)

Processor = dict[str, Any]
_BEGINS = "BEGINS"
_HELD = "HELD"
_PARSERS = {"long": "Long.parseLong", "double": "Double.parseDouble"}


def format_pipeline(format_: LogFormat, zone: str) -> dict[str, Any]:
    """The pipeline of one format. `zone` is an IANA name, for times that name none."""
    name = dataset(format_)
    steps = [{"set": {"field": "event.dataset", "value": name}}, *_steps(format_, zone)]
    return {"description": f"{name}: {format_.title}.", "processors": _tagged(name, steps), "on_failure": kept()}


def _steps(format_: LogFormat, zone: str) -> Iterator[Processor]:
    """The steps in an order that gives the same document with few scripts: one costs more by being one than by what it does.

    After each OpenSearch, and Elasticsearch 7, look through the whole document for objects that hold themselves. So a
    statement waits for the next ones, as long as no processor between them depends on it and neither of the two can
    fail: a line that stays unparsed has all that the steps before the failure made of it.
    """
    any_type, waiting = reads_json(format_), list[tuple[LogStep, Statement]]()
    for step in format_.steps:
        for part in _processors(step, format_, zone):
            if _has_to_follow(part, step, waiting, any_type):
                yield script([each for _, each in waiting])
                waiting = []
            if isinstance(part, Statement):
                waiting.append((step, part))
            else:
                yield part
    if last := [*(each for _, each in waiting), *_typed(format_)]:
        yield script(last)


def _has_to_follow(
    part: Processor | Statement, step: LogStep, waiting: Sequence[tuple[LogStep, Statement]], any_type: bool
) -> bool:
    """Whether what waits has to be done before this part; of the statements of a script none has another's parameters."""
    if isinstance(part, Statement):
        return any(each.parameters.keys() & part.parameters.keys() for _, each in waiting)
    fails = can_fail(step, any_type)
    return any(fails or can_fail(each, any_type) or depend(each, step) for each, _ in waiting)


def _typed(format_: LogFormat) -> Iterator[Statement]:
    """What is a number by its type becomes one, where no pattern has made it one."""
    typed, taken = number_types(format_), taken_as_numbers(format_)
    if typed and reads_json(format_):
        yield numbers(typed)
        return
    for name, type_ in typed.items():
        if name not in taken:
            yield Statement(f"{name} is a number", is_text(name), f"{path(name)} = {_PARSERS[type_]}({path(name)});")


def component_pipeline(title: str, formats: Sequence[LogFormat], names: Mapping[str, str], last: str) -> dict[str, Any]:
    """The pipeline that finds the format of an entry.

    `names` are those of the formats' pipelines, by format; `last` is that of `stored_pipeline`.
    """
    steps: list[Processor] = [_which(formats)] if formats else []
    for each in formats:
        found = {"name": names[each.name], "if": has(_mark(each))}
        steps.append({"pipeline": found})
    none = f"!({has(f'{SCRATCH}.format')})"
    steps += [_with_condition(processor, none) for processor in kept()]
    steps.append({"remove": {"field": SCRATCH, "ignore_missing": True}})
    steps.append({"pipeline": {"name": last}})
    return {"description": f"{title}: each entry by its own format.", "processors": steps, "on_failure": kept()}


def stored_pipeline() -> dict[str, Any]:
    """What every document comes through at the end, whoever has read it."""
    when = {"set": {"field": "event.ingested", "value": "{{{_ingest.timestamp}}}"}}
    return {"description": "When the document was stored.", "processors": [when]}


def kept() -> list[Processor]:
    """What is done with an entry that cannot be read: it stays, and says so."""
    failed = [{"set": {"field": name, "value": value}} for name, value in FAILED.items()]
    return [{"append": {"field": "tags", "value": [UNPARSED]}}, *failed]


def _which(formats: Sequence[LogFormat]) -> Processor:
    """One grok over the beginnings of all formats leaves the mark of the one that fits."""
    definitions = {f"{_BEGINS}_{each.name.upper()}": begins(each) for each in formats}
    patterns = [rf"\A%{{{_BEGINS}_{each.name.upper()}:{_mark(each)}}}" for each in formats]
    return grok_processor("message", patterns, definitions, optional=True)


def _mark(format_: LogFormat) -> str:
    return f"{SCRATCH}.format.{format_.name}"


def _tagged(name: str, steps: Sequence[Processor]) -> list[Processor]:
    """Each processor with a tag by which a failure, and its statistics, name it."""
    return [
        {kind: {"tag": f"{name}.{number}", **body}}
        for number, step in enumerate(steps, 1)
        for kind, body in step.items()
    ]


def _with_condition(processor: Processor, condition: str) -> Processor:
    return {kind: {**body, "if": condition} for kind, body in processor.items()}


@singledispatch
def _processors(step: LogStep, format_: LogFormat, zone: str) -> Iterator[Processor | Statement]:
    raise NotImplementedError(type(step).__name__)


@_processors.register
def _(step: Match, format_: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    definitions: dict[str, str] = {}
    for pattern in step.match:
        definitions |= used(pattern, format_.fragments)
    known = holds(step.match, format_.fragments)
    if step.optional and (field := _whole(step, definitions)):
        yield Statement(f"{field} is {step.of}", is_text(step.of, known), assignment(field, path(step.of)))
        return
    types = taken_as_numbers(format_)
    patterns = [covering(_with_types(each, types)) for each in step.match]
    condition = is_text(step.of, known) if step.optional else ""
    yield grok_processor(step.of, patterns, definitions, optional=step.optional, condition=condition)


def _with_types(pattern: str, types: Mapping[str, str]) -> str:
    """The pattern that takes numbers as numbers: `%{INT:http.port:long}`."""
    return renamed(pattern, lambda name: f"{name}:{types[name]}" if name in types else name)


def _whole(step: Match, definitions: Mapping[str, str]) -> str:
    """The field that becomes the text as it is, if it is one that is not empty; else nothing."""
    found = [each for pattern in step.match for each in references(pattern)]
    if [f"%{{{fragment}:{field}}}" for fragment, field in found] != list(step.match):
        return ""
    return found[0][1] if len(found) == 1 and definitions[found[0][0]] == r"[\s\S]+" else ""


@_processors.register
def _(step: ReadJson, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    yield {"json": {"field": step.json, "target_field": step.into}}
    yield {"fail": {"message": "this is no JSON object", "if": f"!({path(step.into)} instanceof Map)"}}


@_processors.register
def _(step: Rename, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    for old, new in step.rename.items():
        yield Statement(f"{old} becomes {new}", has(old), moved(old, new))


@_processors.register
def _(step: ReadTime, format_: LogFormat, zone: str) -> Iterator[Processor | Statement]:
    """Without a zone the processor takes UTC, and the offset that a text names; with one it would overlook that offset."""
    body: Processor = {"field": step.date, "formats": [times.for_java(each) for each in step.formats], "locale": "en"}
    if step.local and zone != "UTC":
        body["timezone"] = zone
    if reads_json(format_) or times.ISO in step.formats:
        looks = "|".join(times.appearance(each) for each in step.formats)
        yield grok_processor(step.date, [covering(looks)], {}, condition=said(step.date))
    yield {"date": {**body, "if": said(step.date)}}


@_processors.register
def _(step: Translate, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    table = f"{step.translate} to {step.into}"
    word = f"params[{quoted(table)}].getOrDefault({path(step.translate)}, {quoted(step.otherwise)})"
    code = f"String word = {word}; if (word != '') {{ {assignment(step.into, 'word')} }}"
    yield Statement(f"{step.into} by {step.translate}", is_text(step.translate), code, {table: dict(step.table)})


@_processors.register
def _(step: Divide, format_: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    value, functions = f"Double.parseDouble({path(step.divide)})", ""
    if not always_text(step.divide, format_):
        value, functions = number(step.divide)
    code = assignment(step.into, f"{value} / {float(step.by)!r}")
    about = f"{step.into} is {step.divide} by {step.by:g}"
    yield Statement(about, said(step.divide), code, functions=functions)


@_processors.register
def _(step: Replace, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    """The first makes the copy; the others have work only where their own letters are in the text."""
    field, into = step.replace, step.into
    texts = [text for each in step.steps if (text := fixed(each.pattern))]
    if len(texts) == len(step.steps):
        pairs = zip(texts, step.steps, strict=True)
        code = path(field) + "".join(f".replace({quoted(text)}, {quoted(replaced(by, text))})" for text, by in pairs)
        yield Statement(f"{into} is {field} with other signs", is_text(field), assignment(into, code))
        return
    if into != field and holds([step.steps[0].pattern], {}).needles:
        yield Statement(f"{into} is {field} until it is changed", is_text(field), assignment(into, path(field)))
        field = into
    for each in step.steps:
        known = holds([each.pattern], {}) if field == into else None
        body = {"field": field, "pattern": each.pattern, "replacement": each.by, "target_field": into}
        yield {"gsub": {**body, "if": is_text(field, known)}}
        field = into


@_processors.register
def _(step: Split, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    body = {"field": step.split, "separator": _literal(step.on), "target_field": step.into}
    yield {"split": {**body, "if": f"{is_text(step.split)} && {path(step.split)} != ''"}}


def _literal(text: str) -> str:
    """A regular expression for exactly this text."""
    return "".join(letter if letter.isalnum() or letter in ",; " else f"\\{letter}" for letter in text)


@_processors.register
def _(step: Put, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    for name, value in step.set.items():
        yield {"set": {"field": name, "value": value}}


@_processors.register
def _(step: Flag, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    """The end of the text fits as well, since a failure takes longer than the search."""
    mark = f"{SCRATCH}.held.{step.flag.replace('.', '_')}"
    patterns, condition = [f"%{{{_HELD}:{mark}}}", r"\z"], is_text(step.where, holds([step.holds], {}))
    yield grok_processor(step.where, patterns, {_HELD: step.holds}, optional=True, condition=condition)
    yield {"set": {"field": step.flag, "value": True, "if": has(mark)}}


@_processors.register
def _(step: Drop, _format: LogFormat, _zone: str) -> Iterator[Processor | Statement]:
    for name in step.drop:
        yield Statement(f"{name} goes", has(name), f"{removed(name)};")
