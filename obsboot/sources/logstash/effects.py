"""What a filter does to an entry: the fields it reads, sets, and takes away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.logs.syntax import Hash, Node, Number, Plugin, Value
from obsboot.sources.logstash.grok import bracketed
from obsboot.sources.pipelines import entries, setting, texts, words

_SPRINTF = re.compile(r"%\{(?P<field>(?:\[[^\[\]{}]+\])+|[A-Za-z_@][^{}\[\]+:]*)\}")
_CONVERTED = {
    "integer": "integer", "integer_eu": "integer", "float": "float", "float_eu": "float", "string": "string",
    "boolean": "boolean",
}  # fmt: skip
_KEEPS = frozenset({"update", "uppercase", "lowercase", "capitalize", "strip"})
_OPAQUE = frozenset(
    {"ruby", "aggregate", "prune", "clone", "split", "elastic_integration", "http", "elasticsearch", "metrics"}
)
"""Filters that do what nobody can tell from their settings."""
_USUAL: Mapping[str, tuple[str, ...]] = {
    "cidr": (), "drop": (), "sleep": (), "throttle": (), "truncate": (), "urldecode": (),
    "fingerprint": ("[fingerprint]", "[event][hash]"),
    "syslog_pri": (
        "[syslog_facility]", "[syslog_facility_code]", "[syslog_severity]", "[syslog_severity_code]", "[log][syslog]",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Put:
    """A field that is set: its type (`any` where nobody knows), its text where that is always the same, and the place."""

    field: str
    type: str
    at: Node
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """What one filter does, in its own order.

    `parsed` are fields it finds in a text; `reads` all that it looks at; `opaque` is whether it may do more than is said;
    `below` are fields below which it may set anything.
    """

    puts: tuple[Put, ...] = ()
    parsed: tuple[Put, ...] = ()
    removes: tuple[tuple[str, Node], ...] = ()
    reads: tuple[tuple[str, Node], ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    below: tuple[str, ...] = ()
    opaque: bool = False
    sure: bool = field(default=False)


def effects(plugin: Plugin) -> Effects:
    """What a filter does, grok's captures aside, which need its definitions."""
    found = _OWN.get(plugin.name, _other)(plugin)
    put = [_said(name, value, plugin) for name, value in entries(setting(plugin, "add_field"))]
    removed = [(bracketed(str(word.value)), word) for word in words(setting(plugin, "remove_field"))]
    mentioned = [(name, node) for node, text in _texts(plugin) for name in mentions(text)]
    return Effects(
        (*found.puts, *put), found.parsed, (*found.removes, *removed), (*found.reads, *mentioned), found.moves,
        found.below, found.opaque or plugin.name in _OPAQUE, plugin.name == "mutate",
    )  # fmt: skip


def mentions(text: str) -> Iterator[str]:
    """The fields that a text names as `%{field}`."""
    return (bracketed(each["field"]) for each in _SPRINTF.finditer(text))


def _said(name: str, value: Value, at: Node) -> Put:
    said = words(value)
    text = str(said[0].value) if len(said) == 1 else None
    fixed = text if text is not None and "%{" not in text and "${" not in text else None
    number = "integer" if said and isinstance(said[0], Number) else "string"
    return Put(bracketed(name), number if len(said) == 1 else "any", value or at, fixed)


def _texts(plugin: Plugin) -> Iterator[tuple[Node, str]]:
    for each in plugin.settings:
        if each.name not in ("match", "pattern_definitions", "mapping", "dictionary", "code"):
            yield from _words_in(each.value)


def _words_in(value: Value) -> Iterator[tuple[Node, str]]:
    for word in words(value):
        yield word, str(word.value)
    if isinstance(value, Hash):
        for each in value.entries:
            yield each.key, str(each.key.value)
            yield from _words_in(each.value)


def _mutate(plugin: Plugin) -> Effects:
    puts: list[Put] = []
    reads: list[tuple[str, Node]] = []
    moves: list[tuple[str, str]] = []
    for name, value in entries(setting(plugin, "rename")):
        for word in words(value):
            moves.append((bracketed(name), bracketed(str(word.value))))
            reads.append((bracketed(name), word))
            puts.append(Put(moves[-1][1], "any", word))
    puts += [_said(name, value, plugin) for name, value in entries(setting(plugin, "replace"))]
    for name, value in entries(setting(plugin, "convert")):
        for word in words(value):
            puts.append(Put(bracketed(name), _CONVERTED.get(str(word.value), "any"), word))
    for name, value in entries(setting(plugin, "split")):
        puts.append(Put(bracketed(name), "array", value))
    for name, value in entries(setting(plugin, "join")):
        puts.append(Put(bracketed(name), "string", value))
    for key in ("copy", "merge", "coerce"):
        for name, value in entries(setting(plugin, key)):
            puts += [Put(bracketed(name if key != "copy" else str(word.value)), "any", word) for word in words(value)]
            reads += [(bracketed(name if key == "copy" else str(word.value)), word) for word in words(value)]
    return Effects(tuple(puts), reads=tuple(reads), moves=tuple(moves))


def _date(plugin: Plugin) -> Effects:
    match = words(setting(plugin, "match"))
    target = next(iter(texts(setting(plugin, "target"))), "@timestamp")
    reads = tuple((bracketed(str(word.value)), word) for word in match[:1])
    return Effects((Put(bracketed(target), "date", plugin),), reads=reads)


def _dissect(plugin: Plugin) -> Effects:
    parsed, reads = [], []
    for name, value in entries(setting(plugin, "mapping")):
        for word in words(value):
            reads.append((bracketed(name), word))
            for key in re.findall(r"%\{([^{}]+)\}", str(word.value)):
                named = key.lstrip("+").partition("->")[0].partition("/")[0]
                if named and key[0] not in "?&":
                    parsed.append(Put(bracketed(named), "string", word))
    for name, value in entries(setting(plugin, "convert_datatype")):
        kinds = {"int": "integer", "float": "float"}
        parsed += [Put(bracketed(name), kinds.get(str(word.value), "any"), word) for word in words(value)]
    return Effects(parsed=tuple(parsed), reads=tuple(reads))


def _json(plugin: Plugin) -> Effects:
    source = words(setting(plugin, "source"))
    target = texts(setting(plugin, "target"))
    reads = tuple((bracketed(str(word.value)), word) for word in source)
    return Effects(reads=reads, below=(bracketed(target[0]) if target and target[0] else "",))


def _columns(plugin: Plugin) -> Effects:
    target = next(iter(texts(setting(plugin, "target"))), "")
    above = bracketed(target) if target else ""
    converted = {name: "".join(texts(value)) for name, value in entries(setting(plugin, "convert"))}
    parsed = tuple(
        Put(above + bracketed(str(word.value)), _CONVERTED.get(converted.get(str(word.value), "string"), "any"), word)
        for word in words(setting(plugin, "columns"))
    )
    source = words(setting(plugin, "source"))
    reads = tuple((bracketed(str(word.value)), word) for word in source) or (("[message]", plugin),)
    detects = texts(setting(plugin, "autodetect_column_names")) == ("true",)
    return Effects(parsed=parsed, reads=reads, below=(above,) if detects or not parsed else ())


def _pairs(plugin: Plugin) -> Effects:
    """What a filter kv takes is known where it is told which keys to take."""
    target = next(iter(texts(setting(plugin, "target"))), "")
    above = bracketed(target) if target else ""
    prefix = "".join(texts(setting(plugin, "prefix")))
    wanted = words(setting(plugin, "include_keys"))
    named = [(prefix + str(word.value), word) for word in wanted]
    parsed = [Put(above + bracketed(name), "string", word) for name, word in named if "%{" not in name]
    usual = entries(setting(plugin, "default_keys"))
    parsed += [_said(above + bracketed(name), value, plugin) for name, value in usual]
    source = words(setting(plugin, "source"))
    reads = tuple((bracketed(str(word.value)), word) for word in source) or (("[message]", plugin),)
    known = bool(wanted) and not any("%{" in name or "${" in name for name, _ in named)
    inside = tuple(put.field for put in parsed) if texts(setting(plugin, "recursive")) == ("true",) else ()
    return Effects(parsed=tuple(parsed), reads=reads, below=inside if known else (above,))


def _other(plugin: Plugin) -> Effects:
    """Most filters read `source` (or `field`) and write into `target`."""
    reads = [
        (bracketed(str(word.value)), word)
        for key in ("source", "field", "match")
        for word in words(setting(plugin, key))
    ]
    reads += [
        (bracketed(str(word.value)), word)
        for key in ("fields", "timer", "meter")
        for word in words(setting(plugin, key))
    ]
    target = [*words(setting(plugin, "target")), *words(setting(plugin, "destination"))]
    below = tuple(bracketed(str(word.value)) for word in target) or _usual(plugin.name, [name for name, _ in reads])
    puts = tuple(Put(bracketed(str(word.value)), "any", word) for word in target)
    return Effects(puts, reads=tuple(reads), below=below)


def _usual(name: str, sources: list[str]) -> tuple[str, ...]:
    """The fields below which a filter without a target writes, with ECS or without it; an empty one is anywhere."""
    if name == "geoip":
        return ("[geoip]", *(source.removesuffix("[ip]") for source in sources if source.endswith("][ip]")))
    return ("[translation]", *sources) if name == "translate" else _USUAL.get(name, ("",))


def _grok(plugin: Plugin) -> Effects:
    reads = tuple((bracketed(name), plugin) for name, _ in entries(setting(plugin, "match")))
    return Effects(reads=reads)


_OWN: Mapping[str, Callable[[Plugin], Effects]] = {
    "mutate": _mutate, "date": _date, "dissect": _dissect, "json": _json, "csv": _columns, "kv": _pairs, "grok": _grok,
}  # fmt: skip
