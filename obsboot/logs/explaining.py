"""How far a pattern fits a text that it does not cover, and which step of a format it was that could not read on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from obsboot.logs.documents import get
from obsboot.logs.grok import compiled, expand
from obsboot.logs.reading import UNPARSED, format_of, read
from obsboot.model import Divide, LogFormat, LogStep, Match, ReadJson, ReadTime, Rename

_PIECE = re.compile(
    r"(?P<reference>%\{[^}]*\})|(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[\s\S]))"
    r"|(?P<class>\[\^?\]?(?:\\[\s\S]|[^\]\\])*\])|(?P<open>\()|(?P<or>\|)|(?P<other>[\s\S])"
)
_REFERENCE = re.compile(r"%\{(\w+)(?::[^}]*)?\}")
_AGAIN = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?")
_HEAD = re.compile(r"\((?:\?(?:[:=!>]|<[=!]|P?<\w+>))?")
_SEEN = "seen"
"""The field under which a text stands that a step would have read."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What became of an entry that was not read: the text that was looked at, where in it reading stopped, and why.

    `of` is the field that the text is of; `wanted` is what would have had to follow.
    """

    format: LogFormat
    text: str
    end: int
    why: str
    of: str = "message"
    wanted: str = ""


def fit(pattern: str, fragments: Mapping[str, str], text: str) -> tuple[int, str]:
    """Up to where the pattern fits the beginning of the text, and what of the pattern does not fit from there on.

    That is nothing where all of the pattern fits and the text goes on.
    """
    best, wanted = 0, ""
    for branch in _branches(pattern):
        end, rest = _fit(branch, fragments, text, "")
        if end > best or not wanted:
            best, wanted = end, rest
    return best, wanted


def _fit(pieces: Sequence[str], fragments: Mapping[str, str], text: str, before: str) -> tuple[int, str]:
    """The same for pieces that follow `before`: the more of them fit, the fewer of them do not, so halves will do."""
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if _end(before + "".join(pieces[:middle]), fragments, text) is None:
            high = middle - 1
        else:
            low = middle
    before += "".join(pieces[:low])
    end = _end(before, fragments, text) or 0
    if low == len(pieces):
        return end, ""
    best, wanted = end, "".join(pieces[low:])
    for inner in _inside(pieces[low], fragments):
        further, rest = _fit(inner, fragments, text, before)
        if further > best:
            best, wanted = further, rest + "".join(pieces[low + 1 :])
    return best, wanted


def _end(pattern: str, fragments: Mapping[str, str], text: str) -> int | None:
    found = compiled(expand(pattern, fragments)).match(text)
    return found.end() if found else None


def _inside(piece: str, fragments: Mapping[str, str]) -> Iterator[list[str]]:
    """The branches of a reference, or of a group; of what looks around there are none."""
    if reference := _REFERENCE.fullmatch(piece):
        yield from _branches(fragments.get(reference[1], ""))
        return
    head = _HEAD.match(piece)
    if head and head[0] in ("(", "(?:") and piece.endswith(")"):
        yield from _branches(piece[head.end() : -1])


def _branches(pattern: str) -> Iterator[list[str]]:
    """What stands between the `|` of a pattern, each in the pieces that can be left away from its end."""
    branch: list[str] = []
    at = 0
    while found := _PIECE.match(pattern, at):
        end = _closing(pattern, at) if found["open"] else found.end()
        if found["or"]:
            yield branch
            branch, at = [], end
            continue
        again = _AGAIN.match(pattern, end)
        end = again.end() if again else end
        branch.append(pattern[at:end])
        at = end
    yield branch


def _closing(pattern: str, at: int) -> int:
    """Behind the parenthesis that closes the one at `at`."""
    depth = 0
    while found := _PIECE.match(pattern, at):
        depth += bool(found["open"]) - (found[0] == ")")
        at = found.end()
        if not depth:
            break
    return at


def attempt(formats: Sequence[LogFormat], entry: str, zone: str) -> dict[str, Any]:
    """The document of the entry, and of nothing else."""
    return read(formats, {"message": entry}, zone)


def explain(formats: Sequence[LogFormat], entry: str, zone: str) -> Fit:
    """Why none of the formats, of which there is at least one, reads the entry."""
    which = format_of(formats, entry)
    if which is None:
        return max((_beginning(each, entry) for each in formats), key=lambda fit: fit.end)
    for number, step in enumerate(which.steps):
        if UNPARSED in _after(which, which.steps[: number + 1], entry, zone).get("tags", ()):
            return _stopped(which, number, step, _Entry(entry, zone))
    return Fit(which, entry, 0, "the value of a field is no number, and has to be one")


def _beginning(format_: LogFormat, entry: str) -> Fit:
    end, wanted = fit(format_.starts, format_.fragments, entry)
    return Fit(format_, entry, end, "it begins like no format", wanted=wanted)


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    zone: str


def _stopped(format_: LogFormat, number: int, step: LogStep, entry: _Entry) -> Fit:
    """Why this step could not be made."""
    of = _of(step)
    steps = (*format_.steps[:number], Rename({of: _SEEN}))
    text = get(_after(format_, steps, entry.text, entry.zone), _SEEN)
    if isinstance(step, Divide):
        return Fit(format_, str(text), 0, "it is no number", of)
    if isinstance(step, ReadTime):
        return Fit(format_, str(text), 0, f"it is no time in the form {' or '.join(step.formats)}", of)
    if not isinstance(text, str):
        return Fit(format_, entry.text, 0, f"there is no text {of} that could be read")
    if isinstance(step, Match):
        found = [fit(pattern, format_.fragments, text) for pattern in step.match]
        end, wanted = max(found, key=lambda each: each[0])
        return Fit(format_, text, end, "no pattern covers it" if wanted else "it goes on", of, wanted)
    return Fit(format_, text, *_json(text), of)


def _of(step: LogStep) -> str:
    """The field that a step reads which can fail."""
    match step:
        case Match():
            return step.of
        case ReadJson():
            return step.json
        case ReadTime():
            return step.date
        case Divide():
            return step.divide
    return "message"


def _json(text: str) -> tuple[int, str]:
    try:
        json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        return error.pos, f"this is no JSON: {error.msg}"
    except ValueError as error:
        return 0, f"this is no JSON: {error}"
    except RecursionError:
        return 0, "the JSON nests too deeply"
    return 0, "the JSON is no object"


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no value")


def _after(format_: LogFormat, steps: tuple[LogStep, ...], entry: str, zone: str) -> dict[str, Any]:
    """The document after these steps; what would be made a number stays as it is."""
    return read([replace(format_, steps=steps, fields={})], {"message": entry}, zone)
