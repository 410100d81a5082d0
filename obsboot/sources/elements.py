"""Dashboards of elements and a layout, as Grafana saves them since version 13, in the terms of those of before.

What is asked, drawn and named is the same in both; it stands in other places. So such a dashboard is read as one of
panels, and every place in that leads back to the one in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from obsboot.sources.documents import Way

_VARIABLES = {
    "QueryVariable": "query", "DatasourceVariable": "datasource", "CustomVariable": "custom", "TextVariable": "textbox",
    "ConstantVariable": "constant", "IntervalVariable": "interval", "AdhocVariable": "adhoc",
    "GroupByVariable": "groupby", "SwitchVariable": "switch",
}  # fmt: skip
_NUMBERED: Mapping[str, Mapping[str, int]] = {
    "hide": {"dontHide": 0, "hideLabel": 1, "hideVariable": 2},
    "refresh": {"never": 0, "onDashboardLoad": 1, "onTimeRangeChanged": 2},
}
"""What has a word in one form and a number in the other."""
_TEXT = "__legacyStringValue"
"""Where a variable's question stands that was a mere text once."""
_VERSION = 42
"""The last `schemaVersion` before this form, to which all steps of the old one have been taken."""


@dataclass(slots=True)
class Told:
    """A dashboard of panels, and for parts of it where they stand in the file, from the dashboard on."""

    data: dict[str, Any] = field(default_factory=dict)
    ways: dict[Way, Way] = field(default_factory=dict)
    lacking: dict[str, Way] = field(default_factory=dict)
    """Elements that the layout shows and that are not there, with the way to the first mention of each."""

    def place(self, way: Way) -> Way:
        """The way in the file of a way through `data`: that of the longest part of it that has one, and the rest."""
        for length in range(len(way), 0, -1):
            if (found := self.ways.get(way[:length])) is not None:
                return (*found, *way[length:])
        return way


def told(spec: Mapping[str, Any]) -> Told:
    """The dashboard in terms of panels. Parts that are not as they should be are left out."""
    made = Told({key: spec[key] for key in ("title", "description", "tags", "links", "editable") if key in spec})
    times = _mapping(spec.get("timeSettings"))
    made.data |= {"schemaVersion": _VERSION, "timezone": times.get("timezone"), "refresh": times.get("autoRefresh")}
    made.data["time"] = {key: times.get(key) for key in ("from", "to")}
    made.ways |= {
        ("panels",): ("elements",),
        ("templating",): ("variables",),
        ("time",): ("timeSettings",),
        ("timezone",): ("timeSettings", "timezone"),
        ("refresh",): ("timeSettings", "autoRefresh"),
    }
    laid = _Laid(made, _mapping(spec.get("elements")))
    laid.lay(_mapping(spec.get("layout")), ("layout",), 0)
    laid.rest()
    _variables(made, spec.get("variables"), ("variables",))
    _annotations(made, spec.get("annotations"))
    return made


class _Laid:
    """The panels in the order of the layout; `y` is the first free line of the grid below those before."""

    def __init__(self, made: Told, elements: Mapping[str, Any]) -> None:
        self.made, self.elements = made, elements
        self.panels: list[dict[str, Any]] = []
        made.data["panels"] = self.panels
        self.shown = set[str]()

    def lay(self, layout: Mapping[str, Any], way: Way, y: int) -> int:
        """Adds the panels of a layout, and of those inside of it; returns the first free line."""
        spec, inside = _mapping(layout.get("spec")), (*way, "spec")
        below = y
        for number, item in _kinds(spec.get("items")):
            at: Way = (*inside, "items", number, "spec")
            held = [(inner, (*at, "elements", place, "spec")) for place, inner in _kinds(item.get("elements"))]
            for each, there in held or [(item, at)]:  # the first versions had rows among the items
                below = max(below, self._item(each, there, y))
        for kind in ("rows", "tabs"):
            for number, section in _kinds(spec.get(kind)):
                below = self._section(section, (*inside, kind, number, "spec"), below)
        return below

    def _section(self, section: Mapping[str, Any], way: Way, y: int) -> int:
        """A row or a tab, which is a row here, and what it holds; its own variables are the dashboard's."""
        self._add(
            {"type": "row", "title": section.get("title"), "repeat": _repeated(section)}, {(): way}, (0, y, 24, 1)
        )
        _variables(self.made, section.get("variables"), (*way, "variables"))
        return self.lay(_mapping(section.get("layout")), (*way, "layout"), y + 1)

    def _item(self, item: Mapping[str, Any], way: Way, y: int) -> int:
        name = str(_mapping(item.get("element")).get("name") or "")
        if name and name not in self.elements:
            self.made.lacking.setdefault(name, (*way, "element", "name"))
        cells = [cell for key in ("x", "y", "width", "height") if isinstance(cell := item.get(key), int)]
        box = (cells[0], cells[1] + y, *cells[2:]) if len(cells) == 4 else None
        self._element(
            name, {"repeat": _repeated(item)}, box, {("gridPos",): way, ("repeat",): (*way, "repeat", "value")}
        )
        return box[1] + box[3] if box else y

    def rest(self) -> None:
        """Adds the panels that the layout does not show."""
        for name in self.elements:
            if name not in self.shown:
                self._element(name, {}, None, {})

    def _element(self, name: str, more: dict[str, Any], box: tuple[int, ...] | None, ways: dict[Way, Way]) -> None:
        element = _mapping(self.elements.get(name))
        if name in self.shown or not isinstance(element.get("spec"), dict):
            return  # twice, or none
        self.shown.add(name)
        spec, way = element["spec"], ("elements", name, "spec")
        data, drawn = _mapping(_mapping(spec.get("data")).get("spec")), _mapping(spec.get("vizConfig"))
        panel = {key: value for key, value in spec.items() if key not in ("data", "vizConfig")}
        panel |= {key: value for key, value in _mapping(drawn.get("spec")).items() if key in ("options", "fieldConfig")}
        if drawn:
            panel["type"] = drawn.get("group") or drawn.get("kind")
        ways |= {(): way, ("type",): (*way, "vizConfig", "group" if drawn.get("group") else "kind")}
        ways |= {(key,): (*way, "vizConfig", "spec", key) for key in ("options", "fieldConfig")}
        panel["targets"], asked = _targets(data.get("queries"), (*way, "data", "spec", "queries"))
        ways |= asked
        panel["transformations"] = [
            {"id": each.get("kind"), **_mapping(each.get("spec"))}
            for each in _list(data.get("transformations"))
            if isinstance(each, dict)
        ]
        self._add(panel | more, ways, box)

    def _add(self, panel: dict[str, Any], ways: Mapping[Way, Way], box: tuple[int, ...] | None) -> None:
        if box is not None:
            panel["gridPos"] = dict(zip("xywh", box, strict=True))
        at: Way = ("panels", len(self.panels))
        self.made.ways |= {(*at, *part): way for part, way in ways.items()}
        self.panels.append({key: value for key, value in panel.items() if value is not None})


