"""Dashboards as the JSON holds them, in each manner in which Grafana has ever written them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from obsboot.promql.variables import filled, used
from obsboot.sources.boardvariables import Variable
from obsboot.sources.documents import MalformedError, Way
from obsboot.sources.elements import told
from obsboot.sources.kinds import is_of_elements, unwrapped, wrapping
from obsboot.sources.panels import METRICS, Panel, text_span
from obsboot.sources.queries import Query
from obsboot.sources.source import Source

__all__ = ["Board", "Panel", "Variable", "board", "objects"]

_ONE_JOB = re.compile(r'label_values\(\s*\w*\{[^}]*\bjob="([\w.-]+)"[^}]*\},\s*job\s*\)')
_NO_PLUGIN = frozenset({"", "datasource", "mixed"})
_ARITHMETIC = frozenset({"__expr__", "-100"})


@dataclass(eq=False)
class Board:
    """One dashboard. `line` finds the line of a way through the JSON, or of the nearest part of it that is there.

    `inside` is the way to the dashboard in its file, where that holds what Grafana's API answered, or a resource.
    `place` leads from a way through `data` to the one in the file, where they are not the same.
    """

    source: Source
    data: dict[str, Any]
    inside: Way = ()
    place: Callable[[Way], Way] = lambda way: way
    lacking: Mapping[str, int] = field(default_factory=dict)
    """Panels that its layout shows and that are not there, with their lines."""

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def title(self) -> str:
        """Its title, as far as anybody would read it."""
        return str(self.data.get("title") or "")[:200]

    @property
    def uid(self) -> str:
        """Its uid, which is the name of a resource."""
        about = self.source.data.get("metadata") if self.inside == ("spec",) else None
        return str((about.get("name") if isinstance(about, dict) else self.data.get("uid")) or "")

    @property
    def subject(self) -> str:
        return f"dashboard {self.title or self.path!r}"

    def line(self, *way: str | int) -> int:
        return self.source.line(*self.inside, *self.place(way))

    @property
    def local(self) -> bool:
        """Whether the dashboard is the user's own."""
        return "/dashboards/local/" in self.path

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        """Every panel, rows and those inside them included, in the order of the file."""
        return tuple(self._panels(self.data, ()))

    def _panels(self, data: dict[str, Any], way: Way) -> Iterator[Panel]:
        for number, each in objects(data.get("panels")):
            panel = Panel(self, each, (*way, "panels", number))
            yield panel
            yield from self._panels(each, panel.way)
        for number, row in objects(data.get("rows")) if not way else ():
            yield from self._panels(row, ("rows", number))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        templating = self.data.get("templating")
        found = templating.get("list") if isinstance(templating, dict) else None
        return tuple(Variable(self, each, number) for number, each in objects(found))

    @cached_property
    def inputs(self) -> Mapping[str, dict[str, Any]]:
        """What an exported dashboard asks for when it is imported, by name."""
        return {str(each.get("name")): each for _, each in objects(self.data.get("__inputs"))}

    @cached_property
    def jobs(self) -> dict[str, str]:
        """The variables that can only be one job, and that job."""
        found = {each.name: _ONE_JOB.search(each.text) for each in self.variables}
        return {name: match[1] for name, match in found.items() if match}

    @cached_property
    def plugins(self) -> Mapping[str, str]:
        """The types of data source that variables and inputs offer, by their names."""
        offered = {name: str(each.get("pluginId") or "") for name, each in self.inputs.items()}
        return offered | {each.name: each.text for each in self.variables if each.type == "datasource"}

    def plugin(self, source: object) -> str:
        """The type of a data source that a part of the dashboard names; empty where that does not tell.

        `__expr__` is Grafana's own arithmetic.
        """
        uid = str((source.get("uid") if isinstance(source, dict) else source) or "")
        said = str(source.get("type") or "") if isinstance(source, dict) else ""
        if uid in _ARITHMETIC:
            return "__expr__"
        if said not in _NO_PLUGIN and not used(said):
            return said
        names = used(uid)
        if names:
            return self.plugins.get(names[0], "")
        own = uid.startswith("-- ") and uid != "-- Mixed --"
        return "grafana" if own or said == "datasource" else "loki" if uid.lower() == "loki" else ""

    @cached_property
    def annotations(self) -> tuple[Query, ...]:
        """What is asked in PromQL for the marks on its panels."""
        return tuple(self._annotations())

    def _annotations(self) -> Iterator[Query]:
        found = self.data.get("annotations")
        for number, each in objects(found.get("list") if isinstance(found, dict) else None):
            raw, plugin = each.get("expr"), self.plugin(each.get("datasource"))
            if plugin not in METRICS or not isinstance(raw, str) or not raw.strip():
                continue
            text = filled(raw, self.jobs)
            if text is not None:
                span = text_span(self, ("annotations", "list", number, "expr"))
                owner = f"annotation {each.get('name')!r}"
                yield Query(raw, text, self.path, owner, self.source.rows, span, panel=True, beside=True)


def objects(found: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list, with their numbers in it."""
    for number, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, dict):
            yield number, each


def board(source: Source) -> Iterator[Board]:
    """The dashboard of one file. Raises MalformedError where it is none."""
    data, key = unwrapped(source.data), wrapping(source.data)
    inside: Way = (key,) if key else ()
    if is_of_elements(data):
        made = told(data)
        lacking = {name: source.line(*inside, *way) for name, way in made.lacking.items()}
        yield Board(source, made.data, inside, made.place, lacking)
        return
    if not isinstance(data, dict) or not isinstance(data.get("panels", data.get("rows")), list):
        raise MalformedError("a dashboard is an object with a list called 'panels'", 1)
    yield Board(source, data, inside)
