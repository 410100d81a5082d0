"""Log formats as ingest pipelines: one a format, and one a component that chooses among them.

Every field name in a script is one that the catalogue has checked, and every constant goes in as a parameter or as
JSON: nothing that a log line or an answer says becomes syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from obsboot.logs import times
from obsboot.logs.grok import used
from obsboot.logs.mappings import NUMBERS
from obsboot.logs.numbers import LARGEST
from obsboot.logs.reading import FAILED, SCRATCH, UNPARSED, begins, dataset
from obsboot.logs.steps import fills, reads_json
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


def format_pipeline(format_: LogFormat, zone: str) -> dict[str, Any]:
    """The pipeline of one format. `zone` is an IANA name, for times that name none."""
    name = dataset(format_)
    steps: list[Processor] = [{"set": {"field": "event.dataset", "value": name}}, *_steps(format_, zone)]
    steps += _conversions(format_)
    return {"description": f"{name}: {format_.title}.", "processors": _tagged(name, steps), "on_failure": kept()}


def _steps(format_: LogFormat, zone: str) -> Iterator[Processor]:
    """The processors of all steps. A field of the format's own that none has set yet is in nobody's way."""
    free = set(format_.fields)
    for step in format_.steps:
        for processor in _processors(step, format_, zone):
            if _makes_way(processor) not in free:
                yield processor
        free -= set(fills(step))


def component_pipeline(title: str, formats: Sequence[LogFormat], names: Mapping[str, str]) -> dict[str, Any]:
    """The pipeline that finds the format of an entry; `names` are those of the formats' pipelines, by format."""
    steps: list[Processor] = [_which(formats)] if formats else []
    for each in formats:
        found = {"name": names[each.name], "if": _has(_mark(each))}
        steps.append({"pipeline": found})
    none = f"!({_has(f'{SCRATCH}.format')})"
    steps += [_with_condition(processor, none) for processor in kept()]
    steps.append({"remove": {"field": SCRATCH, "ignore_missing": True}})
    steps.append({"set": {"field": "event.ingested", "value": "{{{_ingest.timestamp}}}"}})
    return {"description": f"{title}: each entry by its own format.", "processors": steps, "on_failure": kept()}


def kept() -> list[Processor]:
    """What is done with an entry that cannot be read: it stays, and says so."""
    failed = [{"set": {"field": name, "value": value}} for name, value in FAILED.items()]
    return [{"append": {"field": "tags", "value": [UNPARSED]}}, *failed]


def _which(formats: Sequence[LogFormat]) -> Processor:
    """One grok over the beginnings of all formats leaves the mark of the one that fits."""
    definitions = {f"{_BEGINS}_{each.name.upper()}": begins(each) for each in formats}
    patterns = [rf"\A%{{{_BEGINS}_{each.name.upper()}:{_mark(each)}}}" for each in formats]
    return {
        "grok": {
            "field": "message",
            "patterns": patterns,
            "pattern_definitions": definitions,
            "ignore_failure": True,
        }
    }


def _makes_way(processor: Processor) -> str:
    """The field that is removed so that another can be renamed to it."""
    field = processor.get("remove", {}).get("field", "")
    return field if isinstance(field, str) else ""


def _mark(format_: LogFormat) -> str:
    return f"{SCRATCH}.format.{format_.name}"


def _tagged(name: str, steps: Sequence[Processor]) -> list[Processor]:
    """Each processor with a tag by which a failure, and its statistics, name it."""
    return [
        {kind: {"tag": f"{name}.{number}", **body}}
        for number, step in enumerate(steps, 1)
        for kind, body in step.items()
    ]


def _conversions(format_: LogFormat) -> Iterator[Processor]:
    typed = {name: each.type for name, each in format_.fields.items() if each.type in NUMBERS}
    if typed and reads_json(format_):
        yield _asked(typed)
    for name, type_ in typed.items():
        yield {"convert": {"field": name, "type": type_, "ignore_missing": True}}


def _asked(typed: Mapping[str, str]) -> Processor:
    """Fails where a field is there and no number, nor the text of one: `convert` would take `0x1F` and `NaN` as well."""
    fields = [{"path": name.split("."), "whole": type_ == "long"} for name, type_ in typed.items()]
    source = (
        f"{_SPELT} for (def field : params.fields) {{ def v = ctx; "
        "for (def part : field.path) { v = v instanceof Map ? v.get(part) : null; } "
        "if (v == null) { continue; } "
        "long n = v instanceof Integer || v instanceof Long ? ((Number) v).longValue() : params.largest; "
        "if (n > -params.largest && n < params.largest) { continue; } "
        "if (!field.whole && v instanceof Number && Double.isFinite(((Number) v).doubleValue())) { continue; } "
        "if (!(v instanceof String && spelt((String) v, field.whole))) { "
        "throw new IllegalArgumentException(String.join('.', field.path) + ' is no number'); } }"
    )
    return {"script": {"lang": "painless", "source": source, "params": {"fields": fields, "largest": LARGEST}}}


_SPELT = (
    "boolean spelt(String text, boolean whole) { int at = 0; int digits = 0; boolean point = false; "
    "if (text.length() > 0 && (text.charAt(0) == (char) '+' || text.charAt(0) == (char) '-')) { at = 1; } "
    "for (; at < text.length(); at++) { char c = text.charAt(at); "
    "if (c >= (char) '0' && c <= (char) '9') { if (++digits > 18) { return false; } } "
    "else if (c == (char) '.' && !whole && !point && digits > 0) { point = true; digits = 0; } else { return false; } } "
    "return digits > 0; }"
)
"""A function of the script: whether a text spells a number. Regular expressions are off in scripts by default."""


