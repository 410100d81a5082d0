"""Which element of one array is which of another: panels by id, queries by refId, the rest by where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from obsboot.merge.document.syntax import Node

Trait = Callable[[Node], Hashable]
"""What an element may be known by; None: it has no such thing."""

Pairs = dict[int, int]
"""Indices of a second array -> indices of the first."""

_NONE: Mapping[int, int] = {}

_LARGEST_TABLE = 10_000
"""Pairs of elements compared at most to align two arrays: few enough that a document full of such takes seconds."""


def _value(node: Node) -> Hashable:
    return node.same


def _by(*keys: str) -> Trait:
    """Known by the values of all of these members."""

    def trait(node: Node) -> Hashable:
        held = [member and member.same for member in map(node.member, keys)]
        return None if None in held else tuple(held)

    return trait


def _queries(panel: Node) -> Hashable:
    """Known by what is asked: a panel that was given another title or type."""
    targets = panel.member("targets")
    queries = [target.node.text("expr") for target in targets.items] if targets is not None else []
    return tuple(queries) if any(queries) else None


def _step(node: Node) -> Hashable:
    """The value from which a threshold holds; the first one has none, null or nothing."""
    value = node.member("value")
    return "first" if value is None or value.value is None else value.same


def _both(one: Trait, other: Trait) -> Trait:
    def trait(node: Node) -> Hashable:
        held = one(node), other(node)
        return None if None in held else held

    return trait


_NAMED = _by("title", "type")
_SURE = (_value, _by("id", "title", "type"))
_NEW_PANELS = (*_SURE, _both(_NAMED, _queries), _NAMED)
_PANELS = (
    *_NEW_PANELS,
    _by("id", "title"),
    _by("id", "type"),
    *(_both(_by(key), _queries) for key in ("id", "title", "type")),
)
_TRAITS: dict[str, tuple[Trait, ...]] = {
    "panels": _PANELS,
    "targets": (_by("refId"), _value),
    "list": (_by("name"), _value),
    "links": (_by("title", "url"), _by("url"), _by("title"), _value),
    "transformations": (_value, _by("id")),
    "overrides": (_by("matcher"), _value),
    "steps": (_step, _by("color")),
}
"""By what the elements of an array are known, in turn: each tells apart what the ones before left over.

