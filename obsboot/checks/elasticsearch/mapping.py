"""Mappings that the store takes, and that fit what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.fieldtypes import TYPES, faults, type_of
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.mappings import fields, limit
from obsboot.sources.rootmappings import root_faults
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, Store, store

_ECS: Mapping[str, str] = {name: kind for kind, names in KNOWN["fields"].items() for name in names.split()}
_KINDS: Mapping[str, frozenset[str]] = {kind: frozenset(types.split()) for kind, types in KNOWN["kinds"].items()}
_SAYS = {"date": "a date", "number": "a number", "word": "a word", "address": "an address"}
_NUMBERS = _KINDS["number"]
_DATES = frozenset({"date", "date_nanos"})
_APART = frozenset({"ip", "geo_point", "nested", "object"})
"""Types that take nothing of what numbers, words and dates are."""
REFUSED: Mapping[str, frozenset[str]] = {
    "boolean": _NUMBERS | _DATES | _APART,
    "object": _NUMBERS | _DATES | {"ip", "boolean", "keyword", "text"},
    "float": _APART | {"boolean"},
    "integer": _APART | {"boolean"},
    "number": _APART | {"boolean"},
    "word": _NUMBERS | _DATES | _APART | {"boolean"},
    "date": _NUMBERS | _APART | {"boolean"},
    "address": _NUMBERS | _DATES | _APART - {"ip"} | {"boolean"},
}
"""Types of fields that refuse a value of a type, or of a kind of ECS; texts may be anything, and numbers stand for dates."""
_VALUES = ("keyword", "text", "wildcard", "constant_keyword", "match_only_text")

Fault = tuple[Stored, Way, str, Severity]


class Mappings(Check):
    id = "elasticsearch/mapping"
    title = "Every field is mapped to a type that there is, with options that it takes, and that takes its values"
    explanation = (
        "A template with an unknown type, or with an option that the type does not take, is refused. One whose type does "
        "not fit the values is taken, and each document that has the field is refused then, or it cannot be compared. "
        "A data stream needs @timestamp as a date."
    )
    fix = "Map words as keyword or text, numbers as long or double, times as date; a field has one type everywhere."

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        own = [fault for each in (*found.parts.values(), *found.templates.values()) for fault in _own(found, each)]
        for each, way, message, severity in (*own, *_together(found), *_given(context, found)):
            line = each.source.line(*way)
            yield self.finding(each.path, line, message, severity=severity, subject=f"mapping of {each.name}")


def _own(found: Store, each: Stored) -> Iterator[Fault]:
    for way, message in root_faults(each.mappings, (*each.way, "mappings")):
        yield each, way, message, "error"
    here = {name: type_of(mapping) for name, mapping, _ in fields(each)}
    for name, mapping, way in fields(each):
        for where, message in faults(name, mapping, way):
            yield each, where, message, "error"
        if here[name] == "alias" and not each.parts and (path := mapping.get("path")) not in (*here, None):
            yield (
                each,
                (*way, "path"),
                f"{name} stands for {path}, which is not mapped: {nearest(str(path), here)}",
                "error",
            )
        yield from _ecs(found, each, name, mapping, way)
    if (count := len(here)) > (most := limit([each])) and not each.parts:
        yield each, (*each.way, "mappings"), f"it maps {count} fields, and an index takes {most}", "error"


def _ecs(found: Store, each: Stored, name: str, mapping: Mapping[str, object], way: Way) -> Iterator[Fault]:
    """Usual fields whose values the type refuses, or cannot compare."""
    kind, type_ = _ECS.get(name), type_of(mapping)
    if not kind or type_ in _KINDS[kind] or type_ not in TYPES - {"alias", "flattened", "flat_object", "passthrough"}:
        return
    streams = name == "@timestamp" and any(
        "data_stream" in one.data and each in found.whole(one) for one in _all(found)
    )
    if streams:
        yield (
            each,
            (*way, "type"),
            f"{name} is {type_} here, and holds a date: a data stream takes no document then",
            "error",
        )
    elif type_ in REFUSED[kind] and mapping.get("ignore_malformed") is not True:
        message = f"{name} is {type_} here, and holds {_SAYS[kind]}: such documents are refused"
        yield each, (*way, "type"), message, "warning"
    elif kind in ("date", "number") and type_ in _VALUES:
        message = f"{name} is {type_} here, and holds {_SAYS[kind]}: it is compared and sorted as a text"
        yield each, (*way, "type"), message, "warning"


def _all(found: Store) -> Iterator[Stored]:
    yield from found.templates.values()


def _given(context: Context, found: Store) -> Iterator[Fault]:
    """Types that Logstash gives to fields in the end, against those of the folder's templates."""
    given: dict[str, str] = {}
    for flow in flows(logstash(context)):
        for put in (each.put for each in flow.assigned if each.put.type != "any"):
            given[put.field.strip("[]").replace("][", ".")] = put.type
    for stored in (*found.parts.values(), *found.templates.values()):
        for name, mapping, way in fields(stored):
            refused = str(mapping.get("type")) in REFUSED.get(given.get(name, ""), ())
            if refused and mapping.get("ignore_malformed") is not True:
                message = f"{name} is {mapping['type']} here, and Logstash makes it {given[name]}: it is refused"
                yield stored, (*way, "type"), message, "warning"


def _together(found: Store) -> Iterator[Fault]:
    """The parts of one template: what comes later counts, and an object that becomes a value loses all that is in it."""
    for template in _all(found):
        seen: dict[str, tuple[str, Stored]] = {}
        for each in found.whole(template):
            for name, mapping, way in fields(each):
                kind = "object" if type_of(mapping) in ("object", "nested", "passthrough") else "value"
                first, where = seen.setdefault(name, (kind, each))
                if first != kind:
                    is_ = "an object" if kind == "object" else "a value"
                    message = f"{name} is {is_} here, and not in {where.name}: the template is refused, or loses that"
                    yield each, way, message, "warning"
        whole = all(name in found.parts for name in template.parts)
        if template.parts and whole and len(seen) > (most := limit(list(found.whole(template)))):
            message = f"with its parts it maps {len(seen)} fields, and an index takes {most}"
            yield template, ("composed_of",), message, "error"
