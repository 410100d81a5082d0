"""Dashboards and their panels as the JSON holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from obsboot.checks.documents import MalformedError, Way, json_lines, nearest
from obsboot.checks.queries import Query
from obsboot.promql.variables import filled
from obsboot.render.logs.panels import PLUGINS

Kind = Literal["metrics", "logs", "expression"]
_TEXTS: dict[Kind, str] = {"metrics": "expr", "logs": "query", "expression": "expression"}
_ONE_JOB = re.compile(r'label_values\(\s*\w*\{[^}]*\bjob="([\w.-]+)"[^}]*\},\s*job\s*\)')


@dataclass(eq=False)
class Board:
    """One dashboard. `line` finds the line of a way through the JSON, or of the nearest part of it that is there."""

    path: str
    data: dict[str, Any]
    text: str
    panels: tuple[Panel, ...] = ()

    @cached_property
    def _lines(self) -> dict[Way, int]:
        return json_lines(self.text)

    def line(self, *way: str | int) -> int:
        return nearest(self._lines, way)

    @property
    def variables(self) -> tuple[dict[str, Any], ...]:
        templating = self.data.get("templating")
        found = templating.get("list") if isinstance(templating, dict) else None
        return tuple(each for each in found or () if isinstance(each, dict))

    @cached_property
    def jobs(self) -> dict[str, str]:
        """The variables that can only be one job, and that job."""
        found: dict[str, str] = {}
        for variable in self.variables:
            query = variable.get("query")
            text = str(query.get("query", "") if isinstance(query, dict) else query or "")
            if match := _ONE_JOB.search(text):
                found[str(variable.get("name"))] = match[1]
        return found

    @property
    def local(self) -> bool:
        """Whether the dashboard is the user's own."""
        return "/dashboards/local/" in self.path


@dataclass(eq=False)
class Panel:
    """One panel, those inside collapsed rows included; `way` leads to it. Rows have no queries."""

    board: Board
    data: dict[str, Any]
    way: Way
    queries: tuple[Query, ...] = field(default=())

    @property
    def title(self) -> str:
        return str(self.data.get("title") or f"panel {self.data.get('id')}")

    @property
    def type(self) -> str:
        return str(self.data.get("type", ""))

    @property
    def row(self) -> bool:
        return self.type == "row"

    @property
    def defaults(self) -> dict[str, Any]:
        config = self.data.get("fieldConfig")
        found = config.get("defaults") if isinstance(config, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def targets(self) -> tuple[dict[str, Any], ...]:
        return tuple(each for each in self.data.get("targets") or () if isinstance(each, dict))

    @property
    def asks(self) -> bool:
        """Whether it asks anything that is not empty, of any data source."""
        return any(self.text(each)[1].strip() for each in self.targets)

    def kind(self, target: dict[str, Any]) -> Kind:
        """What one of its queries is: PromQL, a question to the log store, or arithmetic over the others."""
        source = target.get("datasource") or self.data.get("datasource")
        said = {str(each) for each in source.values()} if isinstance(source, dict) else {str(source)}
        if "__expr__" in said:
            return "expression"
        if not said.isdisjoint(PLUGINS.values()):
            return "logs"
        return "metrics" if "prometheus" in said or "query" not in target else "logs"

    def text(self, target: dict[str, Any]) -> tuple[str, str]:
        """The key that holds what a query asks, and what stands there."""
        key = _TEXTS[self.kind(target)]
        return key, str(target.get(key) or "")

    def line(self, *way: str | int) -> int:
        """The line of a part of the panel, or of the panel."""
        return self.board.line(*self.way, *way)


def board(path: str, data: Any, text: str) -> Iterator[Board]:
    """The dashboard of one file. Raises MalformedError where it is none."""
    if not isinstance(data, dict) or not isinstance(data.get("panels"), list):
        raise MalformedError("a dashboard is an object with a list called 'panels'", 1)
    made = Board(path, data, text)
    made.panels = tuple(_panels(made, data["panels"], ("panels",)))
    yield made


def _panels(made: Board, found: list[Any], way: Way) -> Iterator[Panel]:
    for number, data in enumerate(found):
        if not isinstance(data, dict):
            raise MalformedError("a panel is an object", made.line(*way, number))
        panel = Panel(made, data, (*way, number))
        panel.queries = tuple(_queries(panel))
        yield panel
        inner = data.get("panels")
        if isinstance(inner, list):
            yield from _panels(made, inner, (*way, number, "panels"))


def _queries(panel: Panel) -> Iterator[Query]:
    for number, target in enumerate(panel.targets):
        raw = target.get("expr")
        if panel.kind(target) == "metrics" and isinstance(raw, str) and raw.strip():
            text = filled(raw, panel.board.jobs)
            yield Query(raw, text, panel.board.path, f"panel {panel.title!r}", _start(panel, number), panel=True)


def _start(panel: Panel, number: int) -> Any:
    return lambda: panel.line("targets", number, "expr")
