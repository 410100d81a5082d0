"""What the store's own front end shows of the logs: boards of charts and searches, said once for every front end.

A chart says what is counted or measured over which documents; how Kibana and OpenSearch Dashboards draw that is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from obsboot.logs.queries import fields_of
from obsboot.logs.steps import filled
from obsboot.model import Instance, LogField, LogFormat, LogSignal, Panel, Stack
from obsboot.render.logs.logged import dataset, log_signals, logged, namespace
from obsboot.render.logs.panels import documents

COLUMNS = 48
"""Columns of the grid on which a front end lays out its panels."""
_PER_COLUMN = 2
"""Columns for one of Grafana's 24; its rows are about twice as high as well."""
_TABLES = ("table", "bargauge")
"""Shapes that Grafana draws without time."""
_COLUMNS_OF_LINES = (
    "log.level",
    "http.request.method",
    "url.path",
    "http.response.status_code",
    "http.response.seconds",
    "client.address",
    "database.name",
    "user.name",
    "statement.seconds",
    "message",
)
"""What a table of lines shows, as far as the formats of the component fill it."""


@dataclass(frozen=True, slots=True)
class Number:
    """What is made of documents. `of` is a field, or for a share the query that the counted part fulfils."""

    title: str
    kind: Literal["count", "sum", "average", "maximum", "percentile", "share"] = "count"
    of: str = ""
    percent: float = 99
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers of the documents that a Lucene query finds: over time, where it is the first number alone, or as a table.

    `by` are fields, of each of which the values with the most of the first number are told apart; `parts` are queries by
    their labels, whose documents are told apart.
    """

    name: str
    title: str
    about: str
    query: str
    numbers: tuple[Number, ...]
    by: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    table: bool = False
    width: int = 24
    height: int = 15


@dataclass(frozen=True, slots=True)
class Search:
    """Documents themselves, as rows; `sort` is the field whose largest values come first."""

    name: str
    title: str
    about: str
    query: str
    columns: tuple[str, ...]
    sort: str = "@timestamp"
    width: int = COLUMNS
    height: int = 20


@dataclass(frozen=True, slots=True)
class Board:
    """What stands on one dashboard, in its order."""

    name: str
    title: str
    about: str
    items: tuple[Chart | Search, ...]


def mapped(stack: Stack) -> dict[str, LogField]:
    """Every field that the index templates of the stack map, by name."""
    found = {name: each for format_ in formats(stack) for name, each in format_.fields.items()}
    return {**found, **stack.log_fields}


def formats(stack: Stack) -> list[LogFormat]:
    """The formats of all lines that are read, each once."""
    components = {i.component.id: i.component for i in logged(stack)}
    return [format_ for component in components.values() for format_ in component.logs.values()]


def instance_boards(stack: Stack) -> Iterator[Board]:
    """A board an instance that has panels over logs, or a log: those panels with their own numbers, and all its lines."""
    known = mapped(stack)
    for instance in stack.instances:
        signals, board = log_signals(stack, instance), instance.component.dashboard
        panels = [panel for row in (board.rows if board else ()) for panel in row.panels if panel.log in signals]
        charts = [_chart(stack, instance, signals[panel.log], panel) for panel in panels]
        # A signal over all logs may ask for what none of those of this stack says.
        held = [chart for chart, panel in zip(charts, panels, strict=True) if fields_of(signals[panel.log]) <= {*known}]
        title = instance.component.title + (f" ({instance.id})" if instance.id != instance.component.id else "")
        lines = [_lines(stack, instance)] if instance in logged(stack) else []
        if held or lines:
            yield Board(instance.id, title, f"What the log says of {instance.id}.", (*held, *lines))


def searches(stack: Stack) -> Iterator[Search]:
    """The searches over the logs of all instances."""
    unparsed = "What no format could read; it is kept as it came."
    columns = ("event.module", "log.file.path", "message")
    yield Search("unparsed", "Unparsed lines", unparsed, "tags:unparsed", columns)
    if any("log.level" in filled(each) for each in formats(stack)):
        errors = "What says of itself that it is an error, or worse."
        columns = ("event.module", "log.level", "message")
        yield Search("errors", "Errors and worse", errors, "log.level:(error OR critical)", columns)


def _chart(stack: Stack, instance: Instance, signal: LogSignal, panel: Panel) -> Chart:
    empty = f"Empty when: {signal.empty}" if signal.empty else ""
    title = panel.title or signal.title
    return Chart(
        name=f"{instance.id}/{signal.name}/{panel.shape}",
        title=title,
        about=" ".join(filter(None, [signal.question, empty])),
        query=documents(stack, instance, signal),
        numbers=(Number(title, signal.number, signal.of, signal.percent, signal.unit),),
        by=(signal.by,) if signal.by else (),
        table=panel.shape in _TABLES,
        width=panel.width * _PER_COLUMN,
        height=panel.height * _PER_COLUMN - 1,
    )


def _lines(stack: Stack, instance: Instance) -> Search:
    fills = {name for each in instance.component.logs.values() for name in filled(each)} | {"message"}
    columns = tuple(name for name in _COLUMNS_OF_LINES if name in fills & {*mapped(stack)})
    query = f'data_stream.dataset:"{dataset(stack, instance)}" AND data_stream.namespace:"{namespace(stack)}"'
    return Search(f"{instance.id}/lines", "All lines", f"Every line of {instance.id}.", query, columns)
