"""The offline reader: what the two pipelines make of an entry, without either of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, singledispatch
from typing import Any

from obsboot.logs import times
from obsboot.logs.documents import ABSENT, Document, get, put, take
from obsboot.logs.grok import Grok, compiled, expand, grok
from obsboot.logs.mappings import NUMBERS
from obsboot.logs.numbers import number
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
    Replacement,
    Split,
    Translate,
)

UNPARSED = "unparsed"
"""The tag of an entry that is kept as it came, because no format could read it."""
FAILED = {"event.kind": "pipeline_error"}
"""What ECS says of such a document."""
SCRATCH = "tmp"
"""The field under which formats keep what they need while they read."""


class _Unreadable(Exception):
    """A step that cannot be made; the entry is kept unparsed from here on."""


def read(formats: Sequence[LogFormat], document: Mapping[str, Any], zone: str = "UTC") -> dict[str, Any]:
    """The document that the entry in its `message` becomes; `zone` holds for times that name none.

    An entry that no format begins, or whose format fails in the middle, keeps its message and gets the tag.
    """
    read_: dict[str, Any] = copy.deepcopy(dict(document))
    which = format_of(formats, read_.get("message"))
    try:
        if which is None:
            raise _Unreadable
        put(read_, "event.dataset", dataset(which))
        around = _Around(which, zone)
        for step in which.steps:
            _take_step(step, read_, around)
        _convert(which, read_)
    except _Unreadable:
        read_["tags"] = [*read_.get("tags", ()), UNPARSED]
        for name, value in FAILED.items():
            put(read_, name, value)
    read_.pop(SCRATCH, None)
    return read_


def format_of(formats: Sequence[LogFormat], entry: object) -> LogFormat | None:
    """The format that the entry begins like."""
    if not isinstance(entry, str):
        return None
    return next((each for each in formats if compiled(begins(each)).match(entry)), None)


@lru_cache(maxsize=256)
def begins(format_: LogFormat) -> str:
    """How its entries begin, with the fragments in their places."""
    return f"(?:{expand(format_.starts, format_.fragments)})"


def dataset(format_: LogFormat) -> str:
    """What `event.dataset` says of its documents."""
    return f"{format_.component}.{format_.name}"


@dataclass(frozen=True, slots=True)
class _Around:
    """What a step knows beside its document."""

    format: LogFormat
    zone: str


@singledispatch
def _take_step(step: LogStep, document: Document, around: _Around) -> None:
    raise NotImplementedError(type(step).__name__)


@_take_step.register
def _(step: Match, document: Document, around: _Around) -> None:
    text = get(document, step.of)
    for pattern in step.match if isinstance(text, str) else ():
        if (found := _pattern(pattern, around.format).match(text)) is not None:
            for name, value in found.items():
                put(document, name, value)
            return
    if not step.optional:
        raise _Unreadable


@_take_step.register
def _(step: ReadJson, document: Document, _around: _Around) -> None:
    try:
        value = json.loads(get(document, step.json), parse_constant=_refused)
    except (TypeError, ValueError, RecursionError):
        raise _Unreadable from None
    if not isinstance(value, dict):
        raise _Unreadable
    put(document, step.into, value)


@lru_cache(maxsize=1024)
def _pattern(pattern: str, format_: LogFormat) -> Grok:
    """The pattern, compiled: a line asks for it again and again."""
    return grok(pattern, format_.fragments)


def _refused(constant: str) -> None:
    """NaN and the infinities are no JSON, whatever Python thinks of them."""
    raise ValueError(constant)


@_take_step.register
def _(step: Rename, document: Document, _around: _Around) -> None:
    for old, new in step.rename.items():
        if (value := take(document, old)) is not ABSENT:
            put(document, new, value)


@_take_step.register
def _(step: ReadTime, document: Document, around: _Around) -> None:
    if (text := get(document, step.date)) in (ABSENT, None):
        return
    zone = around.zone if step.local else "UTC"
    moment = times.parse(text, step.formats, zone) if isinstance(text, str) else None
    if moment is None:
        raise _Unreadable
    document["@timestamp"] = times.shown(moment)


@_take_step.register
def _(step: Translate, document: Document, _around: _Around) -> None:
    value = get(document, step.translate)
    if isinstance(value, str) and (new := step.table.get(value, step.otherwise)):
        put(document, step.into, new)


@_take_step.register
def _(step: Divide, document: Document, _around: _Around) -> None:
    if (value := get(document, step.divide)) not in (ABSENT, None):
        put(document, step.into, _number(value, whole=False) / step.by)


@_take_step.register
def _(step: Replace, document: Document, _around: _Around) -> None:
    text = get(document, step.replace)
    if not isinstance(text, str):
        return
    for each in step.steps:
        text = replaced(each, text)
    put(document, step.into, text)


def replaced(by: Replacement, text: str) -> str:
    """The text in which the replacement is made everywhere."""
    return compiled(by.pattern).sub(by.by.replace("\\", r"\\").replace("$", "\\"), text)


@_take_step.register
def _(step: Split, document: Document, _around: _Around) -> None:
    text = get(document, step.split)
    if isinstance(text, str) and text:
        parts = text.split(step.on)
        while parts and not parts[-1]:
            parts.pop()
        put(document, step.into, parts)


@_take_step.register
def _(step: Put, document: Document, _around: _Around) -> None:
    for name, value in step.set.items():
        put(document, name, value)


@_take_step.register
def _(step: Flag, document: Document, _around: _Around) -> None:
    text = get(document, step.where)
    if isinstance(text, str) and compiled(step.holds).search(text):
        put(document, step.flag, True)


@_take_step.register
def _(step: Drop, document: Document, _around: _Around) -> None:
    for name in step.drop:
        take(document, name)


def _convert(format_: LogFormat, document: Document) -> None:
    """Numbers that were text become numbers, by the type of their field."""
    for name, declared in format_.fields.items():
        value = get(document, name)
        if declared.type in NUMBERS and value is not ABSENT and value is not None:
            put(document, name, _number(value, whole=declared.type == "long"))


def _number(value: object, whole: bool) -> int | float:
    if (found := number(value, whole)) is None:
        raise _Unreadable
    return found
