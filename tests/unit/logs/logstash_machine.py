"""Runs a parsed Logstash filter on a document, as Logstash 8.14 to 9 with JRuby 9.4 would.

It knows the plugins that obsboot writes, and of these the settings that it writes; everything else is refused, so that
no test passes on a plugin that was never run. Nothing in here is taken from the offline reader: what the two do
differently is what the tests are after.
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from logs.joda import joda_time
from logs.ruby_values import (
    Refused,
    RubyError,
    is_integer,
    is_numeric,
    pattern,
    replacement,
    split,
    strict_float,
    to_f,
    to_i,
    to_s,
)

from obsboot.logs.syntax import (
    Array,
    Branch,
    Comparison,
    Condition,
    Configuration,
    Field,
    Hash,
    Joined,
    Not,
    Number,
    Plugin,
    Regex,
    Statement,
    Text,
    Value,
)

Event = dict[str, Any]
Settings = dict[str, Any]


@lru_cache(maxsize=1024)
def path(reference: str) -> tuple[str, ...]:
    """`[a][b]` and `a` as the keys to go by."""
    if re.fullmatch(r"(?:\[[^\[\],]+\])+", reference):
        return tuple(reference[1:-1].split("]["))
    if re.fullmatch(r"[^\[\],]+", reference):
        return (reference,)
    raise Refused(f"{reference!r} is no field reference")


def _index(key: str, items: Sequence[Any]) -> int | None:
    if not re.fullmatch(r"[+-]?\d+", key):
        return None
    index = int(key)
    index = len(items) + index if index < 0 else index
    return index if 0 <= index < len(items) else None


def _child(parent: Any, key: str) -> Any:
    if isinstance(parent, dict):
        return parent.get(key)
    if isinstance(parent, list):
        index = _index(key, parent)
        return None if index is None else parent[index]
    raise RubyError(f"a {type(parent).__name__} has no fields")


def _parent(event: Event, keys: Sequence[str]) -> Any:
    place: Any = event
    for key in keys[:-1]:
        place = _child(place, key)
        if not isinstance(place, dict | list):
            return None
    return place


def get(event: Event, reference: str) -> Any:
    """The value, or None where there is none."""
    keys = path(reference)
    parent = _parent(event, keys)
    return None if parent is None else _child(parent, keys[-1])


def includes(event: Event, reference: str) -> bool:
    """Whether the field is there, be it null. In an array, what is null is not there."""
    keys = path(reference)
    parent = _parent(event, keys)
    if isinstance(parent, dict):
        return keys[-1] in parent
    return parent is not None and _child(parent, keys[-1]) is not None


def put(event: Event, reference: str, value: Any) -> None:
    """Sets the field. A text or a number in the way is an error, an array takes nothing but numbers for keys."""
    keys = path(reference)
    place: Any = event
    for key in keys[:-1]:
        deeper = _child(place, key)
        if deeper is None:
            deeper = {}
            _set_child(place, key, deeper)
        place = deeper
    _set_child(place, keys[-1], value)


def _set_child(parent: Any, key: str, value: Any) -> None:
    if isinstance(parent, dict):
        parent[key] = value
    elif isinstance(parent, list):
        if (index := _index(key, parent)) is not None:
            parent[index] = value
    else:
        raise RubyError(f"cannot set {key!r} on a {type(parent).__name__}")


def remove(event: Event, reference: str) -> Any:
    """Takes the field away, and leaves the object around it."""
    keys = path(reference)
    parent = _parent(event, keys)
    if isinstance(parent, dict):
        return parent.pop(keys[-1], None)
    if isinstance(parent, list) and (index := _index(keys[-1], parent)) is not None:
        return parent.pop(index)
    return None


def tag(event: Event, tags: Sequence[str]) -> None:
    """Adds the tags that are not there yet."""
    for each in tags:
        there = get(event, "tags")
        there = [] if there is None else there if isinstance(there, list) else [there]
        put(event, "tags", there if each in there else [*there, each])


@lru_cache(maxsize=4096)
def condition_pattern(expression: str) -> re.Pattern[str]:
    """A regular expression of a condition or of gsub."""
    return pattern(expression, of_grok=False)


def date(event: Event, settings: Settings) -> bool:
    field, *formats = settings["match"]
    if (text := get(event, field)) is None:
        return False
    for format_ in formats if isinstance(text, str) else ():
        if moment := joda_time(text, format_, settings["timezone"]):
            put(event, "@timestamp", moment)
            return True
    tag(event, settings["tag_on_failure"])
    return False


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Keys go by the rules for field references: with brackets in it, a key is its last part, or an error."""
    found = {}
    for key, value in pairs:
        if ("[" in key or "]" in key) and not re.fullmatch(r"(?:\[[^\[\]]+\])+", key):
            raise RubyError(f"Invalid FieldReference: {key}")
        found[key[:-1].rpartition("[")[2] if key.startswith("[") else key] = value
    return found


