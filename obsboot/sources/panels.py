"""Panels of dashboards, and what they ask of which data source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from obsboot.promql.variables import filled
from obsboot.render.logs.panels import PLUGINS
from obsboot.sources.documents import Line, Way
from obsboot.sources.queries import Query

if TYPE_CHECKING:
    from obsboot.sources.boards import Board

Kind = Literal["metrics", "logs", "expression", "other"]
"""PromQL; a question to the log store; arithmetic over other queries; what another data source understands."""
_TEXTS: Mapping[Kind, str] = {"metrics": "expr", "logs": "query", "expression": "expression", "other": ""}
METRICS = frozenset({
    "prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource",
})  # fmt: skip
"""Plugins that take PromQL and nothing beside it."""
LOGQL = re.compile(
    r"\|[=~>]|\}\s*!=?[=~]?\s*[\"`]|\}\s*\|\s*\w|\bunwrap\b|\bbytes_(?:over_time|rate)\b|_over_time\(\s*\{|\b__error__\b"
)
"""Signs that PromQL does not have, in queries for logs."""
_FOREIGN = frozenset(
    {"rawSql", "rawQuery", "logsQL", "sql", "namespace", "metricName", "target", "traceqlQuery", "logGroups"}
)
"""What other data sources call their question, also where they keep an `expr` beside it."""
_PLAIN = frozenset({
    "datasource", "editorMode", "exemplar", "expr", "format", "hide", "instant", "interval", "intervalFactor", "key",
    "legendFormat", "metric", "range", "refId", "step", "useBackend", "disableTextWrap", "fullMetaSearch",
    "includeNullMetadata",
})  # fmt: skip
_READ: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(PLUGINS.values(), frozenset({"query", "metrics", "bucketAggs", "luceneQueryType"})),
    "loki": frozenset({"expr", "query"}),
}
"""Where plugins find what is asked. Of a query for metrics that is elsewhere it is told that it is empty."""
_ASKED = ("expr", "rawSql", "bucketAggs", "metrics")
"""Where questions to these and to other plugins stand."""
_LONGEST = 200
_VALUE = re.compile(r'"\w+"\s*:\s*"')


@dataclass(eq=False)
class Panel:
    """One panel, those inside rows included; `way` leads to it. Rows have no queries."""

    board: Board
    data: dict[str, Any]
    way: Way

    @property
    def title(self) -> str:
        """Its title, as far as anybody would read it, or else its id."""
        return str(self.data.get("title") or f"panel {self.data.get('id')}")[:_LONGEST]

    @property
    def subject(self) -> str:
        return f"panel {self.title!r}"

    @property
    def type(self) -> str:
        return str(self.data.get("type", ""))

    @property
    def row(self) -> bool:
        return self.type == "row"

    @property
    def borrowed(self) -> bool:
        """Whether the panel is one of Grafana's library, of which the file holds no more than the name."""
        return isinstance(self.data.get("libraryPanel"), dict) and not self.targets

    @property
    def defaults(self) -> dict[str, Any]:
        config = self.data.get("fieldConfig")
        found = config.get("defaults") if isinstance(config, dict) else None
        return found if isinstance(found, dict) else {}

    @cached_property
    def targets(self) -> tuple[dict[str, Any], ...]:
        found = self.data.get("targets")
        return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()

    @property
    def asks(self) -> bool:
        """Whether it asks anything that is not empty, of any data source."""
        return any(self.kind(each) == "other" or self.text(each)[1].strip() for each in self.targets)

    def plugin(self, target: dict[str, Any]) -> str:
        """The type of the data source that a query goes to; empty where the file does not tell."""
        return self.board.plugin(target.get("datasource")) or self.board.plugin(self.data.get("datasource"))

    def kind(self, target: dict[str, Any]) -> Kind:
        """What one of its queries is."""
        plugin = self.plugin(target)
        if plugin == "__expr__":
            return "expression"
        if plugin in PLUGINS.values():
            return "logs"
        if plugin:
            return "metrics" if plugin in METRICS else "other"
        return _by_looks(self, target)

    def text(self, target: dict[str, Any]) -> tuple[str, str]:
        """The key that holds what a query asks, and what stands there."""
        kind = self.kind(target)
        renamed = kind == "metrics" and "query" in target and {"expr", "metrics", "bucketAggs"}.isdisjoint(target)
        key = "query" if renamed else _TEXTS[kind]
        found = target.get(key)
        return key, found if isinstance(found, str) else ""

    @property
    def queries(self) -> tuple[Query, ...]:
        """What it asks in PromQL, as far as that can be told without Grafana."""
        return tuple(self.asked.values())

    @cached_property
    def asked(self) -> dict[int, Query]:
        """The queries by the numbers of their targets."""
        return dict(self._asked())

    def _asked(self) -> Iterator[tuple[int, Query]]:
        for number, target in enumerate(self.targets):
            if self.kind(target) != "metrics":
                continue
            key, raw = self.text(target)
            text = filled(raw, self.board.jobs) if raw.strip() else None
            if text is not None:
                span = text_span(self.board, (*self.way, "targets", number, key))
                rows = self.board.source.rows
                yield number, Query(raw, text, self.board.path, self.subject, rows, span, panel=True)

    def line(self, *way: str | int) -> int:
        """The line of a part of the panel, or of the panel."""
        return self.board.line(*self.way, *way)


def _by_looks(panel: Panel, target: dict[str, Any]) -> Kind:
    """What a query is whose data source nobody names."""
    if isinstance(target.get("expr"), str):
        foreign = panel.type == "logs" or _FOREIGN & set(target) or LOGQL.search(target["expr"])
        return "other" if foreign else "metrics"
    if isinstance(target.get("query"), str) and ("bucketAggs" in target or isinstance(target.get("metrics"), list)):
        return "logs"
    return "metrics" if set(target) <= _PLAIN else "other"


def unread(plugin: str, target: Mapping[str, Any]) -> str:
    """The key under which a query is asked that the plugin does not look at; empty where it finds something that it reads,
    or is a plugin of which that is not known here.
    """
    read = _READ.get(plugin)
    if read is None or target.get("hide") or any(target.get(key) for key in read):
        return ""
    return next((key for key in _ASKED if key not in read and target.get(key)), "")


def text_span(board: Board, way: Way) -> Callable[[], tuple[int, int]]:
    """The line of a text in a dashboard, with the column behind its key and the quote."""

    def span() -> tuple[int, int]:
        line = board.line(*way)
        row = board.source.rows[line - 1]
        behind = _VALUE.match(row, getattr(line, "column", 1) - 1)
        return (Line(line, behind.end() + 1) if behind else line), line

    return span
