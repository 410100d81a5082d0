"""The merge of three Grafana dashboards: a panel is the same one wherever it lies, and its place is layout."""

from __future__ import annotations

from collections.abc import Mapping

from obsboot.merge.document.editing import arrange, indent_in, indent_of, restyle
from obsboot.merge.document.grid import Box, Layout, box_of, number
from obsboot.merge.document.identity import identify, label
from obsboot.merge.document.panels import Home, Panels, each_panel, grouped, home_of, is_row, panels_of, reading
from obsboot.merge.document.structure import Difference, Key, Merge, Place, Sides, Three, woven
from obsboot.merge.document.syntax import Item, Node

_LAYOUT = -1
"""The number that all places are given, so that they count as the same while what the panels say is merged."""

_SAVED = frozenset({"id", "version", "iteration", "schemaVersion", "pluginVersion"})
"""What Grafana numbers and counts itself, in dashboards and panels: yours stays, and nobody has to be told."""


class BoardMerge(Merge):
    """Merges dashboards."""

    def clash(self, place: Place, near: Node, sides: Three) -> None:
        """Note that both sides changed what stands at `place`, unless Grafana does that itself."""
        counted = place.name in _SAVED and (place.path == place.name or place.holder.member("gridPos") is not None)
        if not counted:
            super().clash(place, near, sides)

    def array(self, place: Place, base: Node, yours: Node, template: Node) -> None:
        """Merge arrays into `yours`; in that of the panels, those inside of rows too."""
        if place.path != "panels":
            super().array(place, base, yours, template)
            return
        sides = self._sides(base, yours, template)
        kept = self.items(place, yours, Sides(*(side.items for side in sides)))
        self._renumber(sides[1], kept)
        homes = {key: home_of(key, sides, kept) for key in kept}
        boxes = self._lay_out(place, sides, grouped(kept, homes))
        unsorted = sides[1].unsorted() | sides[2].unsorted()
        groups = grouped(self._order(place, yours, sides, kept), homes)
        groups |= {key: [] for key, item in kept.items() if key not in groups and item.node.member("panels")}
        for home, keys in groups.items():
            own = keys if home in unsorted else sorted(keys, key=lambda key: reading(boxes.get(key)))
            self._house(place, yours if home is None else kept[home], [kept[key] for key in own])
        for key, box in boxes.items():
            self._put(kept[key].node.member("gridPos"), box._asdict())

    def _sides(self, *arrays: Node) -> list[Panels]:
        read = [[item.node for item, _ in each_panel(array)] for array in arrays]
        boxes = [[self._hide_layout(panel) for panel in side] for side in read]
        return [panels_of(*side) for side in zip(arrays, boxes, identify("panels", *read), strict=True)]

    def _hide_layout(self, panel: Node) -> Box | None:
        """Where the panel lies, which from now on counts for nothing when it is compared."""
        box, place, held = box_of(panel), panel.member("gridPos"), panel.member("panels")
        if box is not None and place is not None:
            for item in place.items:
                item.node.same = _LAYOUT if item.key in Box._fields else item.node.same
            self.values.renew(place)
        if held is not None:
            held.same = _LAYOUT
        self.values.renew(panel)
        return box

    def _order(self, place: Place, array: Node, sides: list[Panels], kept: dict[Key, Item]) -> list[Key]:
        """The order in which the panels are written: it says something only where they do not say where they lie."""
        if all(side.boxes.keys() == side.items.keys() for side in sides):
            return woven(sides[1].items, sides[2].items, kept)
        return self.order(place, array, Sides(*(side.items for side in sides)), kept)

    def _lay_out(self, place: Place, sides: list[Panels], groups: Mapping[Home, list[Key]]) -> dict[Key, Box]:
        """Where the panels come to lie: as on the side that moved any, as in yours if both did."""
        base, yours, template = sides
        kept = {key for keys in groups.values() for key in keys}
        stays = not yours.moved_since(base, kept)
        takes = stays and (template.moved_since(base, kept) or yours.items.keys() <= base.items.keys())
        lead, other = (template, yours) if takes else (yours, template)
        rows = {key for side in sides for key, item in side.items.items() if is_row(item.node)}
        boxes: dict[Key, Box] = {}
        for home, keys in groups.items():
            stay = {key for key in keys if key in lead.items and lead.home[key] == home}
            come = {key: lead.boxes[key] for key in keys if key in lead.boxes and key not in stay}
            come |= {key: other.boxes[key] for key in keys if key in other.boxes}
            layout = Layout({key: lead.boxes[key] for key in keys if key in stay and key in lead.boxes}, rows)
            layout.take_in(come.keys() - stay, Layout(come, rows))
            boxes |= layout.boxes
        for key in base.boxes.keys() & yours.boxes.keys() & template.boxes.keys() & boxes.keys():
            was, wants = base.boxes[key], template.boxes[key]
            if (was.w, was.h) != (wants.w, wants.h) != (boxes[key].w, boxes[key].h):
                self._tell_size(place, key, sides)
        return boxes

    def _tell_size(self, place: Place, key: Key, sides: list[Panels]) -> None:
        panels = [side.items[key].node for side in sides]
        base, yours, template = (panel.member("gridPos") for panel in panels)
        path = f"{place.path}{label('panels', panels[1], 0)}.gridPos"
        what = "the template gave it another size, your layout is kept"
        self.differences.append(Difference(path, yours or panels[1], (base, yours, template), what))

    def _house(self, place: Place, row: Item | Node, panels: list[Item]) -> None:
        """Make `panels` what a row, or the dashboard's own array, holds."""
        if isinstance(row, Node):
            holder, indent = row, place.indent
        else:
            item = next((each for each in row.node.items if each.key == "panels"), None)
            if item is None and not panels:
                return
            if item is None:
                item = Item("", "panels", '"panels"', self.style.colon, self.values.container("array", []))
                arrange(row.node, [*row.node.items, item], self.style, indent_of(row))
            holder, indent = item.node, indent_of(item)
        there, fresh = set(map(id, holder.items)), indent_in(holder, self.style, indent)
        for panel in panels:
            if id(panel) not in there:
                restyle(panel.node, self.style, fresh)
        self.fill(Place(place.path, place.name, holder, indent), holder, panels)

    def _renumber(self, mine: Panels, kept: dict[Key, Item]) -> None:
        """Give a panel of the template that has the id of another one of yours an id of its own."""
        ids = {key: each for key, item in kept.items() if (each := number(item.node.member("id"))) is not None}
        taken = {each for key, each in ids.items() if key in mine.items}
        last = max(ids.values(), default=0)
        for key, each in ids.items():
            if key not in mine.items and each in taken:
                last += 1
                self._put(kept[key].node, {"id": last})

    def _put(self, node: Node | None, cells: Mapping[str, int]) -> None:
        """Set whole numbers of an object where it has them otherwise."""
        for item in node.items if node is not None else ():
            if item.key in cells and number(item.node) != cells[item.key]:
                item.node = self.values.scalar(str(cells[item.key]))
