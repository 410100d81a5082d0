"""The merge of three JSON values: what only one side changed is taken, where both did yours stays and a clash is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from obsboot.merge.document.editing import Style, arrange, indent_in, indent_of, restyle
from obsboot.merge.document.identity import identify, label
from obsboot.merge.document.syntax import Item, Node, Values

Key = str | int
"""A member's key, or the number under which an element goes on all sides."""


Three = tuple[Node | None, Node | None, Node | None]
"""A value as it was, as it is now, and as the template has it; None where it is absent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its path, its key (an array's for its elements), what holds it, and its indentation."""

    path: str
    name: str
    holder: Node
    indent: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Both sides changed the value at a path, each in its own way; `near` is the node of the result to look at."""

    path: str
    near: Node
    sides: Three
    what: str


@dataclass(frozen=True, slots=True)
class Sides:
    """The items of a container by key: as they were, as they are now, and as the template has them."""

    base: dict[Key, Item]
    yours: dict[Key, Item]
    template: dict[Key, Item]

    def nodes(self, key: Key) -> Three:
        """The value under `key` on the three sides."""
        return _held(self.base, key), _held(self.yours, key), _held(self.template, key)


def _held(side: dict[Key, Item], key: Key) -> Node | None:
    return side[key].node if key in side else None


class Merge:
    """Merges into the tree of yours, which it edits; the template's nodes move into it."""

    def __init__(self, values: Values, style: Style) -> None:
        self.values, self.style = values, style
        self.differences: list[Difference] = []

    def value(self, place: Place, base: Node | None, yours: Node | None, template: Node | None) -> Node | None:
        """What is to stand at `place`; None: nothing."""
        if _same(yours, template) or _same(base, template):
            return yours
        if yours is not None and template is not None and yours.kind == template.kind != "scalar":
            was = base if base is not None and base.kind == yours.kind else Node(yours.kind, -1)
            merge = self.object if yours.kind == "object" else self.array
            merge(place, was, yours, template)
            return yours
        if _same(base, yours):
            return template and restyle(template, self.style, place.indent)
        self.clash(place, yours or place.holder, (base, yours, template))
        return yours

    def clash(self, place: Place, near: Node, sides: Three) -> None:
        """Note that both sides changed what stands at `place`."""
        self.differences.append(Difference(place.path, near, sides, _told(*sides)))

    def object(self, place: Place, base: Node, yours: Node, template: Node) -> None:
        """Merge objects into `yours`."""
        sides = Sides(*(_keyed(side, [item.key for item in side.items]) for side in (base, yours, template)))
        kept = self.items(place, yours, sides)
        order = sorted(kept, key=str) if self.style.by_key else woven(sides.yours, sides.template, kept)
        self.fill(place, yours, [kept[key] for key in order])

    def array(self, place: Place, base: Node, yours: Node, template: Node) -> None:
        """Merge arrays into `yours`: what is in them by identity, then its order."""
        arrays = base, yours, template
        keys = identify(place.name, *([item.node for item in side.items] for side in arrays))
        sides = Sides(*(_keyed(side, own) for side, own in zip(arrays, keys, strict=True)))
        ascending = place.name == "steps" and all(_is_ascending(side) for side in (yours, template))
        kept = self.items(place, yours, sides)
        items = [kept[key] for key in self.order(place, yours, sides, kept)]
        self.fill(place, yours, sorted(items, key=_step) if ascending else items)

    def order(self, place: Place, yours: Node, sides: Sides, kept: dict[Key, Item]) -> list[Key]:
        """The kept elements of an array in the order of the side that changed it, in yours if both did."""
        shared = sides.base.keys() & sides.yours.keys() & sides.template.keys()
        was, mine, theirs = (
            [key for key in side if key in shared] for side in (sides.base, sides.yours, sides.template)
        )
        if was == mine != theirs:
            return woven(sides.template, sides.yours, kept)
        if was != theirs != mine:
            what = "both put its elements in another order"
            self.differences.append(Difference(place.path, yours, (None, None, None), what))
        return woven(sides.yours, sides.template, kept)

    def items(self, place: Place, yours: Node, sides: Sides) -> dict[Key, Item]:
        """What each key of a container comes to, those that go left out."""
        fresh = indent_in(yours, self.style, place.indent)
        kept: dict[Key, Item] = {}
        index = {key: number for side in (sides.template, sides.yours) for number, key in enumerate(side)}
        for key in {**sides.yours, **sides.template}:
            item = sides.yours.get(key) or sides.template[key]
            indent = indent_of(item) if key in sides.yours else fresh
            step = f".{item.key}" if item.label else label(place.name, item.node, index[key])
            spot = Place(f"{place.path}{step}".removeprefix("."), item.key or place.name, yours, indent)
            node = self.value(spot, *sides.nodes(key))
            if node is not None:
                item.node = node
                item.colon = item.colon if key in sides.yours or not item.label else self.style.colon
                kept[key] = item
        return kept

    def fill(self, place: Place, holder: Node, items: list[Item]) -> None:
        """Make `items` what `holder` holds, if they are not already."""
        if items != holder.items:
            arrange(holder, items, self.style, place.indent)


def _keyed(container: Node, keys: Sequence[Key]) -> dict[Key, Item]:
    return dict(zip(keys, container.items, strict=True))


def _same(one: Node | None, other: Node | None) -> bool:
    return one is other if one is None or other is None else one.same == other.same


def _told(base: Node | None, yours: Node | None, template: Node | None) -> str:
    if yours is None:
        return "you removed it, the template changed it"
    if template is None:
        return "you changed it, the template removed it"
    return "both changed it" if base is not None else "both added it"


def woven(lead: Iterable[Key], other: Iterable[Key], kept: dict[Key, Item]) -> list[Key]:
    """The kept keys in the order of `lead`; what only `other` has stands after what it follows there."""
    order = [key for key in lead if key in kept]
    known = set(order)
    followers: dict[Key | None, list[Key]] = {}
    anchor, shared = None, set()
    for key in other:
        if key in known:
            anchor = key
            shared.add(key)
        elif key in kept:
            followers.setdefault(anchor, []).append(key)
    result, waiting = [], followers.get(None, [])
    for key in order:
        if key in shared:
            result += waiting
            waiting = followers.get(key, [])
        result.append(key)
    return result + waiting


def _is_ascending(steps: Node) -> bool:
    """Whether thresholds are in the order of their values; in another one Grafana would read them wrong."""
    values = [_step(item) for item in steps.items]
    return values == sorted(values)


def _step(item: Item) -> Decimal:
    """The value from which a step holds; the first has none."""
    value = item.node.member("value")
    return value.value if value is not None and isinstance(value.value, Decimal) else Decimal("-Infinity")
