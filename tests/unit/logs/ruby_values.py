"""What Ruby makes of a value or a text, as JRuby 9.4 does: numbers, parts of texts, regular expressions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any


class Refused(Exception):
    """What Logstash would not start with, or what nobody here knows how to run."""


class RubyError(Exception):
    """What a filter rescues while it works on an event."""


def to_s(value: Any) -> str:
    """`to_s` of a value of an event; a number that JSON wrote with a point is a BigDecimal."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() | int():
            return str(value)
        case Decimal():
            sign, digits, exponent = value.as_tuple()
            figures = "".join(map(str, digits)).rstrip("0")
            if not figures:
                return "-0.0" if sign else "0.0"
            return f"{'-' if sign else ''}0.{figures}e{len(digits) + int(exponent)}"
        case float():
            return repr(value)
        case list():
            return f"[{', '.join(map(inspect, value))}]"
    return "{" + ", ".join(f"{inspect(key)}=>{inspect(each)}" for key, each in value.items()) + "}"


def inspect(value: Any) -> str:
    """As it stands in a printed array or hash."""
    return "nil" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, str) else to_s(value)


def to_i(text: str) -> int:
    """String#to_i: the number at its beginning, else 0."""
    found = re.match(r"[\s]*([+-]?\d+(?:_\d+)*)", text, re.ASCII)
    return int(found[1].replace("_", "")) if found else 0


def is_integer(value: Any) -> bool:
    """is_a?(Integer); JSON's 1.0 is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_numeric(value: Any) -> bool:
    """is_a?(Numeric)."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def to_f(value: Any) -> float:
    """to_f of texts and numbers; others have none."""
    if isinstance(value, str):
        digits = r"\d+(?:_\d+)*"
        found = re.match(rf"\s*([+-]?(?:{digits}(?:\.{digits})?|\.{digits})(?:[eE][+-]?\d+)?)", value, re.ASCII)
        return float(found[1].replace("_", "")) if found else 0.0
    if not is_numeric(value):
        raise RubyError("undefined method to_f")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def strict_float(text: str) -> float:
    """Kernel#Float of a text."""
    if re.fullmatch(r"[+-]?0[xX][0-9a-fA-F]+", text):
        return float(int(text, 16))
    digits = r"\d+(?:_\d+)*"
    if not re.fullmatch(rf"\s*[+-]?(?:{digits}(?:\.{digits})?|\.{digits})(?:[eE][+-]?\d+)?\s*", text, re.ASCII):
        raise RubyError(f"invalid value for Float(): {text!r}")
    return float(text.replace("_", ""))


def split(text: str, separator: str) -> list[str]:
    """String#split: nothing at the end, and a single blank stands for any white space."""
    if separator == " ":
        return text.split()
    parts = text.split(separator) if separator else list(text)
    while parts and not parts[-1]:
        parts.pop()
    return parts


_SHORT = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\r\n\f\v", "h": "0-9a-fA-F"}
_PLAIN_ESCAPES = "nrtfvAB"


def pattern(expression: str, *, of_grok: bool) -> re.Pattern[str]:
    """A Ruby expression for Python. Refuses what the two, or Ruby's engine and Java's, read differently.

    `^` and `$` are at every line, and in grok `.` is any character; `\\w`, `\\d` and `\\s` are ASCII, `\\b` and `(?i)`
    are not.
    """
    if of_grok and (found := re.search(r"(?<!\\)(?:\\\\)*\\[1-9]", expression)):
        raise Refused(f"{found[0]} in {expression!r}: beside named groups others have no number")
    try:
        return re.compile("".join(_translated(expression)), re.MULTILINE | (re.DOTALL if of_grok else 0))
    except re.error as error:
        raise Refused(f"{expression!r} is no regular expression: {error}") from error


def _translated(expression: str) -> Iterator[str]:
    here, open_flags = 0, [0]
    while here < len(expression):
        letter = expression[here]
        if letter == "[":
            end = _class_end(expression, here)
            yield _class(expression[here:end])
            here = end
            continue
        if letter == "\\":
            yield _escape(expression[here + 1 : here + 2], expression)
            here += 2
            continue
        if flag := re.compile(r"\(\?i\)").match(expression, here):
            open_flags[-1] += 1
            yield "(?i:"
            here = flag.end()
            continue
        if letter == "(":
            if not re.compile(r"\((?!\?)|\(\?(?:[:>=!]|<[=!]|i:|P<)").match(expression, here):
                raise Refused(f"{expression[here : here + 5]!r} in {expression!r} is read in more than one way")
            open_flags.append(0)
        elif letter == ")":
            yield ")" * (open_flags.pop() if len(open_flags) > 1 else 0)
        elif re.compile(r"\{\d*,?\d*\}\+").match(expression, here):
            raise Refused(f"an interval with a + behind it in {expression!r}: possessive in Java, twofold in Ruby")
        yield letter
        here += 1
    yield ")" * sum(open_flags)


def _escape(letter: str, expression: str) -> str:
    if letter in _SHORT:
        return f"[{_SHORT[letter]}]"
    if letter.lower() in _SHORT and letter:
        return f"[^{_SHORT[letter.lower()]}]"
    if letter in ("z", "Z"):
        return r"\Z" if letter == "z" else r"(?=\n?\Z)"
    if letter in "123456789bxu" or letter in _PLAIN_ESCAPES or not letter.isalnum():
        return f"\\{letter}"
    raise Refused(rf"\{letter} in {expression!r} is read in more than one way")


def _class_end(expression: str, start: int) -> int:
    found = re.compile(r"\[\^?(?:\\.|[^\]\\])+\]", re.DOTALL).match(expression, start)
    if not found:
        raise Refused(f"an empty or open class in {expression!r}")
    return found.end()


def _class(text: str) -> str:
    inner = re.sub(r"\\.", "", text[1:-1], flags=re.DOTALL)
    if "[" in inner or "&&" in inner:
        raise Refused(f"a class in the class {text}: write \\[ and \\&")
    if text == r"[\s\S]":
        return r"[\s\S]"
    if re.search(r"(?<!\\)(?:\\\\)*\\[DWSHbBRXpP]", text):
        raise Refused(f"the class {text} is read in more than one way")
    return re.sub(r"\\(.)", lambda found: _SHORT.get(found[1], found[0]), text, flags=re.DOTALL)


def replacement(text: str) -> Callable[[re.Match[str]], str]:
    """What gsub puts in: `\\1` is a group, of one digit."""

    def put_in(found: re.Match[str]) -> str:
        def one(escape: re.Match[str]) -> str:
            said = escape[1]
            if said.isdigit():
                return (found[int(said)] or "") if int(said) <= (found.re.groups) else ""
            if said in "&'`k":
                raise Refused(f"{escape[0]} in the replacement {text!r}")
            return "\\" if said == "\\" else escape[0]

        return re.sub(r"\\(.)", one, text, flags=re.DOTALL)

    return put_in
