"""What Alertmanager's matchers let pass, and how the alerts of some relate to those of others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from obsboot.promql import Matcher
from obsboot.sources import patterns
from obsboot.sources.languages import Part, parts

_NOTHING, _ANY, _SOME = (frozenset({part}) for part in (Part(""), Part("", 0), Part("", 1)))


def agrees(each: Matcher, value: str) -> bool:
    """Whether a matcher accepts a label's value, the empty one included.

    Of a pattern that Go does not read none is accepted, of one that only Go reads any.
    """
    if each.op in ("=", "!="):
        return (value == each.value) == (each.op == "=")
    if patterns.unreadable(each.value):
        return False
    pattern = patterns.compiled(each.value)
    return pattern is None or bool(pattern.fullmatch(value)) == (each.op == "=~")


def accepts(matchers: tuple[Matcher, ...], labels: Mapping[str, str]) -> bool:
    """Whether all of them accept an alert."""
    return all(agrees(each, labels.get(each.name, "")) for each in matchers)


def values(each: Matcher) -> tuple[str, ...]:
    """The few values that a matcher accepts; nothing where they are many, or cannot be told."""
    found, but = _accepted(each)
    if but or found is None or any(part.least is not None for part in found):
        return ()
    return tuple(sorted(part.begin for part in found))


def implies(some: tuple[Matcher, ...], others: tuple[Matcher, ...]) -> bool:
    """Whether whatever `some` accept, `others` accept as well. False where nobody can tell."""
    return all(each in some or _accepted(each) == (_ANY, False) or _follows(some, each) for each in others)


def _follows(some: tuple[Matcher, ...], wanted: Matcher) -> bool:
    return any(one.name == wanted.name and _within(one, wanted) for one in some)


def _within(one: Matcher, wanted: Matcher) -> bool:
    """Whether each value that the one accepts is accepted by the other."""
    (inner, but), (outer, outer_but) = _accepted(one), _accepted(wanted)
    if inner is None:
        return False
    if but:
        return outer_but and outer is not None and _covers(inner, outer)
    if all(part.least is None for part in inner):
        return _certain(wanted) and all(agrees(wanted, part.begin) for part in inner)
    if outer is None:
        return False
    return not _meet(inner, outer) if outer_but else _covers(outer, inner)


def contradict(some: tuple[Matcher, ...], others: tuple[Matcher, ...]) -> bool:
    """Whether no alert can be accepted by both. False where nobody can tell."""
    return any(one.name == other.name and _apart(one, other) for one in some for other in others)


def _apart(one: Matcher, other: Matcher) -> bool:
    """Whether no value is accepted by both."""
    (mine, but), (theirs, their_but) = _accepted(one), _accepted(other)
    if but and not their_but:
        return _apart(other, one)
    if mine is None or but:
        return False
    if all(part.least is None for part in mine):
        return _certain(other) and not any(agrees(other, part.begin) for part in mine)
    if theirs is None:
        return False
    return _covers(theirs, mine) if their_but else not _meet(mine, theirs)


def _certain(each: Matcher) -> bool:
    return each.op in ("=", "!=") or patterns.compiled(each.value) is not None


def _covers(outer: frozenset[Part], inner: frozenset[Part]) -> bool:
    return all(any(each.holds(part) for each in outer) for part in inner)


def _meet(some: frozenset[Part], others: frozenset[Part]) -> bool:
    return any(one.meets(other) for one in some for other in others)


@cache
def _accepted(each: Matcher) -> tuple[frozenset[Part] | None, bool]:
    """The values that a matcher accepts, or that it accepts all but; None where they cannot be told."""
    exact = each.op in ("=", "!=")
    found = frozenset({Part(each.value)}) if exact else parts(each.value)
    if each.op not in ("!=", "!~"):
        return found, False
    if found == _NOTHING:
        return _SOME, False
    return (_NOTHING, False) if found == _SOME else (found, True)
