"""Dashboards and their panels as the JSON holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from obsboot.promql.variables import filled
from obsboot.render.logs.panels import PLUGINS
from obsboot.sources.documents import Line, MalformedError, Way
from obsboot.sources.queries import Query
from obsboot.sources.source import Source

Kind = Literal["metrics", "logs", "expression"]
_TEXTS: dict[Kind, str] = {"metrics": "expr", "logs": "query", "expression": "expression"}
_VALUE = re.compile(r'"expr"\s*:\s*"')
_ONE_JOB = re.compile(r'label_values\(\s*\w*\{[^}]*\bjob="([\w.-]+)"[^}]*\},\s*job\s*\)')


@dataclass(eq=False)
class Board:
    """One dashboard. `line` finds the line of a way through the JSON, or of the nearest part of it that is there."""

    source: Source
    data: dict[str, Any]
    panels: tuple[Panel, ...] = ()

    @property
    def path(self) -> str:
        return self.source.path

    def line(self, *way: str | int) -> int:
        return self.source.line(*way)

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


def board(source: Source) -> Iterator[Board]:
    """The dashboard of one file. Raises MalformedError where it is none."""
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("panels"), list):
        raise MalformedError("a dashboard is an object with a list called 'panels'", 1)
    made = Board(source, data)
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
            rows = panel.board.source.rows
            yield Query(raw, text, panel.board.path, f"panel {panel.title!r}", rows, _span(panel, number), panel=True)


def _span(panel: Panel, number: int) -> Callable[[], tuple[int, int]]:
    """The line of an expression, and in it the column behind its key."""

    def span() -> tuple[int, int]:
        line = panel.line("targets", number, "expr")
        row = panel.board.source.rows[line - 1]
        behind = _VALUE.match(row, getattr(line, "column", 1) - 1)
        return (Line(line, behind.end() + 1) if behind else line), line

    return span
