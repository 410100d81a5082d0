"""Keys and their values: which of them is the time, the level, the message, and what is known by another name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from obsboot.logs.learning import levels
from obsboot.logs.learning.draft import NO_ZONE, Draft
from obsboot.logs.learning.naming import LEVEL_KEYS, MESSAGE_KEYS, TIME_KEYS, duration, known, plain
from obsboot.logs.learning.stamps import Stamp, decided, whole_stamp
from obsboot.logs.times import ISO
from obsboot.model import Match, ReadTime, Replace, Replacement, Translate

Values = Mapping[str, Sequence[object]]
"""Every key of the lines, dotted where objects are nested, with all its values."""


@dataclass(slots=True)
class Roles:
    """Which key is what: those with a part of their own, and the names for others.

    `seconds` is the key of how long a request took, and by what its value is divided.
    """

    time: str = ""
    stamps: list[Stamp] = field(default_factory=list)
    level: str = ""
    message: str = ""
    seconds: tuple[str, float] = ("", 1.0)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def roles(values: Values) -> Roles:
    """What the keys are, as far as their names and values tell."""
    found = Roles()
    _find_time(found, values)
    level = _first(values, ("log.level", *LEVEL_KEYS), lambda value: isinstance(value, str | int))
    if level and any(isinstance(value, int) for value in values[level]):
        found.notes.append(f"log.level is missing: {level} is a number, and a translate step reads words.")
    elif level and levels.table(_words(values[level])):
        found.level = level
    elif level:
        words = json.dumps(sorted(set(_words(values[level])))[:5])[1:-1]
        found.notes.append(f"log.level is missing: what do the values of {level} mean? {words}")
    found.message = _first(values, MESSAGE_KEYS, lambda value: isinstance(value, str))
    special = (found.time, level, found.message)
    for key, each in values.items():
        name = "" if key in special else known(key, each) or known(key.rpartition(".")[2], each)
        if name and name not in found.names.values():
            found.names[key] = name
    if {"http.request.method", "http.response.status_code"} & set(found.names.values()):
        _find_seconds(found, {key: each for key, each in values.items() if key not in (*special, *found.names)})
    return found


def _words(values: Sequence[object]) -> list[str]:
    return [str(value) for value in values if value is not None]


def _first(values: Values, keys: Sequence[str], fits: Callable[[object], bool]) -> str:
    """The first key that is called so, and has only values that fit."""
    spelt = {plain(key): key for key in reversed([*values])}
    for wanted in keys:
        key = wanted if wanted in values else spelt.get(wanted, "")
        if key and all(fits(value) for value in values[key] if value is not None):
            return key
    return ""


def _find_time(found: Roles, values: Values) -> None:
    for wanted in TIME_KEYS:
        for key in [key for key in values if key == wanted or plain(key) == plain(wanted)]:
            texts = [value for value in values[key] if isinstance(value, str)]
            stamps = [whole_stamp(text) for text in texts]
            told = {stamp for stamp in stamps if stamp and stamp.format}
            if told and all(stamp in told for stamp in stamps):
                found.time, found.stamps = key, sorted({decided(stamp, texts)[0] for stamp in told}, key=repr)
                return
            found.notes.append(f"{key} looks like a time, in a form that no date step reads.")


def _find_seconds(found: Roles, values: Values) -> None:
    for key, each in values.items():
        if plain(key) in TIME_KEYS or all(value is None for value in each):
            continue
        by = duration(key, each)
        if by and not found.seconds[0]:
            found.seconds = (key, by)
        elif by == 0.0:
            found.notes.append(
                f"{key} may be a duration, in a unit that the lines do not say: a divide step makes seconds."
            )


def read_time(draft: Draft, stamps: Sequence[Stamp], source: str) -> None:
    """Adds the steps that make @timestamp of the text under `source`."""
    if not stamps:
        draft.no_time()
        return
    straight = all(not (each.before or each.after or each.apart) for each in stamps)
    if straight and len({each.slot for each in stamps}) == 1:
        read_stamps(draft, stamps, source)
        return
    patterns: dict[str, list[Stamp]] = {}
    texts: list[str] = []
    for stamp in stamps:
        name = f"tmp.{stamp.slot}" if stamp.slot != "time" else "tmp.plain"
        patterns.setdefault(name, []).append(stamp)
        texts.append(f"{stamp.before}%{{{draft.fragment('STAMP', stamp.read)}:{name}}}{stamp.after}")
    draft.add(Match(tuple(texts), source))
    for name, mine in patterns.items():
        read_stamps(draft, mine, name)


def read_stamps(draft: Draft, stamps: Sequence[Stamp], source: str) -> None:
    """Adds the steps that read what was taken out of a text: as ISO 8601 where only a blank is in its way."""
    if any(stamp.apart for stamp in stamps):
        draft.add(Replace(source, source, (Replacement(" ", "T"),)), "A blank stands where ISO 8601 has a T.")
    formats = tuple(dict.fromkeys(ISO if each.apart else each.format for each in stamps))
    local = any(each.local for each in stamps)
    draft.add(ReadTime(source, formats, local), *([NO_ZONE] if local else []))


def translate_level(draft: Draft, source: str, words: Sequence[object]) -> None:
    """Adds the step that makes log.level of the word under `source`."""
    if table := levels.table(_words(words)):
        draft.add(Translate(source, "log.level", table))
    else:
        draft.notes.append(f"log.level is missing: what do {json.dumps(sorted(set(_words(words)))[:5])[1:-1]} mean?")
