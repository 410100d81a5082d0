"""The variables of dashboards, and what their values are asked of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from obsboot.promql.variables import filled
from obsboot.sources.documents import Line, Way
from obsboot.sources.panels import METRICS, text_span
from obsboot.sources.queries import Query

if TYPE_CHECKING:
    from obsboot.sources.boards import Board

_VALUES = re.compile(r"\s*label_values\(\s*(?:(.+?)\s*,)?\s*([^\s,(){}]+)\s*\)\s*", re.DOTALL)
_RESULT = re.compile(r"\s*query_result\((.+)\)\s*", re.DOTALL)
_FUNCTIONS = re.compile(r"\s*(?:label_values|query_result|label_names|metrics)\(")


@dataclass(eq=False)
class Variable:
    """One variable, the `number`th of its dashboard."""

    board: Board
    data: dict[str, Any]
    number: int

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")

    @property
    def subject(self) -> str:
        return f"variable ${self.name}"

    @property
    def type(self) -> str:
        return str(self.data.get("type") or "")

    @property
    def text(self) -> str:
        """What its values are asked with; of a data source variable, the plugin."""
        query = self.data.get("query")
        found = query.get("query") if isinstance(query, dict) else query
        return found if isinstance(found, str) else ""

    @property
    def metrics(self) -> bool:
        """Whether its values are asked in the manner of Prometheus, in some of whose functions they are wrapped."""
        plugin = self.board.plugin(self.data.get("datasource"))
        return self.type == "query" and (plugin in METRICS or (not plugin and bool(_FUNCTIONS.match(self.text))))

    @property
    def label(self) -> str:
        """The label whose values it lists; empty where it does something else, or a variable says which."""
        found = _VALUES.fullmatch(self.text) if self.metrics else None
        return found[2] if found and re.fullmatch(r"\w+", found[2]) else ""

    @cached_property
    def query(self) -> Query | None:
        """The PromQL inside of what it asks with; None where there is none, or nobody can tell."""
        found = (_VALUES.fullmatch(self.text) or _RESULT.fullmatch(self.text)) if self.metrics else None
        raw = found[1] if found else None
        text = filled(raw, self.board.jobs) if raw else None
        if found is None or raw is None or text is None:
            return None
        rows = self.board.source.rows
        return Query(raw, text, self.board.path, self.subject, rows, self._inside(found), panel=True, beside=True)

    def _inside(self, found: re.Match[str]) -> Callable[[], tuple[int, int]]:
        """The line of what it asks with, and the column at which the PromQL inside begins."""
        nested = isinstance(self.data.get("query"), dict)
        whole = text_span(self.board, (*self.way, "query", *(("query",) if nested else ())))

        def span() -> tuple[int, int]:
            first, last = whole()
            return (Line(first, first.column + found.start(1)) if isinstance(first, Line) else first), last

        return span

    @property
    def way(self) -> Way:
        return ("templating", "list", self.number)

    def line(self, *way: str | int) -> int:
        """The line of a part of the variable, or of the variable."""
        return self.board.line(*self.way, *way)
