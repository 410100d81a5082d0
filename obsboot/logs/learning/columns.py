"""A column of tokens as the piece of a pattern that reads it: what is always the same stays, the rest is a field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from obsboot.logs.learning.levels import LEVEL_WORDS
from obsboot.logs.learning.stamps import Stamp, decided, whole_stamp

ESCAPED = r'(?:[^"\\]|\\[\s\S])[^"\\]*(?:\\[\s\S][^"\\]*)*'
"""What can stand between quotes, those behind a backslash among it."""
FEW = 5
"""Lines below which a name that is always the same may be so by chance."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a pattern: literal text (`kind` is empty), or a field of that kind.

    `fragment` is a shared one, `own` the expression of one that the format brings along. A `bare` part has neither
    yet: what may stand in it depends on what follows. `lacks` is how the field says that it has no value.
    """

    text: str = ""
    kind: str = ""
    fragment: str = ""
    own: str = ""
    values: tuple[str, ...] = ()
    key: str = ""
    lacks: str = ""
    optional: bool = False
    stamp: Stamp | None = None
    guess: str = ""

    @property
    def bare(self) -> bool:
        return bool(self.kind) and not self.fragment and not self.own


_SHAPES = {
    "int": re.compile(r"[+-]?[0-9]{1,18}"),
    "number": re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?"),
    "ip": re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
}
_FRAGMENTS = {"int": "INT", "number": "NUMBER", "ip": "IP", "uuid": "UUID"}
_ENCLOSED = {"quoted": '""', "bracketed": "[]", "round": "()"}
_UNIT = re.compile(r"([+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?)([a-zA-Z\u00b5\u03bc%]{1,10})")
_SPECIAL = frozenset(".^$*+?()[]{}|\\")


def literal(text: str) -> str:
    """The expression for exactly this text. A quote is written so that all readers can hold the pattern."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return f"\\{letter}"
    if letter == "\t":
        return "\\t"
    return r"\x27" if letter == "'" else letter if letter.isprintable() else r"[^\n]"


def parts(kind: str, values: Sequence[str], stamp: Stamp | None) -> list[Part]:
    """The pieces for a column of this kind of tokens."""
    if stamp:
        return _time(stamp, values)
    if kind.startswith("-|"):
        told = tuple(value for value in values if value != "-")
        return [Part(kind=kind[2:], fragment=_FRAGMENTS.get(kind[2:], ""), values=told, lacks="-")]
    if kind in _FRAGMENTS:
        return [Part(kind=kind, fragment=_FRAGMENTS[kind], values=tuple(values))]
    if kind in _ENCLOSED:
        inner = _content(kind, [value[1:-1] for value in values])
        return [Part(literal(_ENCLOSED[kind][0])), *inner, Part(literal(_ENCLOSED[kind][1]))]
    if kind in ("word", "name", "path", "level", "token"):
        return _named(kind, values)
    return _others(kind, values)


def _others(kind: str, values: Sequence[str]) -> list[Part]:
    match kind:
        case "space":
            return [Part(_space(values))]
        case "requested":
            return [Part('"'), *_request([value[1:-1] for value in values]), Part('"')]
        case "request" | "asked":
            return _request(values)
        case "mark":
            return [Part(kind="mark", own=r"[^\sA-Za-z0-9]", values=tuple(values))]
        case "value":
            return _value(values)
    return [Part(literal(values[0]))]


def _time(stamp: Stamp, values: Sequence[str]) -> list[Part]:
    known, guess = decided(stamp, values)
    kind = "time" if known.format else "moment"
    around = [Part(known.before), Part(known.after)]
    field = Part(kind=kind, own=known.read, values=tuple(values), stamp=known, guess=guess or known.why)
    if known.read == "%{ISO8601}":
        field = replace(field, own="", fragment="ISO8601")
    return [part for part in (around[0], field, around[1]) if part.text or part.kind]


def _space(values: Sequence[str]) -> str:
    every = set(values)
    if len(every) == 1:
        return literal(values[0])
    return " +" if all(not value.strip(" ") for value in every) else r"[ \t]+"


def _content(kind: str, inner: Sequence[str]) -> list[Part]:
    """What stands between quotes or brackets, where it may be nothing, a dash, or filled up with blanks."""
    said = [value for value in inner if value]
    lacks = "-" if "-" in said and any(value != "-" for value in said) else ""
    told = [value for value in said if value != lacks] or ["-"]
    found = simple([value.strip(" ") or "-" for value in told]) if kind != "quoted" else None
    if found is None or (kind == "round" and found[0].kind == "name"):
        found = [_free(kind, told)]
    elif any(value.startswith(" ") for value in told):
        found = [Part(" *"), *found]
    if found[0].kind and any(value.endswith(" ") for value in told) and found[0].kind != kind:
        found = [*found, Part(" *")]
    if len(found) > 1:  # what stands around it can neither be missing nor be a dash
        return found if len(told) == len(inner) else [_free(kind, told)]
    return [replace(found[0], lacks=lacks, optional=len(said) < len(inner))]


