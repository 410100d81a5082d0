"""The panels of a dashboard: which there are, under which row each stands, and where it lies."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.merge.document.grid import Box
from obsboot.merge.document.structure import Key
from obsboot.merge.document.syntax import Item, Node

Home = Key | None
"""The row that holds a panel; None: the dashboard does."""


@dataclass(slots=True)
class Panels:
    """The panels of one dashboard in the order in which they are read, those that a row holds after it.

    `row` says under which row a panel stands, `home` which row holds it: one that is not folded holds none.
    """

    items: dict[Key, Item] = field(default_factory=dict)
    boxes: dict[Key, Box] = field(default_factory=dict)
    row: dict[Key, Home] = field(default_factory=dict)
    home: dict[Key, Home] = field(default_factory=dict)

    def moved_since(self, base: Panels, kept: Container[Key]) -> bool:
        """Whether a panel that is kept lies elsewhere than in `base`."""
        shared = [key for key in self.items.keys() & base.items.keys() if key in kept]
        return any(self.boxes.get(k) != base.boxes.get(k) or self.home[k] != base.home[k] for k in shared)

    def unsorted(self) -> set[Home]:
        """Which rows do not have their panels written in the order in which they lie."""
        written = grouped(self.items, self.home)
        places = {home: [reading(self.boxes.get(key)) for key in keys] for home, keys in written.items()}
        return {home for home, each in places.items() if each != sorted(each)}


def is_board(root: Node) -> bool:
    """Whether it has panels in the way that a dashboard of Grafana has them."""
    panels = root.member("panels")
    if panels is None or not _are_objects(panels):
        return False
    held = [inside for item in panels.items if (inside := item.node.member("panels")) is not None]
    return all(_are_objects(each) and not any(item.node.member("panels") for item in each.items) for each in held)


def _are_objects(node: Node) -> bool:
    return node.kind == "array" and all(item.node.kind == "object" for item in node.items)


def each_panel(array: Node) -> Iterator[tuple[Item, Item | None]]:
    """Every panel in the order in which they are read, with the row that holds it."""
    for item in array.items:
        yield item, None
        held = item.node.member("panels")
        for inside in held.items if held is not None else ():
            yield inside, item


def panels_of(array: Node, boxes: Iterable[Box | None], keys: Iterable[Key]) -> Panels:
    """The panels in `array`, each under its key; boxes and keys are in the order in which they are read."""
    panels = Panels()
    known: dict[int, Key] = {}
    row: Home = None
    for (item, holder), box, key in zip(each_panel(array), boxes, keys, strict=True):
        known[id(item)] = key
        if is_row(item.node):
            row = None if is_folded(item.node) else key
        panels.items[key] = item
        panels.home[key] = None if holder is None else known[id(holder)]
        panels.row[key] = row if holder is None else panels.home[key]
        if box is not None:
            panels.boxes[key] = box
    return panels


def home_of(key: Key, sides: Iterable[Panels], kept: Mapping[Key, Item]) -> Home:
    """Which row of the result is to hold a panel: where one side put it, or under the row that it was added to."""
    base, yours, template = sides
    shared = key in base.home and key in template.home
    home = yours.home.get(key)
    row = yours.row[key] if key in yours.row else template.row[key]
    if key in yours.home and shared:
        home = template.home[key] if base.home[key] == home else home
    elif row is not None and row != key and row in kept:
        folds = is_folded(kept[row].node)
        if key not in yours.home or (row in base.items and is_folded(base.items[row].node) != folds):
            home = row if folds else None
    return home if home in kept else None


def grouped(keys: Iterable[Key], home: Mapping[Key, Home]) -> dict[Home, list[Key]]:
    """The keys by what holds them, the dashboard first."""
    groups: dict[Home, list[Key]] = {None: []}
    for key in keys:
        groups.setdefault(home[key], []).append(key)
    return groups


def is_row(panel: Node) -> bool:
    """Whether it is the head of a row."""
    return panel.text("type") == "row"


def is_folded(row: Node) -> bool:
    """Whether its panels are inside of it."""
    folded = row.member("collapsed")
    return folded is not None and folded.value is True


def reading(box: Box | None) -> tuple[int, int]:
    """What panels are sorted by where they are read."""
    return (box.y, box.x) if box is not None else (-1, -1)
