"""Suppressions in comments: `# obsboot: ignore <check/id>[, <check/id>] [until YYYY-MM-DD] -- reason`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from obsboot.filtering.layout import Layout
from obsboot.filtering.notices import INVALID, Place
from obsboot.filtering.waivers import Lines, Waiver, day, is_known, unknown_check
from obsboot.model import Finding
from obsboot.promql.likeness import meant

_MARK = "obsboot:"
_HASH = re.compile(r"(?:^|(?<=\s))#\s*obsboot:")
_PROSE = re.compile(r"<!--\s*obsboot:")
_REASON = re.compile(r"(?:^|\s)--(?:\s|$)")
_VERBS = ("ignore", "ignore-file")
_ID = re.compile(r"[\w-]+/(?:[\w-]+|\*)")
_MOST = 1000
"""Suppressions that are read in one file; no person writes as many."""
_FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """What the comments of one file ask for, and what is wrong with them."""

    waivers: tuple[Waiver, ...] = ()
    problems: tuple[Finding, ...] = ()


class _MistakeError(ValueError):
    """What is wrong with a comment, in words."""


@dataclass(frozen=True, slots=True)
class _Comment:
    """`before` is what its line says in front of it."""

    place: Place
    said: str
    before: str


def read_comments(path: str, text: str, known: Collection[str]) -> Suppressions:
    """The suppressions of a file of any kind that has comments; `known` are the ids of all checks.

    An unknown id is a problem and leaves the other ids of its comment in force; any other mistake leaves none.
    """
    if _MARK not in text or posixpath.splitext(path)[1] in (".json", ".ndjson"):
        return Suppressions()
    layout = Layout(text, prose=posixpath.splitext(path)[1] in (".md", ".markdown"))
    waivers: list[Waiver] = []
    problems: list[Finding] = []
    for number, comment in enumerate(_comments(path, layout)):
        if number == _MOST:
            said = f"the file has more than {_MOST} suppressions; from here on none is read"
            problems.append(INVALID.finding(comment.place, said, "too many"))
            break
        try:
            for each in _waivers(comment, layout, known):
                if isinstance(each, Waiver):
                    waivers.append(each)
                else:
                    problems.append(each)
        except _MistakeError as mistake:
            problems.append(INVALID.finding(comment.place, str(mistake), comment.said))
    return Suppressions(tuple(waivers), tuple(problems))


def _comments(path: str, layout: Layout) -> Iterator[_Comment]:
    """Every comment that speaks to obsboot; what stands in a fence of a page is an example."""
    mark, fenced = _PROSE if layout.prose else _HASH, False
    for number, row in enumerate(layout.rows, 1):
        fenced ^= layout.prose and _FENCE.match(row) is not None
        if _MARK in row and not fenced and (found := mark.search(row)):
            said, ended, _ = row[found.end() :].partition("-->") if layout.prose else (row[found.end() :], True, "")
            if ended:
                yield _Comment(Place(path, number, found.start() + 1), said.strip(), row[: found.start()])


def _waivers(comment: _Comment, layout: Layout, known: Collection[str]) -> Iterator[Waiver | Finding]:
    """A waiver for each check that is known, a finding for each that is not. Raises _MistakeError."""
    verb, _, rest = comment.said.partition(" ")
    if verb not in _VERBS:
        yield from _unknown_verb(comment, verb, known)
        return
    mark = _REASON.search(rest)
    reason = rest[mark.end() :].strip() if mark else ""
    if not reason:
        raise _MistakeError("the suppression gives no reason; write ` -- ` and why behind it")
    names, until = _told(rest[: mark.start()] if mark else rest)
    scope = Lines(comment.place.path, _lines(verb, comment, layout))
    for name in names:
        if is_known(name, known):
            yield Waiver(name, scope, reason, comment.place, "comment", until)
        else:
            yield INVALID.finding(comment.place, unknown_check(name, known), f"ignore {name}")


def _told(said: str) -> tuple[list[str], date | None]:
    """The names of checks and the date. Raises _MistakeError."""
    listed, word, last = f" {said} ".partition(" until ")
    names = [name.strip() for name in listed.split(",")]
    if not all(names):
        raise _MistakeError("the suppression names no check; write its id: `ignore group/name -- reason`")
    if odd := next((name for name in names if not _ID.fullmatch(name)), None):
        raise _MistakeError(f"{odd!r} is no id of a check; ids are `group/name`, and commas stand between them")
    until = day(last.strip())
    if word and until is None:
        raise _MistakeError(f"{last.strip()!r} is no date; write `until YYYY-MM-DD`")
    return list(dict.fromkeys(names)), until


def _unknown_verb(comment: _Comment, verb: str, known: Collection[str]) -> Iterator[Finding]:
    """Other comments may begin with this name; one that is meant to suppress is near a word for it, or has an id."""
    advice = meant(verb, _VERBS)
    if advice or any(name in known for name in _ID.findall(comment.said)):
        advice = advice or f"known: {', '.join(_VERBS)}"
        message = f"{verb!r} is nothing that a comment can ask for; {advice}"
        yield INVALID.finding(comment.place, message, comment.said)


def _lines(verb: str, comment: _Comment, layout: Layout) -> range | None:
    """The lines that the comment is about. Raises _MistakeError."""
    line = comment.place.line
    if verb == "ignore-file":
        if line > layout.head:
            raise _MistakeError("ignore-file stands below the first comments of the file; put it at the top")
        return None
    return layout.line_and_text(line, comment.before) if comment.before.strip() else layout.item_below(line)