def _path(name: str) -> str:
    """The field in a script that knows it to be there."""
    return f"ctx['{name}']" if name.startswith("@") else f"ctx.{name}"


def _has(name: str) -> str:
    """The condition that the field is there, though it may be null; a text where an object should be is no error."""
    *above, last = name.split(".")
    paths = ["ctx", *(f"ctx.{'.'.join(above[: index + 1])}" for index in range(len(above)))]
    maps = [f"{path} instanceof Map" for path in paths[1:]]
    return " && ".join([*maps, f"{paths[-1]}.containsKey('{last}')"])


def _said(name: str) -> str:
    """The condition that the field is there and not null."""
    return f"{_has(name)} && {_path(name)} != null"


def _is_text(name: str) -> str:
    return f"{_has(name)} && {_path(name)} instanceof String"


def _with_condition(processor: Processor, condition: str) -> Processor:
    return {kind: {**body, "if": condition} for kind, body in processor.items()}


def _assignment(name: str, value: str) -> str:
    """A statement that sets the field, and the objects above it where they are missing."""
    *path, last = name.split(".")
    made, above = "", "ctx"
    for part in path:
        made += f"if (!({above}.{part} instanceof Map)) {{ {above}.{part} = new HashMap(); }} "
        above += f".{part}"
    return f"{made}{above}.{last} = {value};"


@singledispatch
def _processors(step: LogStep, format_: LogFormat, zone: str) -> Iterator[Processor]:
    raise NotImplementedError(type(step).__name__)


@_processors.register
def _(step: Match, format_: LogFormat, _zone: str) -> Iterator[Processor]:
    definitions: dict[str, str] = {}
    for pattern in step.match:
        definitions |= used(pattern, format_.fragments)
    body: Processor = {"field": step.of, "patterns": [rf"\A(?:{pattern})\z" for pattern in step.match]}
    if definitions:
        body["pattern_definitions"] = definitions
    if step.optional:
        body |= {"ignore_missing": True, "ignore_failure": True}
    yield {"grok": body}


@_processors.register
def _(step: ReadJson, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    yield {"json": {"field": step.json, "target_field": step.into}}
    yield {"fail": {"message": "this is no JSON object", "if": f"!({_path(step.into)} instanceof Map)"}}


@_processors.register
def _(step: Rename, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    """The processor refuses to replace a field, so what is in the way goes first."""
    for old, new in step.rename.items():
        yield {"remove": {"field": new, "ignore_missing": True, "if": _has(old)}}
        yield {"rename": {"field": old, "target_field": new, "ignore_missing": True}}


@_processors.register
def _(step: ReadTime, format_: LogFormat, zone: str) -> Iterator[Processor]:
    """Without a zone the processor takes UTC, and the offset that a text names; with one it would overlook that offset."""
    body: Processor = {"field": step.date, "formats": [times.for_java(each) for each in step.formats], "locale": "en"}
    if step.local and zone != "UTC":
        body["timezone"] = zone
    if reads_json(format_) or times.ISO in step.formats:
        looks = "|".join(times.appearance(each) for each in step.formats)
        yield {"grok": {"field": step.date, "patterns": [rf"\A(?:{looks})\z"], "if": _said(step.date)}}
    yield {"date": {**body, "if": _said(step.date)}}


@_processors.register
def _(step: Translate, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    source = (
        f"def word = params.table.getOrDefault({_path(step.translate)}, params.otherwise); "
        f"if (word != '') {{ {_assignment(step.into, 'word')} }}"
    )
    parameters = {"table": dict(step.table), "otherwise": step.otherwise}
    yield {"script": {"lang": "painless", "source": source, "params": parameters, "if": _is_text(step.translate)}}


@_processors.register
def _(step: Divide, format_: LogFormat, _zone: str) -> Iterator[Processor]:
    if reads_json(format_):
        yield _asked({step.divide: "double"})
    source = _assignment(step.into, f"Double.parseDouble({_path(step.divide)}.toString()) / params.by")
    parameters = {"by": float(step.by)}
    yield {"script": {"lang": "painless", "source": source, "params": parameters, "if": _said(step.divide)}}


@_processors.register
def _(step: Replace, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    field = step.replace
    for each in step.steps:
        body = {"field": field, "pattern": each.pattern, "replacement": each.by, "target_field": step.into}
        yield {"gsub": {**body, "if": _is_text(field)}}
        field = step.into


@_processors.register
def _(step: Split, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    body = {"field": step.split, "separator": _literal(step.on), "target_field": step.into}
    yield {"split": {**body, "if": f"{_is_text(step.split)} && {_path(step.split)} != ''"}}


def _literal(text: str) -> str:
    """A regular expression for exactly this text."""
    return "".join(letter if letter.isalnum() or letter in ",; " else f"\\{letter}" for letter in text)


@_processors.register
def _(step: Put, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    for name, value in step.set.items():
        yield {"set": {"field": name, "value": value}}


@_processors.register
def _(step: Flag, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    mark = f"{SCRATCH}.held"
    yield {"remove": {"field": mark, "ignore_missing": True}}
    yield {
        "grok": {
            "field": step.where,
            "patterns": [f"%{{{_HELD}:{mark}}}"],
            "pattern_definitions": {_HELD: step.holds},
            "ignore_missing": True,
            "ignore_failure": True,
        }
    }
    yield {"set": {"field": step.flag, "value": True, "if": _has(mark)}}


@_processors.register
def _(step: Drop, _format: LogFormat, _zone: str) -> Iterator[Processor]:
    yield {"remove": {"field": list(step.drop), "ignore_missing": True}}
