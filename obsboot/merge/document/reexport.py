"""A dashboard that was edited in Grafana comes back: of all that its export says anew, only what somebody changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from obsboot.merge.document.defaults import ANY, SAVED, WRITTEN
from obsboot.merge.document.identity import match
from obsboot.merge.document.panels import each_panel, is_board
from obsboot.merge.document.syntax import Item, Node, Source, Values
from obsboot.merge.document.three_way import merge_trees, read


def real_changes(source: str, exported: str) -> str:
    """`source` with the changes of `exported` that somebody made, in the order and the formatting of `source`.

    `exported` is what the UI or the API of Grafana gives of the same dashboard, in the classic schema. What Grafana
    adds by itself is dropped; what is not known to be of that kind stays. Raises ValueError as `merge_document` does,
    and where one of both is no dashboard.
    """
    values = Values()
    base, yours, export = read(source, values), read(source, values), _unwrapped(read(exported, values))
    if not (is_board(base.root) and is_board(export.root)):
        raise ValueError("not a dashboard with panels, in the classic schema of Grafana")
    cleaned = _Cleaning(values, base.root, export.root).value(_Spot("", None), base.root, export.root)
    return merge_trees(base, yours, Source("", cleaned or export.root, ""), values).text


def _unwrapped(export: Source) -> Source:
    """The dashboard itself, out of what the API of Grafana puts around it."""
    for key in ("dashboard", "spec"):
        held = export.root.member(key)
        if held is not None and held.member("panels") is not None:
            return Source("", held, "")
    return export


@dataclass(frozen=True, slots=True)
class _Spot:
    """A path without indices, and the panel of the export in which it is."""

    path: str
    panel: Node | None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def under(self, key: str) -> _Spot:
        return _Spot(f"{self.path}.{key}" if self.path else key, self.panel)

    def in_type(self) -> str:
        """The path as the table has it if it holds for one type of panel only."""
        kind = self.panel.text("type") if self.panel is not None else None
        return self.path.replace("panels.", f"panels:{kind}.", 1)


class _Cleaning:
    """Turns the tree of an export into that of the source, but for what somebody changed."""

    def __init__(self, values: Values, source: Node, exported: Node) -> None:
        self.values, self.nothing = values, values.scalar("null").same
        self.any = {row.path for row in WRITTEN if row.value is ANY} | (SAVED.keys() - {"panels.id"})
        self.written = {(row.path, values.of(row.value)) for row in WRITTEN if row.value is not ANY}
        sides = [[item.node for item, _ in each_panel(panels)] for panels in _panels(source, exported)]
        pairs = match("panels", *sides)
        self.twins = {sides[1][there]: sides[0][here] for there, here in pairs.items()}
        self.renamed = set(self._renamed())

    def value(self, spot: _Spot, source: Node | None, exported: Node | None) -> Node | None:
        """What `exported` would be, had Grafana added nothing."""
        if exported is None:
            return source if source is not None and self._says_nothing(spot, source) else None
        if source is not None and self._is_unchanged(spot, source, exported):
            return source
        if (source is None or source.same == self.nothing) and self._says_nothing(spot, exported):
            return source
        if exported.kind == "object":
            return self._object(spot, source, exported)
        if exported.kind == "array":
            self._array(spot, source, exported)
        return exported

    def _object(self, spot: _Spot, source: Node | None, exported: Node) -> Node | None:
        """None where the source has no such object, and Grafana wrote all of it."""
        known = source.items if source is not None and source.kind == "object" else []
        before, here = ({item.key: item.node for item in side} for side in (known, exported.items))
        items = []
        for item in (*exported.items, *(item for item in known if item.key not in here)):
            node = self.value(spot.under(item.key), before.get(item.key), here.get(item.key))
            if node is not None:
                items.append(Item("", item.key, item.label, item.colon, node))
        if source is None and exported.items and not items:
            return None
        exported.items = items
        self.values.renew(exported)
        return exported

    def _array(self, spot: _Spot, source: Node | None, exported: Node) -> None:
        held = source.items if source is not None and source.kind == "array" else []
        before, here = ([item.node for item in side] for side in (held, exported.items))
        pairs = match(spot.name, before, here)
        items = []
        for index, item in enumerate(exported.items):
            inner, known = spot, before[pairs[index]] if index in pairs else None
            if spot.name == "panels":
                inner, known = _Spot("panels", item.node), self.twins.get(item.node)
            if known is None and _is_built_in(item.node):
                continue
            item.node = self.value(inner, known, item.node) or item.node
            items.append(item)
        exported.items = items
        self.values.renew(exported)

    def _says_nothing(self, spot: _Spot, node: Node) -> bool:
        """Whether it is what Grafana writes where nobody said anything."""
        if node.same == self.nothing or spot.path in self.any or spot.in_type() in self.any:
            return True
        if spot.path == "panels.targets.datasource":
            own = spot.panel.member("datasource") if spot.panel is not None else None
            return own is not None and own.same == node.same
        if spot.name == "datasource" and (self.nothing, node.same) in self.renamed:
            return True
        return (spot.path, node.same) in self.written or (spot.in_type(), node.same) in self.written

    def _is_unchanged(self, spot: _Spot, source: Node, exported: Node) -> bool:
        """Whether both say the same, each in its way."""
        if source.same == exported.same or spot.path in SAVED:
            return True
        if isinstance(source.value, Decimal) and isinstance(exported.value, Decimal):
            return float(source.value) == float(exported.value)  # JavaScript has no other numbers
        if spot.path.startswith("templating.list.current."):
            return [_only(source).same] == [_only(exported).same]
        return spot.name == "datasource" and (source.same, exported.same) in self.renamed

    def _renamed(self) -> Iterator[tuple[int, int]]:
        """What stands for a data source in the source, and what the export has for it nearly everywhere.

        A name has become an object, or an object one that names an input of the export.
        """
        counts: Counter[tuple[int, int]] = Counter()
        for exported, source in self.twins.items():
            for here, there in ((source, exported), *_matched_targets(source, exported)):
                old, new = here.member("datasource"), there.member("datasource")
                if old is None and here is not source:
                    continue  # it is that of the panel
                was = old.same if old is not None else self.nothing
                if new is not None and (
                    old is None or old.kind == "scalar" or (new.text("uid") or "").startswith("${DS_")
                ):
                    counts[was, new.same] += 1
        seen: set[int] = set()
        for pair, count in counts.most_common():
            if pair[0] not in seen and (pair[0] != self.nothing or count > 1):
                yield pair
            seen.add(pair[0])


def _panels(*roots: Node) -> Iterator[Node]:
    for root in roots:
        if (panels := root.member("panels")) is not None:
            yield panels


def _matched_targets(source: Node, exported: Node) -> Iterator[tuple[Node, Node]]:
    held = [panel.member("targets") for panel in (source, exported)]
    here, there = ([item.node for item in targets.items] if targets is not None else [] for targets in held)
    for later, earlier in match("targets", here, there).items():
        yield here[earlier], there[later]


def _is_built_in(annotation: Node) -> bool:
    """Whether it is the one that Grafana gives to every dashboard."""
    enabled = annotation.member("enable")
    return annotation.member("builtIn") is not None and enabled is not None and enabled.value is True


def _only(node: Node) -> Node:
    """The one element of an array of one, else the node itself."""
    return node.items[0].node if node.kind == "array" and len(node.items) == 1 else node
