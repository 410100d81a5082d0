"""Logstash's pipelines: which plugins there are, and which of them an entry reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import (
    Array,
    Bareword,
    Comparison,
    Condition,
    Configuration,
    Field,
    Hash,
    Joined,
    Not,
    Number,
    Operand,
    Plugin,
    Regex,
    Statement,
    Text,
    Value,
)

Configurations = Mapping[str, Configuration | ConfigurationError]


@dataclass(frozen=True, slots=True)
class Used:
    """A plugin of a pipeline, and the section (input, filter, output) in which it stands."""

    path: str
    section: str
    plugin: Plugin

    @property
    def line(self) -> int:
        return self.plugin.at.line


def used(configurations: Configurations) -> Iterator[Used]:
    """Every plugin of every pipeline that can be read, those in branches included."""
    for path, found in configurations.items():
        for section in found.sections if isinstance(found, Configuration) else ():
            yield from (Used(path, section.kind, plugin) for plugin in _every(section.body))


def _every(body: Iterable[Statement]) -> Iterator[Plugin]:
    for each in body:
        if isinstance(each, Plugin):
            yield each
        else:
            for arm in each.arms:
                yield from _every(arm.body)


def conditions(configurations: Configurations) -> Iterator[tuple[str, Condition]]:
    """Every condition, with the path of its pipeline."""
    for path, found in configurations.items():
        for section in found.sections if isinstance(found, Configuration) else ():
            yield from ((path, each) for each in _conditions(section.body))


def _conditions(body: Iterable[Statement]) -> Iterator[Condition]:
    for each in body:
        for arm in () if isinstance(each, Plugin) else each.arms:
            if arm.condition is not None:
                yield arm.condition
            yield from _conditions(arm.body)


def regexes(condition: Condition) -> Iterator[Regex]:
    """The regular expressions that a condition compares with."""
    match condition:
        case Comparison():
            yield from (each for each in (condition.left, condition.right) if isinstance(each, Regex))
        case Not():
            yield from regexes(condition.condition)
        case Joined():
            for each in condition.parts:
                yield from regexes(each)


def setting(plugin: Plugin, name: str) -> Value | None:
    """The value of a setting; the last where it is said more than once, as Logstash takes it."""
    return next((each.value for each in reversed(plugin.settings) if each.name == name), None)


def words(value: Value | None) -> tuple[Text | Bareword | Number, ...]:
    """The words of a value, or of the items of an array, where they stand."""
    if isinstance(value, Array):
        return tuple(word for item in value.items for word in words(item))
    return (value,) if isinstance(value, Text | Bareword | Number) else ()


def texts(value: Value | None) -> tuple[str, ...]:
    """What the words of a value say."""
    return tuple(str(word.value) for word in words(value))


def entries(value: Value | None) -> Iterator[tuple[str, Value]]:
    """The keys and values of a hash, or of a list of keys and values in turn, which Logstash takes for one."""
    for each in value.entries if isinstance(value, Hash) else ():
        yield str(each.key.value), each.value
    items = value.items if isinstance(value, Array) else ()
    for key, item in zip(items[::2], items[1::2], strict=False):
        if isinstance(key, Text | Bareword | Number):
            yield str(key.value), item


def listening(configurations: Configurations) -> set[str]:
    """The ports on which pipelines take lines from Filebeat."""
    inputs = [each.plugin for each in used(configurations) if each.section == "input" and each.plugin.name == "beats"]
    return {port for plugin in inputs for port in texts(setting(plugin, "port"))}


def reached(body: Iterable[Statement], known: Mapping[str, str]) -> Iterator[Plugin]:
    """The plugins that an entry may reach of which these fields are known: `{"[event][module]": "cache"}`."""
    for each in body:
        if isinstance(each, Plugin):
            yield each
            continue
        for arm in each.arms:
            verdict = True if arm.condition is None else holds(arm.condition, known)
            if verdict is not False:
                yield from reached(arm.body, known)
            if verdict is True:
                break


def holds(condition: Condition, known: Mapping[str, str]) -> bool | None:
    """Whether a condition holds; None where the known fields do not tell."""
    match condition:
        case Not():
            inner = holds(condition.condition, known)
            return None if inner is None else not inner
        case Joined(operator="and" | "or"):
            return _joined(condition.operator, [holds(each, known) for each in condition.parts])
        case Comparison():
            return _compares(condition, known)
        case Field():
            return True if known.get(condition.reference) else None
    return None


def _joined(operator: str, parts: list[bool | None]) -> bool | None:
    decides = operator == "or"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _compares(condition: Comparison, known: Mapping[str, str]) -> bool | None:
    left = _value(condition.left, known)
    right = _value(condition.right, known)
    if left is None or right is None:
        return None
    match condition.operator:
        case "==" | "!=":
            return (left == right) == (condition.operator == "==")
        case "in" | "not in" if isinstance(left, str):
            # In a text, `in` looks for a part of it.
            return (left in right) == (condition.operator == "in")
    return None


def _value(operand: Operand, known: Mapping[str, str]) -> str | tuple[str, ...] | None:
    if isinstance(operand, Field):
        return known.get(operand.reference)
    if isinstance(operand, Array):
        return texts(operand)
    return str(operand.value) if isinstance(operand, Text | Number) else None
