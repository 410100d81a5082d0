"""Values of processors' options that the store cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.sources.documents import Way
from obsboot.sources.logstash.grok import bare, builtin, references
from obsboot.sources.logstash.oniguruma import BrokenError, UntoldError, check
from obsboot.sources.stores import KNOWN

_WORDS: Mapping[str, tuple[str, ...]] = {name: tuple(words.split()) for name, words in KNOWN["option_words"].items()}
_ANY_CASE = ("convert.type", "json.add_to_root_conflict_strategy", "user_agent.properties")
_ONE_CHARACTER = ("csv.separator", "csv.quote")
_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "append": ("field", "value"),
    "date": ("timezone", "locale"),
    "fail": ("message",),
    "pipeline": ("name",),
    "remove": ("field",),
    "rename": ("field", "target_field"),
    "set": ("field", "value"),
}
"""Options in which `{{field}}` stands for a value."""
_OPEN = re.compile(r"\{\{(?!.*?\}\})", re.DOTALL)

Misread = tuple[Way, str]


def misread(kind: str, body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    """Everything of a processor that makes the store refuse it though the option is one, with the way to it."""
    for name, value in body.items():
        if message := _value(f"{kind}.{name}", value):
            yield (*way, name), f"{kind}: {name} {message}"
    for name in _TEMPLATES.get(kind, ()):
        if any(_OPEN.search(text) for text in _texts(body.get(name))):
            yield (*way, name), f"{kind}: a {{{{ of {name} has no end"
    yield from _OF_KIND.get(kind, _nothing)(body, way)


def _value(option: str, value: object) -> str:
    if option in _WORDS and isinstance(value, str):
        word = value.lower() if option in _ANY_CASE else value
        return "" if word in _WORDS[option] else f"{value!r} is none of {', '.join(_WORDS[option])}"
    if option.endswith(".if") and (value == "" or isinstance(value, bool)):
        return f"takes a condition, and this is {value!r}"
    if option in _WORDS and isinstance(value, list):
        return next((said for each in value if (said := _value(option, each))), "")
    if option in _ONE_CHARACTER and isinstance(value, str) and len(value) != 1:
        return f"{value!r} is not one character"
    return "is empty" if option in ("grok.patterns", "csv.target_fields") and value == [] else ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def _grok(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    own = body.get("pattern_definitions")
    defined = own if isinstance(own, dict) else {}
    patterns = body.get("patterns")
    written = [
        (("patterns", number), each) for number, each in enumerate(patterns if isinstance(patterns, list) else ())
    ]
    written += [(("pattern_definitions", name), each) for name, each in defined.items()]
    for place, pattern in written:
        if not isinstance(pattern, str):
            continue
        for name in dict.fromkeys(each.name for each in references(pattern)):
            if name not in defined and not builtin().has(name):
                advice = nearest(name, {*defined, *builtin().names})[:90]
                yield (*way, *place), f"grok: there is no pattern {name}: {advice}"
        yield from _expression(bare(pattern), (*way, *place))


def _expression(pattern: str, way: Way) -> Iterator[Misread]:
    try:
        check(pattern)
    except BrokenError as error:
        yield way, f"this is no regular expression: {error}"
    except UntoldError:
        pass


def _dotted(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    field = body.get("field")
    if isinstance(field, str) and field != "*" and (field.strip(".") != field or "." not in field):
        yield (*way, "field"), f"dot_expander: {field!r} has no dot inside"


def _replaced(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    yield from _expression(str(body.get("pattern", "")), (*way, "pattern"))


def _dissected(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    if isinstance(body.get("pattern"), str) and not re.search(r"%\{[^}]+\}", body["pattern"]):
        yield (*way, "pattern"), "dissect: there is no %{field} in its pattern"


def _parsed(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    if body.get("add_to_root") is True and body.get("target_field") is not None:
        yield (*way, "target_field"), "json takes add_to_root or target_field, and not both"


def _each(body: Mapping[str, Any], way: Way) -> Iterator[Misread]:
    if isinstance(inner := body.get("processor"), dict) and len(inner) != 1:
        yield (*way, "processor"), f"foreach takes one processor, and there are {len(inner)}"


def _nothing(_body: Mapping[str, Any], _way: Way) -> Iterator[Misread]:
    yield from ()


_OF_KIND: Mapping[str, Callable[[Mapping[str, Any], Way], Iterator[Misread]]] = {
    "grok": _grok,
    "gsub": _replaced,
    "dissect": _dissected,
    "json": _parsed,
    "dot_expander": _dotted,
    "foreach": _each,
}
