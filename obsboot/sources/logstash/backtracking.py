"""Expressions that try exponentially many ways: repetitions of what can itself be read in more than one way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from obsboot.sources.logstash.trying import exploding

_TOKEN = re.compile(
    r"\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?[a-z]+:\]|[^\]\\])*\]|\((?:\?(?:<[^>=!]+>|P<\w+>|[imsx]+:|[:>=!]|<[=!]))?|\)|[\s\S]"
)
_UNBOUNDED = re.compile(r"(?:[*+]|\{\d+,\})(?!\+)")
_VERDICTS: dict[str, bool] = {}
"""Whether a part takes exponential time, for all that were asked in this process."""
_REST = re.compile(r"[)?*+]*")
"""Behind a repetition that nothing follows nothing can fail."""
_AMBIGUOUS = re.compile(r"(?<!\\)(?:[*+?|]|\{\d*,)")
_ENDLESS = re.compile(r"\)(?:[*+]|\{\d+,\})")
_PIECES = ("a", "A", "0", " ", ".", "-", "_", "/", ",", ";", "=", ":", '"', "a ", "a,", "a.", "a/", "a-", "0,", "a=a ")
_LIKELY = "a0 .-_/,;:=A\"'\t#<>()[]"
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip
_LONGEST = 24


@lru_cache(maxsize=4096)
def _repeated(expression: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(repeated(expression))) if _ENDLESS.search(expression) else ()


def repeated(expression: str) -> Iterator[str]:
    """What stands in each group that may be repeated without end and that can be read in more than one way."""
    opened: list[tuple[int, str]] = []
    for found in _TOKEN.finditer(expression):
        if found[0].startswith("("):
            opened.append((found.end(), found[0]))
        elif found[0] == ")" and opened:
            start, kind = opened.pop()
            inner = expression[start : found.start()]
            if kind == "(?>" or kind.startswith(("(?=", "(?!", "(?<=", "(?<!")):
                continue
            quantifier = _UNBOUNDED.match(expression, found.end())
            if quantifier and _AMBIGUOUS.search(inner) and not _REST.fullmatch(expression, quantifier.end()):
                yield inner


def hostile(expressions: Iterable[str]) -> list[str]:
    """For each expression in Python's dialect the part of it that takes exponential time, or nothing."""
    parts = [_repeated(each) for each in expressions]
    inners = dict.fromkeys(inner for part in parts for inner in part)
    wanted = [(inner, list(_attacks(inner))) for inner in inners if inner not in _VERDICTS]
    asked = [each for each in wanted if each[1]]
    _VERDICTS.update({inner: False for inner, _ in wanted})
    _VERDICTS.update({inner: verdict for (inner, _), verdict in zip(asked, exploding(asked), strict=False)})
    return [next((inner for inner in part if _VERDICTS[inner]), "") for part in parts]


def fitting(expression: str) -> Iterator[str]:
    """Short texts that an expression fits, or nearly: with as little as it takes, and with a little more."""
    tree = list(_parser.parse(expression))
    yield from dict.fromkeys(_text(tree, more) for more in (0, 1))


def _text(tree: Iterable[tuple[Any, Any]], more: int) -> str:
    return "".join(_node(str(kind), argument, more) for kind, argument in tree)


def _node(kind: str, argument: Any, more: int) -> str:
    match kind:
        case "LITERAL":
            return chr(argument)
        case "ANY" | "NOT_LITERAL":
            return "a" if argument != ord("a") else "0"
        case "IN":
            return next((each for each in (*_LIKELY, *_named(argument)) if _within(argument, each)), "a")
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = argument
            count: int = min(_LONGEST, max(least, min(more, most)))
            return _text(inner, more) * count
        case "SUBPATTERN":
            return _text(argument[3], more)
        case "ATOMIC_GROUP":
            return _text(argument, more)
        case "BRANCH":
            return _text(argument[1][0], more)
    return ""


def _named(members: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """The characters that a set names first."""
    for kind, argument in members:
        if str(kind) in ("LITERAL", "RANGE"):
            yield chr(argument if str(kind) == "LITERAL" else argument[0])


def _within(members: Iterable[tuple[Any, Any]], character: str) -> bool:
    """Whether a set holds the character; as its own expression says."""
    wanted, negated = ord(character), False
    for kind, argument in members:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL" if argument == wanted:
                return not negated
            case "RANGE" if argument[0] <= wanted <= argument[1]:
                return not negated
            case "CATEGORY" if re.match(_CATEGORIES.get(str(argument), r"(?!)"), character):
                return not negated
    return negated


def _attacks(inner: str) -> Iterator[str]:
    """Texts that the part fits, of which many in a row may be read in many ways."""
    try:
        part = re.compile(inner, re.MULTILINE)
        pieces = dict.fromkeys((*_PIECES, *fitting(inner)))
        yield from (each for each in pieces if len(each) <= _LONGEST and part.fullmatch(each))
    except (re.error, RecursionError):
        return
