"""What ElastAlert takes as a rule, and with what it does not start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.sources.documents import Listed, Mapped, mapped
from obsboot.sources.shapes import table
from obsboot.sources.watching import LogRule

_KNOWN: Mapping[str, Any] = table("elastalert")
TYPES: Mapping[str, Mapping[str, str]] = _KNOWN["types"]
ALERTERS: Mapping[str, str] = _KNOWN["alerters"]
_UNITS = frozenset(_KNOWN["units"].split())
_TO_FILL = re.compile(r"\{\{|\$\{|^\$|^<.*>$")
"""What another program writes before ElastAlert reads it."""

Fault = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Alerter:
    """Whom a rule tells: the name, the options that are only for it, and its line."""

    name: str
    options: Mapped
    line: int


def alerters(rule: LogRule) -> Iterator[Alerter]:
    """Everybody whom a rule tells."""
    for each, line in rule.alerts:
        name = str(next(iter(each), "") if isinstance(each, Mapped) else each)
        yield Alerter(name, mapped(mapped(each).get(name)), line)


def needs(kind: str) -> tuple[str, ...]:
    """The options that a type of rules cannot do without."""
    return tuple(TYPES.get(kind, {}).get("needs", "").split())


def faults(rule: LogRule, usual: frozenset[str]) -> Iterator[Fault]:
    """What ElastAlert refuses in a rule; `usual` are the options that its configuration gives to all."""
    data = rule.data
    if "import" not in data:
        yield from _lacking(data, usual)
    yield from _values(data)
    yield from _spans(data)
    yield from _forms(data)
    yield from _texts(data)


def _lacking(data: Mapped, usual: frozenset[str]) -> Iterator[Fault]:
    kind, line = data.get("type"), data.value_at("type")
    if data.get("alert") is None:
        yield data.line, "it has no alert, so nobody is told"
    if str(kind) not in TYPES:
        if "." not in str(kind):
            yield line, f"there is no type {kind!r}: {nearest(str(kind), TYPES)}"
        return
    for key in needs(str(kind)):
        if data.get(key) is None:
            yield line, f"a {kind} rule needs {key}"
    given = {key for key, value in data.items() if value is not None} | usual
    one = TYPES[str(kind)].get("one", "").split()
    if one and given.isdisjoint(one):
        yield line, f"a {kind} rule needs {' or '.join(one)}"
    if data.get("metric_agg_type") == "percentiles" and "percentile_range" not in given:
        yield data.at("metric_agg_type"), "percentiles need percentile_range"
    if data.get("use_terms_query") and "query_key" not in given:
        yield data.at("use_terms_query"), "use_terms_query needs query_key"
    if data.get("scan_entire_timeframe") and "timeframe" not in given:
        yield data.at("scan_entire_timeframe"), "scan_entire_timeframe needs timeframe"


def _values(data: Mapped) -> Iterator[Fault]:
    for key, known in _KNOWN["values"].items():
        if key in data and str(data[key]) not in known.split() and not _filled(data[key]):
            yield data.value_at(key), f"{key} has no value {data[key]!r}: {nearest(str(data[key]), known.split())}"


def _spans(data: Mapped) -> Iterator[Fault]:
    for key in _KNOWN["spans"].split():
        value = data.get(key)
        if key not in data or _filled(value) or (value is None and key in needs(str(data.get("type")))):
            continue
        units = _UNITS | ({"schedule"} if key == "aggregation" else set())
        if not isinstance(value, Mapped):
            yield data.value_at(key), f"{key} is no span of time: write it as minutes: 5"
            continue
        for unit, number in value.items():
            if unit not in units:
                yield value.at(unit), f"{key} has no {unit!r}: {nearest(str(unit), units)}"
            elif unit != "schedule" and not _number(number):
                yield value.value_at(unit), f"{key}: {number!r} is no number"


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FORMS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("whole", "no whole number", lambda value: _number(value) and value == int(value)),
    ("numbers", "no number", _number),
    ("lists", "no list", lambda value: isinstance(value, Listed)),
    ("texts", "no text", lambda value: isinstance(value, str)),
)


def _forms(data: Mapped) -> Iterator[Fault]:
    kind = TYPES.get(str(data.get("type")), {})
    own = {*kind.get("needs", "").split(), *kind.get("one", "").split()}
    for sort, what, fits in _FORMS:
        for key in (own & {*_KNOWN[sort].split()}) if sort in ("whole", "numbers") else _KNOWN[sort].split():
            value = data.get(key)
            if key in data and not (value is None and key in own) and not _filled(value) and not fits(value):
                yield data.value_at(key), f"{key} is {what}"


def _texts(data: Mapped) -> Iterator[Fault]:
    """Texts with places for values, of which there are too few: the alert fails at the moment it is to be told."""
    if data.get("alert_text_type") == "alert_text_jinja":
        return
    for key in ("alert_text", "alert_subject"):
        text, values = data.get(key), data.get(f"{key}_args")
        if isinstance(text, str) and isinstance(values, Listed) and (wanted := _places(text)) > len(values):
            count = f"{len(values)} values" if len(values) != 1 else "1 value"
            yield data.at(f"{key}_args"), f"{key} has places for {wanted} values, and {key}_args {count}"


def _places(text: str) -> int:
    """How many values a text has places for; 0 where it is none of Python's formats."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return 0
    firsts = [re.split(r"[.\[]", name)[0] for name in names]
    numbers = [int(each) for each in firsts if each.isdecimal()]
    return max([firsts.count(""), *(number + 1 for number in numbers)])


def _filled(value: object) -> bool:
    return isinstance(value, str) and bool(_TO_FILL.search(value))
