"""Lines in which the place of a thing tells what it is: shapes become patterns, and patterns a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from obsboot.logs.grok import GrokError, grok, used
from obsboot.logs.learning.columns import Part
from obsboot.logs.learning.draft import Draft
from obsboot.logs.learning.naming import DIVISORS, Names
from obsboot.logs.learning.roles import read_stamps, translate_level
from obsboot.logs.learning.shapes import Row, Shape, pieces, shapes
from obsboot.model import Match, ReadTime

MOST_PATTERNS = 12
_MANY = 20
"""Texts among which one that is like no other is no form."""
_HEAD_KINDS = frozenset({"time", "moment", "ip", "level", "method", "uuid"})
_GUESSES = frozenset(
    {
        "client.ip",
        "process.pid",
        "process.thread.name",
        "log.logger",
        "http.response.body.bytes",
        "http.request.referrer",
    }
)
_OWN = {
    "time": "STAMP",
    "moment": "MOMENT",
    "level": "LEVEL",
    "quoted": "ESCAPED",
    "round": "PARENTHESISED",
    "mark": "SIGN",
}
_SIGNS = {
    " ": "BLANK", ":": "COLON", ",": "COMMA", ";": "SEMICOLON", "[": "BRACKET", "]": "BRACKET_END", "(": "PAREN",
    ")": "PAREN_END", '"': "QUOTE", "=": "EQUALS", "|": "BAR", "/": "SLASH", "<": "LESS", ">": "MORE", "-": "DASH",
}  # fmt: skip


@dataclass(slots=True)
class _Found:
    """A pattern, what it begins with, its pieces with the names that they got, and what of that is a guess."""

    pattern: str
    starts: str
    named: list[tuple[Part, str]]
    guesses: list[str]
    whole: bool


def draft(texts: Sequence[str], multiline: bool, shared: Mapping[str, str]) -> Draft:
    """The patterns for these entries; it has none where nothing is alike in them."""
    made = Draft("Log", "", multiline=multiline)
    found = [_found(made, shape, shared) for shape in shapes([Row(text) for text in texts])]
    found = [one for one in found if _is_sound(one, {**shared, **made.fragments})]
    found.sort(key=lambda one: (not one.whole, -len(one.pattern)))
    chosen = _needed(found, texts, {**shared, **made.fragments})[:MOST_PATTERNS]
    if not chosen:
        return made
    made.starts = _beginning([one.starts for one in chosen])
    made.add(Match(tuple(one.pattern for one in chosen)))
    for one in chosen:
        made.note(one.pattern, *one.guesses)
    _times(made, [named for one in chosen for named in one.named])
    _rest(made, [named for one in chosen for named in one.named])
    named = {
        name
        for one in chosen
        for text in (one.pattern, one.starts)
        for name in used(text, {**shared, **made.fragments})
    }
    made.fragments = {name: text for name, text in made.fragments.items() if name in named}
    return made


def _needed(found: Sequence[_Found], texts: Sequence[str], fragments: Mapping[str, str]) -> list[_Found]:
    """Those that are the first to read one of the texts; where there are many texts, more than one."""
    needed: dict[str, _Found] = {}
    reads: Counter[str] = Counter()
    for text in texts:
        first = next((one for one in found if grok(one.pattern, fragments).match(text) is not None), None)
        if first:
            needed[first.pattern] = first
            reads[first.pattern] += 1
    least = 1 if len(texts) < _MANY else 2
    return [one for one in found if needed.get(one.pattern) is one and reads[one.pattern] >= least]


def _beginning(starts: Sequence[str]) -> str:
    """How lines of any of the patterns begin; what begins like another is none of its own."""
    every = list(dict.fromkeys(starts))
    needed = [one for one in every if not any(_goes_on(one, other) for other in every)]
    return needed[0] if len(needed) == 1 else f"(?:{'|'.join(needed)})"


def _goes_on(long: str, short: str) -> bool:
    return long != short and long.startswith(short) and long[len(short)] not in "?*{|"


def _is_sound(found: _Found, fragments: Mapping[str, str]) -> bool:
    """Whether the pattern can be used, and says more than that there is a line."""
    try:
        grok(found.pattern, fragments)
    except GrokError:
        return False
    return bool(found.starts) and any(name != "message" for _, name in found.named)


def _found(made: Draft, shape: Shape, shared: Mapping[str, str]) -> _Found:
    parts = pieces(shape)
    names, named = Names(), list[tuple[Part, str]]()
    texts: list[str] = []
    before = ""
    for part in parts:
        if not part.kind:
            texts.append(part.text)
            before += part.text
            continue
        name = names.name(part, before)
        named.append((part, name))
        reference = f"%{{{_fragment(made, part, shared)}:{name}}}"
        texts.append(f"(?:{part.lacks}|{reference})" if part.lacks else reference)
        texts[-1] += "?" if part.optional else ""
        before = ""
    starts = _starts(made, parts, shared)
    return _Found("".join(texts), starts, named, _guesses(named), shape.cut is None)


def _guesses(named: Sequence[tuple[Part, str]]) -> list[str]:
    """What a person has to look at."""
    guessed = [name for part, name in named if name == "http.response.seconds" or (name in _GUESSES and not part.key)]
    said = [f"Guessed: {', '.join(guessed)}."] if guessed else []
    return said + [f"{name}: {part.guess}." for part, name in named if part.guess]


def _fragment(made: Draft, part: Part, shared: Mapping[str, str]) -> str:
    """The name of the fragment that the piece is read by; a new one of the format's own where there is none yet."""
    if part.fragment:
        return part.fragment
    base = _OWN.get(part.kind.split()[0], "")
    if not base:
        sign = part.own.removesuffix("]+")[-1:]
        base = f"BEFORE_{_SIGNS.get(sign, 'NEXT')}"
    return made.fragment(base, part.own, shared)


def _starts(made: Draft, parts: Sequence[Part], shared: Mapping[str, str]) -> str:
    """The beginning of the pattern up to something that tells lines apart, and the literal text behind it."""
    text, strong = "", False
    for part in parts:
        if part.kind and (strong or part.kind == "message"):
            break
        if part.stamp:
            return text + part.stamp.begins
        if part.kind:
            reference = f"%{{{_fragment(made, part, shared)}}}"
            text += (f"(?:{part.lacks}|{reference})" if part.lacks else reference) + ("?" if part.optional else "")
            strong = part.kind in _HEAD_KINDS
        else:
            text += part.text
    return text.rstrip() if strong else text


def _times(made: Draft, named: Sequence[tuple[Part, str]]) -> None:
    """Steps for the times that can be read; of the others only a word."""
    for name in ("tmp.time", "tmp.zoned", "tmp.utc", "tmp.apart"):
        if stamps := [part.stamp for part, given in named if given == name and part.stamp]:
            read_stamps(made, stamps, name)
    if not any(isinstance(step, ReadTime) for step in made.steps):
        made.no_time()


def _rest(made: Draft, named: Sequence[tuple[Part, str]]) -> None:
    """Levels in the words of all documents, durations in seconds, and the names to declare."""
    if values := [value for part, name in named if name == "tmp.level" for value in part.values]:
        translate_level(made, "tmp.level", values)
    for by, word in DIVISORS.items():
        if any(name == f"tmp.{word}" for _, name in named):
            made.divided(f"tmp.{word}", by)
    made.names |= {name for _, name in named}
    made.extra()
