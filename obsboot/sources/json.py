"""JSON texts as plain data, and the place of each part of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Line, MalformedError, Way

_DEEPEST = 100
_MOST = 500_000
"""Values of a text that is read. Dashboards have ten thousand, and the largest ones a hundred thousand."""
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]\w{2}\\u[dD][c-fC-F]\w{2}|(u[dD][89a-fA-F]\w{2})|.)", re.DOTALL)
"""One escape of a string; the group is half of a character, which JSON can write and nobody can print."""


def read_json(text: str) -> Any:
    """A JSON text as plain data; its lines are found by `json_lines` where they are needed. Raises MalformedError."""
    if text.count(",") + text.count("[") + text.count("{") > _MOST:
        raise MalformedError(f"it has more than {_MOST} values", 1)
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except _TwiceError:
        raise _twice(text) from None
    except _ConstantError as error:
        raise MalformedError(f"{error} is no JSON", _place(text, str(error))) from None
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg, Line(error.lineno, error.colno)) from None
    except RecursionError:
        raise MalformedError(f"it nests deeper than {_DEEPEST} levels", 1) from None
    except ValueError:  # Python makes no integer of thousands of digits
        raise MalformedError("a number has too many digits", 1) from None
    if _depth(found) > _DEEPEST:
        raise MalformedError(f"it nests deeper than {_DEEPEST} levels", 1)
    return found


def _depth(data: Any) -> int:
    """How many lists and objects lie within each other."""
    depth, level = 0, [data]
    while level and depth <= _DEEPEST:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += [value for value in each.values() if isinstance(value, dict | list)]
            elif isinstance(each, list):
                inner += [value for value in each if isinstance(value, dict | list)]
        level = inner
        depth += 1
    return depth


def read_ndjson(text: str) -> list[tuple[int, Any]]:
    """The JSON of each line that is not empty, with the line's number. Raises MalformedError."""
    found: list[tuple[int, Any]] = []
    for number, row in enumerate(text.split("\n"), 1):
        try:
            found += [(number, read_json(row))] if row.strip() else []
        except MalformedError as error:
            raise MalformedError(str(error), Line(number, getattr(error.line, "column", 1))) from None
    return found


class RepeatedError(MalformedError):
    """An object says a key twice. Grafana and others take the last."""


class _TwiceError(Exception):
    """An object says a key twice; where, is only looked up then."""


class _ConstantError(Exception):
    """A number that JSON does not have, and Python's reader takes."""


def _constant(name: str) -> Any:
    raise _ConstantError(name)


def _place(text: str, word: str) -> int:
    """The place of a word that stands in no string."""
    found = next((token.start() for token in _TOKEN.finditer(text) if token[0] == word), 0)
    return _places(text)(found)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _twice(text: str) -> RepeatedError:
    seen: set[Way] = set()
    for way, line in _positions(text):
        if way in seen:
            return RepeatedError(f"{way[-1]!r} is said twice", line)
        seen.add(way)
    return RepeatedError("a key is said twice", 1)


_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json_lines(text: str) -> dict[Way, int]:
    """The line of each key and each item of a well-formed JSON text, by the way to it."""
    return dict(_positions(text))


def nearest(lines: Mapping[Way, int], way: Way) -> int:
    """The line of a way through a JSON text, or of the nearest part of it that is there."""
    while way and way not in lines:
        way = way[:-1]
    return lines[way]


def _positions(text: str) -> Iterator[tuple[Way, int]]:
    """The parts in the order of the text. `inside` are the open lists and objects: the way, and the number of the item."""
    inside: list[tuple[Way, list[int] | None]] = []
    tokens, place = _TOKEN.finditer(text), _places(text)
    for token in tokens:
        first = sign = token[0]
        if sign in ("}", "]"):
            inside.pop()
            continue
        way, number = inside[-1] if inside else ((), None)
        if sign == ",":
            if number:
                number[0] += 1
            continue
        if number:
            way = (*way, number[0])
        elif inside:
            way = (*way, json.loads(sign) if "\\" in sign else sign[1:-1])
            next(tokens)  # the colon
            first = next(tokens)[0]
        yield way, place(token.start())
        if first in ("{", "["):
            inside.append((way, [0] if first == "[" else None))


def _places(text: str) -> Callable[[int], Line]:
    """What tells the line of a place in the text, asked from the beginning to the end."""
    line, seen, begin = 1, 0, 0

    def place(here: int) -> Line:
        nonlocal line, seen, begin
        if breaks := text.count("\n", seen, here):
            line += breaks
            begin = text.rindex("\n", seen, here) + 1
        seen = here
        return Line(line, here - begin + 1)

    return place