def _targets(queries: object, way: Way) -> tuple[list[dict[str, Any]], dict[Way, Way]]:
    """The queries as those of a panel, and where their parts stand."""
    targets: list[dict[str, Any]] = []
    ways: dict[Way, Way] = {("targets",): way}
    for number, query in _kinds(queries):
        target, at = ("targets", len(targets)), (*way, number, "spec")
        ways |= {target: (*at, "query", "spec"), (*target, "datasource"): (*at, "query", "datasource")}
        ways |= {(*target, "refId"): (*at, "refId"), (*target, "hide"): (*at, "hidden")}
        targets.append(_asked(query) | {"refId": query.get("refId"), "hide": bool(query.get("hidden"))})
    return targets, ways


def _asked(holder: Mapping[str, Any]) -> dict[str, Any]:
    """A query as one of a panel: what it says, and the data source that it goes to."""
    query = _mapping(holder.get("query"))
    named = _mapping(query.get("datasource")).get("name")
    older = _mapping(holder.get("datasource"))  # before the second beta it stood beside the query
    plugin = query.get("group") or (query.get("kind") if query.get("kind") != "DataQuery" else "") or older.get("type")
    source = {"type": plugin, "uid": named or older.get("uid")}
    return {**_mapping(query.get("spec")), "datasource": {key: value for key, value in source.items() if value}}


def _variables(made: Told, found: object, way: Way) -> None:
    """Adds variables to those of the dashboard."""
    every = made.data.setdefault("templating", {"list": []})["list"]
    for number, each in enumerate(_list(found)):
        spec = _mapping(_mapping(each).get("spec"))
        if not spec:
            continue
        type_, at, to = (
            _VARIABLES.get(str(each.get("kind")), ""),
            (*way, number, "spec"),
            ("templating", "list", len(every)),
        )
        variable = {**spec, "type": type_, **{key: _NUMBERED[key].get(str(spec.get(key)), 0) for key in _NUMBERED}}
        made.ways[to] = at
        if type_ == "datasource":
            variable["query"] = spec.get("pluginId")
            made.ways[(*to, "query")] = (*at, "pluginId")
        elif type_ == "query":
            asked = _asked(spec)
            variable["datasource"] = asked.pop("datasource")
            text = _TEXT in asked
            variable["query"] = asked[_TEXT] if text else asked
            made.ways |= {
                (*to, "query"): (*at, "query", "spec", *((_TEXT,) if text else ())),
                (*to, "datasource"): (*at, "query", "datasource"),
            }
        every.append(variable)


def _annotations(made: Told, found: object) -> None:
    every: list[dict[str, Any]] = []
    for number, each in _kinds(found):
        at, to = ("annotations", number, "spec"), ("annotations", "list", len(every))
        made.ways |= {
            to: at,
            (*to, "expr"): (*at, "query", "spec", "expr"),
            (*to, "datasource"): (*at, "query", "datasource"),
        }
        every.append({**each, **_asked(each), "builtIn": int(bool(each.get("builtIn")))})
    made.data["annotations"] = {"list": every}


def _repeated(holder: Mapping[str, Any]) -> str | None:
    """The variable for whose values it is repeated."""
    repeat = _mapping(holder.get("repeat"))
    return str(repeat["value"]) if repeat.get("mode") == "variable" and repeat.get("value") else None


def _kinds(found: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """What the objects of a list say, with their numbers in it."""
    for number, each in enumerate(_list(found)):
        spec = _mapping(each).get("spec")
        if isinstance(spec, dict):
            yield number, spec


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []
