"""The texts of Alertmanager's matchers, as its two parsers read them.

The newer one knows any name and quotes as Go does; where it refuses a text, the older one is asked, and a warning goes to
the log. So `team==orders` loads, and waits for a team called `=orders`. Where both read a text and differ, the older one
is believed. Source: matcher/compat, matcher/parse and pkg/labels of Alertmanager 0.33.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from obsboot.promql import Matcher
from obsboot.sources.patterns import unreadable

_QUOTED = r'"(?:[^"\\\n]|\\(?:[abfnrtv\\"]|x[0-9A-Fa-f]{2}|[0-7]{3}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*"'
_WORD = rf"""(?:{_QUOTED}|[^\s{{}}!=~,\\"'`]+)"""
_ONE = rf"\s*({_WORD})\s*(=~|!~|!=|=)\s*({_WORD})\s*"
_MATCHER = re.compile(_ONE)
_LIST = re.compile(rf"(?:{_ONE}(?:,{_ONE})*,?)?\s*")
_OLD = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_PIECE = re.compile(r',|[^,"\\]+|\\.?|"(?:[^"\\]|\\.?)*"?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([abfnrtv])|x(..)|([0-7]{3})|u(.{4})|U(.{8})|(.))")
_SIGNS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


@dataclass(frozen=True, slots=True)
class Read:
    """What a text of matchers says: `matchers` is None where it is none; `old` where only the older parser reads it."""

    matchers: tuple[Matcher, ...] | None
    old: bool = False


def read(text: str) -> Read:
    """The matchers of a text such as `severity="critical"` or `{team=web, severity=~"warning|critical"}`.

    A regular expression has to be one that Go reads.
    """
    new, old = _newer(text), _older(text)
    return Read(new if old is None else old, old=new is None and old is not None)


def _sound(found: list[Matcher]) -> tuple[Matcher, ...] | None:
    wrong = any(each.op in ("=~", "!~") and unreadable(each.value) for each in found)
    return None if wrong else tuple(found)


def _newer(text: str) -> tuple[Matcher, ...] | None:
    body = text.strip()
    if body.startswith("{"):
        if len(body) == 1 or not body.endswith("}"):
            return None
        body = body[1:-1]
    if not _LIST.fullmatch(body):
        return None
    return _sound([Matcher(_word(name), op, _word(value)) for name, op, value in _MATCHER.findall(body)])


def _word(text: str) -> str:
    return _ESCAPE.sub(_sign, text[1:-1]) if text.startswith('"') else text


def _sign(found: re.Match[str]) -> str:
    letter, two, octal, four, eight, plain = found.groups()
    if letter:
        return _SIGNS[letter]
    if plain:
        return str(plain)
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    return chr(code) if code < 0x110000 else ""


def _older(text: str) -> tuple[Matcher, ...] | None:
    found = []
    for piece in _pieces(text.removeprefix("{").removesuffix("}")):
        one = _OLD.fullmatch(piece)
        value = _unquoted(one[3]) if one else None
        if one is None or value is None:
            return None
        found.append(Matcher(one[1], one[2], value))
    return _sound(found)


def _pieces(text: str) -> list[str]:
    """What stands between the commas that are in no quotes; nothing may stand behind the last one."""
    pieces = [""]
    for piece in _PIECE.findall(text):
        if piece == ",":
            pieces.append("")
        else:
            pieces[-1] += piece
    return pieces if pieces[-1].strip() else pieces[:-1]


def _unquoted(value: str) -> str | None:
    """The value as the older parser takes it; None where a quote stands in its middle, or is not closed."""
    inner = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value, re.DOTALL)
    if inner is None and re.search(r'(?<!\\)(?:\\\\)*"', value):
        return None
    return re.sub(r'\\([n"\\])', lambda found: "\n" if found[1] == "n" else found[1], inner[1] if inner else value)