def parse_json(text: Any) -> Any:
    """As Jackson streams it: what is nobody's number is none, of several values at the root the last one counts."""
    if not isinstance(text, str):
        raise RubyError(f"a {type(text).__name__} is no JSON")

    def refuse(word: str) -> Any:
        raise RubyError(f"{word} is no JSON")

    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=refuse)
    here, value = 0, None
    try:
        while (here := here + len(text[here:]) - len(text[here:].lstrip(" \t\r\n"))) < len(text):
            value, here = decoder.raw_decode(text, here)
    except (ValueError, RecursionError) as error:
        raise RubyError(str(error)) from error
    return value


def json_(event: Event, settings: Settings) -> bool:
    source = get(event, settings["source"])
    if source is None or source is False:
        return False
    try:
        put(event, settings["target"], parse_json(source))
    except RubyError:
        tag(event, settings["tag_on_failure"])
        return False
    return True


_REFERENCE = re.compile(r"%\{([A-Za-z0-9_]+)(?::([@\[\]A-Za-z0-9_:.-]+))?[^}]*\}")


@lru_cache(maxsize=1024)
def grok_pattern(text: str, definitions: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The expression, and the field of each of its groups."""
    known = dict(definitions)
    for name, definition in definitions:
        if re.search(r"\s$", definition, re.MULTILINE):
            raise Refused(f"the definition of {name} ends in a blank")
    fields: list[str] = []
    for _ in range(10_000):
        if not (found := _REFERENCE.search(text)):
            break
        name, field = found[1], found[2]
        if name not in known:
            raise Refused(f"the pattern {found[0]} is not defined")
        if field and ":" in field:
            raise Refused(f"a type in {found[0]}")
        group = f"(?P<g{len(fields)}>{known[name]})" if field else f"(?:{known[name]})"
        fields += [field] if field else []
        text = text[: found.start()] + group + text[found.end() :]
    if "%{" in text:
        raise Refused(f"a reference that is none in {text!r}")
    if len(set(fields)) < len(fields):
        raise Refused(f"a field twice in {text!r}")
    return pattern(text, of_grok=True), tuple(fields)


def grok(event: Event, settings: Settings) -> bool:
    definitions = tuple(settings.get("pattern_definitions", {}).items())
    matched = False
    for field, texts in settings["match"].items():
        value = get(event, field)
        patterns = [grok_pattern(text, definitions) for text in ([texts] if isinstance(texts, str) else texts)]
        try:
            for each in value if isinstance(value, list) else [value]:
                matched |= _grok_one(event, to_s(each), patterns, settings.get("overwrite", []))
        except RubyError:
            matched = False
        if matched:
            return True
    tag(event, settings["tag_on_failure"])
    return False


def _grok_one(
    event: Event, text: str, patterns: Sequence[tuple[re.Pattern[str], tuple[str, ...]]], overwrite: Sequence[str]
) -> bool:
    for expression, fields in patterns:
        if not (found := expression.search(text)):
            continue
        for number, field in enumerate(fields):
            if value := found[f"g{number}"]:
                there = None if field in overwrite else get(event, field)
                if there is None or isinstance(there, str | list):
                    before = [] if there is None else there if isinstance(there, list) else [there]
                    put(event, field, [*before, value] if before else value)
        return True
    return False


def translate(event: Event, settings: Settings) -> bool:
    source, target = settings["source"], settings["target"]
    if (includes(event, target) and settings["override"] != "true") or not includes(event, source):
        return False
    value = get(event, source)
    if isinstance(value, list):
        value = value[0] if value else None
    word = settings["dictionary"].get(to_s(value), settings.get("fallback"))
    if word is None:
        return False
    put(event, target, word)
    return True


_FIELD = r"event\.get\('(?P<field>[^'\\]+)'\)"
_TAGS = r"event\.tag\('(?P<tag>[^'\\]+)'\) unless "
_FORMS = {
    name: re.compile(form)
    for name, form in {
        "take": rf"v = {_FIELD}",
        "object": rf"{_TAGS}{_FIELD}\.is_a\?\(Hash\)",
        "divide": r"event\.set\('(?P<field>[^'\\]+)', v\.to_f / (?P<by>\d+\.\d+|\d+(?:\.\d+)?e[+-]\d+)\) unless v\.nil\?",
        "tag": rf"{_TAGS}(?=v\.nil\?|\()",
    }.items()
}
_TESTS: Mapping[str, tuple[re.Pattern[str], Callable[[Any, str], bool]]] = {
    "nil": (re.compile(r"v\.nil\?"), lambda value, _: value is None),
    "whole": (
        re.compile(r"\(v\.is_a\?\(Integer\) && v\.abs < (?P<said>\d+)\)"),
        lambda value, said: is_integer(value) and abs(value) < int(said),
    ),
    "finite": (
        re.compile(r"\(v\.is_a\?\(Numeric\) && v\.to_f\.finite\?\)"),
        lambda value, _: is_numeric(value) and math.isfinite(to_f(value)),
    ),
    "looks": (
        re.compile(r"\(v\.is_a\?\(String\) && v =~ /(?P<said>(?:[^/\\#\n]|\\[^\n])*)/\)"),
        lambda value, said: isinstance(value, str) and condition_pattern(said).search(value) is not None,
    ),
}
"""What can be asked of `v`. No expression holds a bare `#`, with which Ruby would begin to fill something in."""
Test = tuple[str, str]
Command = tuple[str, Mapping[str, str], Sequence[Test]]


@lru_cache(maxsize=256)
def ruby_code(code: str) -> tuple[Command, ...]:
    """The statements of a piece of Ruby, of which only these few forms are known."""
    found: list[Command] = []
    here = 0
    while here < len(code):
        if found:
            if not code.startswith("; ", here):
                raise Refused(f"unknown code: {code[here:]}")
            here += 2
        form, said = _begun(_FORMS, code, here)
        if form in ("divide", "tag") and not any(name == "take" for name, _, _ in found):
            raise Refused(f"v is not set in {code!r}")
        here, tests = _tests(code, said.end()) if form == "tag" else (said.end(), ())
        found.append((form, said.groupdict(), tests))
    return tuple(found)


def _begun(forms: Mapping[str, re.Pattern[str]], code: str, here: int) -> tuple[str, re.Match[str]]:
    for name, form in forms.items():
        if found := form.match(code, here):
            return name, found
    raise Refused(f"unknown code: {code[here:]}")


def _tests(code: str, here: int) -> tuple[int, tuple[Test, ...]]:
    """The tests that stand there, of which one is enough."""
    tests: list[Test] = []
    while not tests or code.startswith(" || ", here):
        here += 4 if tests else 0
        name, said = _begun({name: form for name, (form, _) in _TESTS.items()}, code, here)
        if name == "looks":
            condition_pattern(said["said"])
        tests.append((name, said.groupdict().get("said", "")))
        here = said.end()
    return here, tuple(tests)


def ruby(event: Event, settings: Settings) -> bool:
    value: Any = None
    try:
        for form, said, tests in ruby_code(settings["code"]):
            if form == "take":
                value = get(event, said["field"])
            elif form == "divide":
                if value is not None:
                    put(event, said["field"], to_f(value) / float(said["by"]))
            elif form == "object":
                if not isinstance(get(event, said["field"]), dict):
                    tag(event, [said["tag"]])
            elif not any(_TESTS[name][1](value, of) for name, of in tests):
                tag(event, [said["tag"]])
    except RubyError:
        tag(event, ["_rubyexception"])
        return False
    return True


def constant(text: str) -> str:
    """A text that is put into a document: a reference in it would be filled from the event."""
    if "%{" in text:
        raise Refused(f"a reference in {text!r}")
    return text


def rename(event: Event, pairs: Mapping[str, str]) -> None:
    for old, new in pairs.items():
        if includes(event, old):
            put(event, new, remove(event, old))


def replace(event: Event, values: Mapping[str, str]) -> None:
    for field, value in values.items():
        put(event, field, constant(value))


def convert(event: Event, kinds: Mapping[str, str]) -> None:
    for field, kind in kinds.items():
        value = get(event, field)
        if isinstance(value, list):
            put(event, field, [None if each is None else CONVERSIONS[kind](each) for each in value])
        elif value is not None and not isinstance(value, dict):
            put(event, field, CONVERSIONS[kind](value))


def integer(value: Any) -> int:
    """What is no number becomes 0, unless it has an e."""
    if isinstance(value, str):
        text = value.strip().replace(",", "")
        if re.match(r"[+-]?0[xX]", text) or "e" in text:
            return int(strict_float(text))
        return to_i(text)
    if isinstance(value, list | dict):
        raise RubyError("no Integer")
    return int(value)


def floating(value: Any) -> float:
    if isinstance(value, list | dict):
        raise RubyError("no Float")
    return strict_float(value.strip().replace(",", "")) if isinstance(value, str) else float(value)


def boolean(value: Any) -> Any:
    text = to_s(value).lower()
    if text in ("true", "t", "yes", "y", "1", "1.0"):
        return True
    return False if text in ("", "false", "f", "no", "n", "0", "0.0") else value


CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "integer": integer, "float": floating, "boolean": boolean, "string": to_s,
}  # fmt: skip


def gsub(event: Event, triples: Sequence[str]) -> None:
    for field, needle, by in zip(triples[::3], triples[1::3], triples[2::3], strict=True):
        expression, put_in = condition_pattern(constant(needle)), replacement(constant(by))
        value = get(event, field)
        if isinstance(value, str):
            put(event, field, expression.sub(put_in, value))
        elif isinstance(value, list):
            changed = [expression.sub(put_in, each) if isinstance(each, str) else each for each in value]
            put(event, field, changed)


def split_(event: Event, separators: Mapping[str, str]) -> None:
    for field, separator in separators.items():
        if isinstance(value := get(event, field), str):
            put(event, field, split(value, separator))


def copy_(event: Event, pairs: Mapping[str, str]) -> None:
    for source, into in pairs.items():
        if (value := get(event, source)) is not None:
            put(event, into, copy.deepcopy(value))


OPERATIONS: Mapping[str, Callable[[Event, Any], None] | None] = {
    "coerce": None, "rename": rename, "update": None, "replace": replace, "convert": convert, "gsub": gsub,
    "uppercase": None, "capitalize": None, "lowercase": None, "strip": None, "split": split_, "join": None,
    "merge": None, "copy": copy_,
}  # fmt: skip
"""In the order in which one mutate works, whatever the order of its settings; None is what nobody writes."""


def mutate(event: Event, settings: Settings) -> bool:
    try:
        for name, operation in OPERATIONS.items():
            if name in settings and operation:
                operation(event, settings[name])
    except RubyError:
        tag(event, ["_mutate_error"])
        return False
    tag(event, [constant(each) for each in settings.get("add_tag", ())])
    for field in settings.get("remove_field", ()):
        remove(event, field)
    return True


PLUGINS: Mapping[str, tuple[Callable[[Event, Settings], bool], frozenset[str], frozenset[str]]] = {
    "mutate": (
        mutate,
        frozenset(),
        frozenset({"add_tag", "remove_field", *(name for name, known in OPERATIONS.items() if known)}),
    ),
    "grok": (
        grok,
        frozenset({"match", "overwrite", "tag_on_failure", "tag_on_timeout"}),
        frozenset({"pattern_definitions"}),
    ),
    "json": (json_, frozenset({"source", "target", "tag_on_failure"}), frozenset()),
    "date": (date, frozenset({"match", "timezone", "locale", "tag_on_failure"}), frozenset()),
    "translate": (translate, frozenset({"source", "target", "dictionary", "override"}), frozenset({"fallback"})),
    "ruby": (ruby, frozenset({"code"}), frozenset()),
}
"""The work of a plugin, the settings that it needs here, and those that it may have beside its id."""


def plain(value: Value) -> Any:
    """A value of the configuration as Logstash hands it to a plugin."""
    match value:
        case Array():
            return [plain(each) for each in value.items]
        case Hash():
            return {str(plain(entry.key)): plain(entry.value) for entry in value.entries}
        case Plugin():
            raise Refused("a codec in a filter")
        case Text() if re.search(r"\$\{[A-Za-z_.]", value.value):
            raise Refused(f"{value.value!r} names a variable of the environment")
    return value.value


class Machine:
    """A configuration ready to run; made once, as Logstash does it, so that what it refuses is refused at once."""

    def __init__(self, configuration: Configuration) -> None:
        (self.section,) = configuration.sections
        if self.section.kind != "filter":
            raise Refused(self.section.kind)
        self.settings: dict[int, Settings] = {}
        self.ids: set[str] = set()
        self._register(self.section.body)

    def run(self, document: Mapping[str, Any]) -> Event:
        """What becomes of the document."""
        event = copy.deepcopy(dict(document))
        self._run(self.section.body, event)
        return event

    def _register(self, statements: Sequence[Statement]) -> None:
        for each in statements:
            if isinstance(each, Branch):
                for arm in each.arms:
                    self._register(arm.body)
                continue
            settings: Settings = {}
            for setting in each.settings:
                if setting.name in settings:
                    raise Refused(f"{setting.name} twice")
                settings[setting.name] = plain(setting.value)
            self._admit(each.name, dict(settings))
            self.settings[id(each)] = settings

    def _admit(self, name: str, settings: Settings) -> None:
        if (id_ := settings.pop("id", None)) in self.ids:
            raise Refused(f"the id {id_} twice")
        self.ids |= {id_} if id_ else set()
        _, needed, allowed = PLUGINS.get(name, (None, frozenset(), frozenset()))
        if name not in PLUGINS or not needed <= set(settings) <= needed | allowed:
            raise Refused(f"{name} with {', '.join(settings)}")
        if settings.get("locale", "en") != "en":
            raise Refused("another language")
        if name == "ruby":
            ruby_code(settings["code"])

    def _run(self, statements: Sequence[Statement], event: Event) -> None:
        for each in statements:
            if isinstance(each, Plugin):
                PLUGINS[each.name][0](event, self.settings[id(each)])
                continue
            for arm in each.arms:
                if arm.condition is None or holds(arm.condition, event):
                    self._run(arm.body, event)
                    break


def holds(condition: Condition, event: Event) -> bool:
    """Whether an event meets a condition."""
    match condition:
        case Field():
            value = get(event, condition.reference)
            return value is not None and to_s(value) not in ("", "false")
        case Not():
            return not holds(condition.condition, event)
        case Joined(operator="and"):
            return all(holds(part, event) for part in condition.parts)
        case Joined(operator="or"):
            return any(holds(part, event) for part in condition.parts)
        case Comparison():
            return _compares(condition, event)
    raise Refused(f"xor and nand: {condition}")


def _compares(said: Comparison, event: Event) -> bool:
    match said:
        case Comparison(Field(reference), "=~" | "!~", Regex(expression)):
            text = get(event, reference)
            holds_ = isinstance(text, str) and bool(condition_pattern(expression).search(text))
        case Comparison(Text(word), "in" | "not in", Field(reference)):
            there = get(event, reference)
            holds_ = isinstance(there, str | list) and word in there
        case Comparison(Field(reference), "==" | "!=", Text(constant_) | Number(constant_)):
            value = get(event, reference)
            holds_ = type(value) is type(constant_) and value == constant_
        case _:
            raise Refused(f"a comparison that nobody writes: {said}")
    return holds_ != (said.operator in ("!~", "not in", "!="))
