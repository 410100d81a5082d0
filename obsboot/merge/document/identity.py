"""Which element of one array is which of another: panels by id, queries by refId, the rest by where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from obsboot.merge.document.syntax import Node

Trait = Callable[[Node], Hashable]
"""What an element may be known by; None: it has no such thing."""

Pairs = dict[int, int]
"""Indices of a second array -> indices of the first."""

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
_NEW_PANELS = (_value, _by("id", "title", "type"), _both(_NAMED, _queries), _NAMED)
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
    pairs = _match(traits, base, yours), _match(traits, base, template)
    mine, theirs = (
        [index for index in range(len(side)) if index not in known]
        for side, known in zip((yours, template), pairs, strict=True)
    )
    at_once = _NEW_PANELS if name == "panels" else traits[:1] if traits else (_value,)
    both = _match_by(at_once, [yours[index] for index in mine], [template[index] for index in theirs])
    last = len(base) + len(mine)
    pairs[0].update({index: len(base) + place for place, index in enumerate(mine)})
    pairs[1].update(
        {index: len(base) + both[place] if place in both else last + place for place, index in enumerate(theirs)}
    )
    return [list(range(len(base))), *([known[index] for index in range(len(known))] for known in pairs)]


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


def _match(traits: tuple[Trait, ...] | None, first: Sequence[Node], second: Sequence[Node]) -> Pairs:
    if traits is None:
        return _match_in_sequence(first, second)
    return _match_by(traits, first, second) if traits else {index: index for index in range(len(first))}


def _match_by(traits: Sequence[Trait], first: Sequence[Node], second: Sequence[Node]) -> Pairs:
    pairs: Pairs = {}
    left, right = set(range(len(first))), set(range(len(second)))
    for find in (*map(_once, traits), *map(_counted, traits)):
        known = find(first, left)
        for key, index in find(second, right).items():
            if key in known:
                pairs[index] = known[key]
                right.discard(index)
                left.discard(known[key])
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
