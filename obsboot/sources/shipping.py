"""The options of Filebeat, and what each of them takes: it ignores what it does not know, and refuses what it cannot read.

Names are dotted, however they are nested in the file; one that ends with `.*` may hold anything. Source: the table
`shapes/filebeat.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.patterns import unreadable
from obsboot.sources.shapes import table

Options = Mapping[str, str]
"""What an option takes, by its name; an exclamation mark behind that says that it has to be there."""
_TABLE = table("filebeat")


def _options(own: Mapping[str, str], others: Mapping[str, Any]) -> Options:
    """The options of a table, with those of the tables that it names."""
    found: dict[str, str] = {}
    for other in str(own.get("...") or "").replace(" ", "").split(","):
        found |= _options(others[other], others) if other else {}
    for kind, names in own.items():
        found |= dict.fromkeys(names.split(), kind) if kind != "..." else {}
    return found


_TABLES: Mapping[str, Options] = {name: _options(own, _TABLE["options"]) for name, own in _TABLE["options"].items()}
WHOLE = _TABLES["whole"]
INPUT = _TABLES["filestream"]
"""Of a filestream input."""
INPUTS: Mapping[str, Options] = {name: _TABLES[name] for name in ("filestream", "log", "container")}
"""Of the inputs whose options are all known here."""
SENDING: Mapping[str, Options] = {name: _TABLES[name] for name in _TABLE["outputs"].split() if name in _TABLES}
"""Of the outputs."""
OUTPUTS: Mapping[str, Options] = {name: SENDING[name] for name in ("logstash", "elasticsearch")}
"""Of the outputs that a pack has."""
PARSERS: Mapping[str, Options] = {name: _options(own, {}) for name, own in _TABLE["parsers"].items()}
_PROCESSORS = {name: own for name, own in _TABLE["processors"].items() if name != "others"}
PROCESSORS: Mapping[str, Options] = {
    **{name: {**_options(own, {}), "when.*": "any"} for name, own in _PROCESSORS.items()},
    **{name: {} for name in _TABLE["processors"]["others"].split()},
}
"""Of the processors; where it is empty, they are not known here."""
CONDITIONS = frozenset({"equals", "contains", "regexp", "range", "network", "has_fields", "and", "or", "not"})


def unknown(data: Mapped, known: Options, above: str = "") -> Iterator[tuple[str, int]]:
    """The options that are not known there, by their dotted names, each with its line."""
    for key, value in data.items() if known else ():
        name = f"{above}{key}"
        if (name in known and known[name] != "group") or _open(name, known):
            continue
        if isinstance(value, Mapped) and _holds(name, known):
            yield from unknown(value, known, f"{name}.")
        elif name not in known and value is not None:
            yield name, data.at(key)


def _holds(name: str, known: Options) -> bool:
    """Whether there are options below that name."""
    return any(each.startswith(f"{name}.") for each in known)


def _open(name: str, known: Options) -> bool:
    """Whether the option is one that may hold anything, or lies below one."""
    parts = name.split(".")
    return any(f"{'.'.join(parts[:count])}.*" in known for count in range(1, len(parts) + 1))


def misfits(data: Mapped, known: Options, above: str = "") -> Iterator[tuple[str, str, int]]:
    """The options whose values Filebeat cannot read: by their dotted names, why, and the line."""
    for key, value in data.items():
        name = f"{above}{key}"
        kind = known.get(name) or known.get(f"{name}.*") or ""
        if kind == "group" and not isinstance(value, Mapped | None) and "${" not in str(value):
            below = sorted(each for each in known if each.startswith(f"{name}."))
            yield name, f"it has options of its own: {', '.join(below)}", data.value_at(key)
        elif kind not in ("", "group") and (why := _misfit(value, kind.rstrip("!"))):
            yield name, why, data.value_at(key)
        elif kind in ("", "group") and isinstance(value, Mapped):
            yield from misfits(value, known, f"{name}.")


def missing(data: Mapped, known: Options) -> Iterator[str]:
    """The options that have to be there and are not."""
    given = {".".join(way) for way in _ways(data)}
    for name in (name.removesuffix(".*") for name, kind in known.items() if kind.endswith("!")):
        if not any(each == name or each.startswith(f"{name}.") for each in given):
            yield name


def _ways(data: Mapped) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        yield (str(key),)
        yield from ((str(key), *way) for way in _ways(value)) if isinstance(value, Mapped) else ()


def _misfit(value: object, kind: str) -> str:
    """Why a value is none of the kind; nothing where it is, where it is left out, or where a variable is put in."""
    word, _, bounds = kind.partition(" ")
    if word == "any" or value is None or "${" in str(value) or "{{" in str(value):
        return ""
    if word in ("texts", "regexes"):
        each = list(value) if isinstance(value, Listed) else [value]
        return next((why for one in each if not isinstance(one, Mapped) and (why := _misfit(one, _ONE[word]))), "")
    if word == "mapping":
        return "" if isinstance(value, Mapped | Listed) else "a mapping is expected"
    if isinstance(value, Mapped | Listed):
        return "one value is expected"
    if word.startswith("="):
        words = word.lstrip("=").split("|")
        said = _text(value) if word.startswith("==") else _text(value).lower()
        return "" if said in ("", *words) else f"{value!r} is none of {', '.join(words)}"
    return str(_WHY[word](value, bounds))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_bool(value: object, _: str) -> str:
    fits = isinstance(value, bool) or (isinstance(value, str) and value in _BOOLS)
    return "" if fits else f"{value!r} is neither true nor false"


def _no_int(value: object, bounds: str) -> str:
    try:
        number = float(str(value)) if not isinstance(value, bool) else None
    except ValueError:
        number = None
    return f"{value!r} is no number" if number is None else _outside(number, value, bounds)


def _no_duration(value: object, bounds: str) -> str:
    length = seconds(value)
    return f"{value!r} is no duration; units are ms, s, m and h" if length is None else _outside(length, value, bounds)


def seconds(value: object) -> float | None:
    """A duration, in seconds, which a number without a unit counts too; None where it is none."""
    if isinstance(value, int | float):
        return None if isinstance(value, bool) else float(value)
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        return None
    total = sum(float(found[1]) * _UNITS[found[2]] for found in _PART.finditer(value))
    return -total if value.startswith("-") else total


def _outside(number: float, value: object, bounds: str) -> str:
    low, _, high = bounds.partition("..")
    if low and (number < float(low) if low != "+" else number <= 0):
        return f"{value!r} is too little"
    return f"{value!r} is more than {high}" if high and number > float(high) else ""


def _no_regex(value: object, _: str) -> str:
    return unreadable(_text(value))


def _no_format(value: object, _: str) -> str:
    """Of a text with fields in it, such as `logs-%{[fields.kind]}`."""
    return "" if str(value).count("%{") <= str(value).count("}") else "a bracket } is missing"


def _no_size(value: object, _: str) -> str:
    return "" if _SIZE.fullmatch(_text(value)) else f"{value!r} is no size, such as 10MB"


_ONE = {"texts": "text", "regexes": "regex"}
_BOOLS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_SIZE = re.compile(r"\d[\d.,]*\s*(?:[kmgtpe]i?b?|b)?", re.IGNORECASE)
_WHY: Mapping[str, Any] = {
    "bool": _no_bool,
    "int": _no_int,
    "duration": _no_duration,
    "text": lambda _value, _bounds: "",
    "format": _no_format,
    "regex": _no_regex,
    "size": _no_size,
}


def conditions(data: object) -> Iterator[tuple[str, int]]:
    """The conditions below a `when` that there are none of, each with its line."""
    for key, value in data.items() if isinstance(data, Mapped) else ():
        if key not in CONDITIONS:
            yield key, data.at(key)  # type: ignore[attr-defined]
        elif key in ("and", "or", "not"):
            for each in value if isinstance(value, Listed) else (value,):
                yield from conditions(each)
