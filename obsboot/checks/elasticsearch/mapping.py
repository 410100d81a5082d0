"""Mappings that the store takes, and that fit what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.pipelines import logstash
from obsboot.sources.mappings import fields
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, Store, store

_TYPES = frozenset(KNOWN["types"].split())
_PARAMETERS = frozenset(KNOWN["parameters"].split())
_ECS: Mapping[str, str] = {name: kind for kind, names in KNOWN["fields"].items() for name in names.split()}
_KINDS: Mapping[str, frozenset[str]] = {kind: frozenset(types.split()) for kind, types in KNOWN["kinds"].items()}
_SAYS = {"date": "a date", "number": "a number", "word": "a word", "address": "an address"}
_NUMBERS = _KINDS["number"]
_REFUSED: Mapping[str, frozenset[str]] = {
    "boolean": _NUMBERS | {"date", "ip"},
    "object": _NUMBERS | {"date", "ip", "boolean", "keyword", "text"},
    "float": frozenset({"boolean", "ip"}),
    "integer": frozenset({"boolean", "ip"}),
}
"""Types of fields that refuse a value of a type; texts may be anything, and numbers stand for dates."""
_EXPLODES = 1000
"""Fields of an index at which the store refuses more: index.mapping.total_fields.limit."""

Fault = tuple[Stored, Way, str, Severity]


class Mappings(Check):
    id = "elasticsearch/mapping"
    title = "Every field is mapped to a type that there is, and that takes its values"
    explanation = (
        "A template with an unknown type is refused. One whose type does not fit the values is taken, and each document "
        "that has the field is refused then, or its field ignored. A data stream needs @timestamp as a date."
    )
    fix = "Map words as keyword or text, numbers as long or double, times as date; a field has one type everywhere."

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        faults = [fault for each in (*found.parts.values(), *found.templates.values()) for fault in _own(each)]
        for each, way, message, severity in (*faults, *_together(found), *_given(context, found)):
            line = each.source.line(*way)
            yield self.finding(each.path, line, message, severity=severity, subject=f"mapping of {each.name}")


def _own(each: Stored) -> Iterator[Fault]:
    count = 0
    for name, mapping, way in fields(each):
        count += 1
        type_ = str(mapping.get("type", "object"))
        if type_ not in _TYPES:
            yield (
                each,
                (*way, "type"),
                f"{name}: there is no type {type_!r}: {nearest(type_, _TYPES)[:90]}",
                "error",
            )
        elif (kind := _ECS.get(name)) and type_ not in {*_KINDS[kind], "alias", "object", "runtime"}:
            stream = name == "@timestamp"
            message = f"{name} is {type_} here, and holds {_SAYS[kind]}: such documents are refused"
            yield each, (*way, "type"), message, "error" if stream else "warning"
        for parameter in mapping:
            if parameter not in _PARAMETERS and (advice := meant(parameter, _PARAMETERS)):
                yield each, (*way, parameter), f"{name}: a mapping has no {parameter!r}: {advice}", "error"
    if count > _EXPLODES:
        yield each, ("template", "mappings"), f"it maps {count} fields, and an index takes {_EXPLODES}", "warning"


def _given(context: Context, found: Store) -> Iterator[Fault]:
    """Types that Logstash gives to fields in the end, against those of the folder's templates."""
    given: dict[str, str] = {}
    for flow in flows(logstash(context)):
        for put in (each.put for each in flow.assigned if each.put.type != "any"):
            given[put.field.strip("[]").replace("][", ".")] = put.type
    for stored in (*found.parts.values(), *found.templates.values()):
        for name, mapping, way in fields(stored):
            if str(mapping.get("type")) in _REFUSED.get(given.get(name, ""), ()):
                message = f"{name} is {mapping['type']} here, and Logstash makes it {given[name]}: it is refused"
                yield stored, (*way, "type"), message, "warning"


def _together(found: Store) -> Iterator[Fault]:
    """The parts of one template: what comes later counts, and an object cannot become a value."""
    for template in found.templates.values():
        seen: dict[str, tuple[str, Stored]] = {}
        for each in found.whole(template):
            for name, mapping, way in fields(each):
                kind = "object" if mapping.get("type", "object") in ("object", "nested") else "value"
                first, where = seen.setdefault(name, (kind, each))
                if first != kind:
                    message = (
                        f"{name} is {'an object' if kind == 'object' else 'a value'} here, and not in {where.name}"
                    )
                    yield each, way, message, "error"
