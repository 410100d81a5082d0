"""JSON texts as plain data, and the place of each part of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.sources.documents import Line, MalformedError, Way


def read_json(text: str) -> Any:
    """A JSON text as plain data; its lines are found by `json_lines` where they are needed. Raises MalformedError."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except _TwiceError:
        raise _twice(text) from None
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg, Line(error.lineno, error.colno)) from None
    except RecursionError:
        raise MalformedError("the file nests without an end", 1) from None


def read_ndjson(text: str) -> list[tuple[int, Any]]:
    """The JSON of each line that is not empty, with the line's number. Raises MalformedError."""
    found: list[tuple[int, Any]] = []
    for number, row in enumerate(text.split("\n"), 1):
        try:
            found += [(number, read_json(row))] if row.strip() else []
        except MalformedError as error:
            raise MalformedError(str(error), number) from None
    return found


class _TwiceError(Exception):
    """An object says a key twice; where, is only looked up then."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _twice(text: str) -> MalformedError:
    seen: set[Way] = set()
    for way, line in _positions(text):
        if way in seen:
            return MalformedError(f"{way[-1]!r} is said twice", line)
        seen.add(way)
    return MalformedError("a key is said twice", 1)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json_lines(text: str) -> dict[Way, int]:
    """The line of each key and each item of a well-formed JSON text, by the way to it."""
    return dict(_positions(text))


def nearest(lines: Mapping[Way, int], way: Way) -> int:
    """The line of a way through a JSON text, or of the nearest part of it that is there."""
    while way and way not in lines:
        way = way[:-1]
    return lines[way]


def _positions(text: str) -> Iterator[tuple[Way, int]]:
    tokens = _tokens(text)
    first, line = next(tokens)
    yield (), line
    yield from _parts(tokens, first, ())


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, seen, begin = 1, 0, 0
    for token in _TOKEN.finditer(text):
        here = token.start()
        if breaks := text.count("\n", seen, here):
            line += breaks
            begin = text.rindex("\n", seen, here) + 1
        seen = here
        yield token[0], Line(line, here - begin + 1)


def _parts(tokens: Iterator[tuple[str, int]], first: str, way: Way) -> Iterator[tuple[Way, int]]:
    """The parts of the value that begins with the token `first`; `tokens` go on behind it."""
    if first == "{":
        for piece, line in tokens:
            if piece == "}":
                return
            if piece != ",":
                inner = (*way, json.loads(piece))
                yield inner, line
                next(tokens)  # the colon
                yield from _parts(tokens, next(tokens)[0], inner)
    elif first == "[":
        number = 0
        for piece, line in tokens:
            if piece == "]":
                return
            if piece == ",":
                number += 1
            else:
                yield (*way, number), line
                yield from _parts(tokens, piece, (*way, number))
