"""YAML and JSON as plain data that remembers its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING = "tag:yaml.org,2002:str"
_SCALARS = yaml.constructor.SafeConstructor()


class MalformedError(ValueError):
    """The text is not what its name promises; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Mapped(dict[str, Any]):
    """A mapping; `line` is its own, `lines` those of its keys, `texts` those where the text of a value begins."""

    __slots__ = ("blocks", "line", "lines", "texts")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.texts: dict[str, int] = {}
        self.blocks: set[str] = set()

    def at(self, key: str) -> int:
        """The line of a key, or of the mapping where it lacks the key."""
        return self.lines.get(key, self.line)


class Listed(list[Any]):
    """A list; `line` is its own, `lines` those of its items."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def listed(value: object) -> Listed:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, Listed) else Listed(0)


def mapped(value: object) -> Mapped:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapped) else Mapped(0)


def read_yaml(text: str) -> Any:
    """The first document of a YAML text. Raises MalformedError."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
        return None if node is None else _value(node)
    except MalformedError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MalformedError(str(error.problem or error.context), mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MalformedError(str(error) or "the file nests without an end", 1) from None


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapped(node)
    if isinstance(node, yaml.SequenceNode):
        items = Listed(node.start_mark.line + 1)
        for child in node.value:
            items.append(_value(child))
            items.lines.append(child.start_mark.line + 1)
        return items
    return node.value if node.tag == _STRING else _SCALARS.construct_object(node)


def _mapped(node: yaml.MappingNode) -> Mapped:
    mapped = Mapped(node.start_mark.line + 1)
    for key, child in node.value:
        name = str(key.value)
        if name in mapped:
            raise MalformedError(f"{name!r} is said twice", key.start_mark.line + 1)
        mapped[name] = _value(child)
        mapped.lines[name] = key.start_mark.line + 1
        block = isinstance(child, yaml.ScalarNode) and child.style in ("|", ">")
        mapped.texts[name] = child.start_mark.line + (2 if block else 1)
        if block and child.style == "|":
            mapped.blocks.add(name)
    return mapped


def read_json(text: str) -> Any:
    """A JSON text as plain data; its lines are found by `json_lines` where they are needed. Raises MalformedError."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except _TwiceError:
        raise _twice(text) from None
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg, error.lineno) from None
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


Way = tuple[str | int, ...]
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
    line, seen = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        yield token[0], line


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