def _free(kind: str, values: Sequence[str]) -> Part:
    if kind == "quoted":
        escapes = any("\\" in value for value in values)
        own, fragment = (ESCAPED, "") if escapes else ("", "QUOTED")
        return Part(kind=kind, own=own, fragment=fragment, values=tuple(values))
    if kind == "bracketed":
        return Part(kind=kind, fragment="BRACKETED", values=tuple(values))
    return Part(kind=kind, own=r"[^)]+", values=tuple(values))


def simple(values: Sequence[str]) -> list[Part] | None:
    """The pieces for texts that are all one simple thing; None where they are not."""
    stamp = whole_stamp(values[0])
    if stamp and all(whole_stamp(value) == stamp for value in values):
        return _time(stamp, values)
    for kind, shape in _SHAPES.items():
        if all(shape.fullmatch(value) for value in values):
            return [Part(kind=kind, fragment=_FRAGMENTS[kind], values=tuple(values))]
    if all(value in LEVEL_WORDS for value in values):
        return [Part(kind="level", own=LEVEL_WORDS[values[0]], values=tuple(values))]
    units = {found[2] if (found := _UNIT.fullmatch(value)) else "" for value in values}
    if len(units) == 1 and (unit := units.pop()):
        numbers = tuple(value.removesuffix(unit) for value in values)
        return [Part(kind=f"number {unit}", fragment="NUMBER", values=numbers), Part(literal(unit))]
    if all(re.fullmatch(r"[A-Za-z0-9_.@:/+-]+", value) for value in values):
        return [Part(kind="name", fragment="NAME", values=tuple(values))]
    return None


def _request(values: Sequence[str]) -> list[Part]:
    """`GET /path HTTP/1.1`, with or without the last."""
    words = [value.split(" ") for value in values]
    method, target, *version = zip(*words, strict=True)
    found = [Part(kind="method", fragment="METHOD", values=method), Part(" ")]
    found += [Part(kind="target", fragment="" if not version else "TOKEN", values=target)]
    if version:
        numbers = tuple(value.removeprefix("HTTP/") for value in version[0])
        found += [Part(" HTTP/"), Part(kind="version", fragment="NUMBER", values=numbers)]
    return found


def _value(values: Sequence[str]) -> list[Part]:
    """What stands after `key=`, with quotes or without."""
    if all(value.startswith('"') for value in values):
        return parts("quoted", values, None)
    if any(value.startswith('"') for value in values):
        return [Part(kind="quoted", own=rf'"(?:{ESCAPED})?"|[^\s"]+', values=tuple(values), guess="with its quotes")]
    found = simple(values)
    return found if found and found[0].kind != "name" else [Part(kind="word", values=tuple(values))]


def _named(kind: str, values: Sequence[str]) -> list[Part]:
    """Words and names: levels, numbers with a unit, something that never changes, or a field."""
    same, many = len(set(values)) == 1, len(values) >= FEW
    if all(value in LEVEL_WORDS for value in values) and (kind == "level" or not same or values[0][1:].isupper()):
        return [Part(kind="level", own=LEVEL_WORDS[values[0]], values=tuple(values))]
    found = simple(values)
    if found and found[0].kind.startswith("number"):
        return found
    if same and (many or kind == "word"):
        return [Part(literal(values[0]))]
    return [Part(kind=kind, values=tuple(values))]


def settled(pieces: Sequence[Part]) -> list[Part]:
    """The pieces, each bare one with an expression that stops by itself where the next piece begins.

    From one on that has no such expression, the rest of the text is a message: nothing tries where to stop.
    """
    found: list[Part] = []
    for index, part in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        fits = _settled(part, _first(following)) if part.bare else part
        if fits is None:
            return [*found, Part(kind="message", fragment="TEXT", lacks=part.lacks)]
        found.append(fits)
    return found


_CLASSES = (("WORD", r"[A-Za-z0-9_]"), ("NAME", r"[A-Za-z0-9_.@:/+-]"), ("TOKEN", r"[^\s]"))


def _settled(part: Part, stop: str | None) -> Part | None:
    if stop is None:
        return None
    for fragment, letters in _CLASSES:
        if re.fullmatch(f"{letters}*", stop, re.ASCII):
            continue
        if all(re.fullmatch(f"{letters}+", value, re.ASCII) for value in part.values):
            return replace(part, fragment=fragment)
    own = rf"[^\s{literal(stop) if stop not in '^-' else chr(92) + stop}]+"
    if all(re.fullmatch(own, value) for value in part.values):
        return replace(part, own=own)
    return None


def _first(part: Part | None) -> str | None:
    """The first letter of a literal piece; a blank at the end, None where a field follows at once."""
    if part is None:
        return " "
    text = part.text
    if part.kind or text.startswith("[^") or text == " *":
        return None
    if text.startswith(("[ ", "\\t")):
        return " "
    if text.startswith(r"\x27"):
        return "'"
    return text[1] if text.startswith("\\") else text[0]