A panel's id alone does not do: Grafana gives the number of a deleted panel to the next one that is made, and an export
may number all of them anew.
"""


def identify(name: str, base: Sequence[Node], yours: Sequence[Node], template: Sequence[Node]) -> list[list[int]]:
    """A key for each element of the three arrays called `name`; what is the same element has the same key."""
    traits = _traits(name, base, yours, template)
    sure = _SURE if name == "panels" else traits[:1] if traits else (_value,)
    known = _match(traits, base, template)
    theirs = [known.get(index, len(base) + index) for index in range(len(template))]
    mine = _taken_over(sure, base, yours, template, theirs) if traits else {}
    mine |= _match(traits, base, yours, mine)
    added = {index for index, key in enumerate(theirs) if key >= len(base) and key not in mine.values()}
    left = set(range(len(yours))) - mine.keys()
    both = _match_among(_NEW_PANELS if name == "panels" else sure, template, added, yours, left)
    mine |= {index: theirs[place] for index, place in both.items()}
    last = len(base) + len(template)
    return [list(range(len(base))), [mine.get(index, last + index) for index in range(len(yours))], theirs]


def _taken_over(
    sure: Sequence[Trait], base: Sequence[Node], yours: Sequence[Node], template: Sequence[Node], theirs: Sequence[int]
) -> dict[int, int]:
    """The keys of yours that are surely the template's, which has `theirs`, where neither is surely of the base.

    An update that left something at odds is tried again, and by then yours has what could be taken from the template.
    An element that was added so must not be held for one of the base that you have removed.
    """
    of_base = _match_by(sure, base, yours)
    new = set(range(len(template))) - _match_by(sure, base, template).keys()
    pairs = _match_among(sure, template, new, yours, set(range(len(yours))) - of_base.keys())
    return {index: theirs[place] for index, place in pairs.items() if theirs[place] not in of_base.values()}


def match(name: str, first: Sequence[Node], second: Sequence[Node]) -> Pairs:
    """For the elements of the second of two arrays called `name` that are in the first: where they are there."""
    return _match(_traits(name, first, second), first, second)


def _traits(name: str, *sides: Sequence[Node]) -> tuple[Trait, ...] | None:
    """By what the elements of these arrays are known; nothing (empty): by their places; None: by what they follow."""
    of_one_length = len({len(side) for side in sides}) == 1
    objects = all(node.kind == "object" for side in sides for node in side)
    if name in _TRAITS and objects and not (name == "steps" and of_one_length):
        return _TRAITS[name]
    return () if of_one_length else None


def _match(
    traits: tuple[Trait, ...] | None, first: Sequence[Node], second: Sequence[Node], known: Mapping[int, int] = _NONE
) -> Pairs:
    """The pairs but for those that are known by their traits already."""
    if traits is None:
        return _match_in_sequence(first, second)
    left, right = set(range(len(first))), set(range(len(second)))
    if not traits:
        return {index: index for index in left}
    return _match_among(traits, first, left - set(known.values()), second, right - known.keys())


def _match_by(traits: Sequence[Trait], first: Sequence[Node], second: Sequence[Node]) -> Pairs:
    return _match_among(traits, first, set(range(len(first))), second, set(range(len(second))))


def _match_among(
    traits: Sequence[Trait], first: Sequence[Node], left: set[int], second: Sequence[Node], right: set[int]
) -> Pairs:
    """The pairs of what is at `left` in the first, and at `right` in the second."""
    pairs: Pairs = {}
    for find in (*map(_once, traits), *map(_counted, traits)):
        known = find(first, left)
        for key, index in find(second, right).items():
            if key in known:
                pairs[index] = known[key]
        left, right = left - set(pairs.values()), right - pairs.keys()
    return pairs


Finder = Callable[[Sequence[Node], set[int]], dict[Hashable, int]]


def _once(trait: Trait) -> Finder:
    """The elements that are the only ones to be known by what they are known by."""

    def find(nodes: Sequence[Node], among: set[int]) -> dict[Hashable, int]:
        places: dict[Hashable, list[int]] = {}
        for index in sorted(among):
            places.setdefault(trait(nodes[index]), []).append(index)
        return {key: found[0] for key, found in places.items() if key is not None and len(found) == 1}

    return find


def _counted(trait: Trait) -> Finder:
    """The elements by what they are known by and how many such stand before them."""

    def find(nodes: Sequence[Node], among: set[int]) -> dict[Hashable, int]:
        seen: dict[Hashable, int] = {}
        places: dict[Hashable, int] = {}
        for index in sorted(among):
            key = trait(nodes[index])
            if key is not None:
                seen[key] = seen.get(key, 0) + 1
                places[key, seen[key]] = index
        return places

    return find


def _match_in_sequence(first: Sequence[Node], second: Sequence[Node]) -> Pairs:
    """Equal elements in order; between them, runs of equal length are the same elements, changed."""
    blocks = _blocks([node.same for node in first], [node.same for node in second])
    return {j: i for one, other in blocks for i, j in zip(one, other, strict=True)}


def _blocks(first: list[int], second: list[int]) -> Iterator[tuple[range, range]]:
    shortest = min(len(first), len(second))
    head = next((i for i in range(shortest) if first[i] != second[i]), shortest)
    tail = next((i for i in range(shortest - head) if first[-1 - i] != second[-1 - i]), shortest - head)
    yield range(head), range(head)
    yield range(len(first) - tail, len(first)), range(len(second) - tail, len(second))
    one, other = first[head : len(first) - tail], second[head : len(second) - tail]
    if len(one) * len(other) > _LARGEST_TABLE:
        return
    for _, i, until_i, j, until_j in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if until_i - i == until_j - j:
            yield range(head + i, head + until_i), range(head + j, head + until_j)


def label(name: str, node: Node, index: int) -> str:
    """How a path names an element: by what it is known by, else by its place."""
    if name == "panels" and node.kind == "object":
        number, title = node.member("id"), node.text("title")
        held = [f"id={number.lexeme}"] if number is not None else []
        return f"[{' '.join([*held, *([_quoted(title)] if title is not None else [])]) or index}]"
    known = {"targets": "refId", "list": "name"}.get(name)
    text = node.text(known) if known else None
    return f"[{index}]" if text is None else f"[{known}={_quoted(text)}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).encode(errors="backslashreplace").decode()
