"""Saved objects: one data view, the searches, the charts and the dashboards, as a front end imports them.

One JSON object a line, each after those that it refers to. Ids follow from the service, the environment and the name,
so that importing a later file replaces what an earlier one brought, and nothing else.
"""

from __future__ import annotations

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from obsboot.model import Stack
from obsboot.render.logs.boards import COLUMNS, Board, Chart, Search, instance_boards, mapped, searches
from obsboot.render.logs.field_boards import field_boards
from obsboot.render.logs.logged import namespace, streams

Drawn = dict[str, Any]

DATA_VIEW = "index-pattern"
SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
"""The name of a reference to the data view whose documents are searched; `indexRefName` says it."""
_LOGS = "logs"


class SavedObjects(ABC):
    """The saved objects of a stack. What differs between the front ends is for each of them to say."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.fields = mapped(stack)
        self.pattern = streams(stack).removesuffix("*") + namespace(stack)
        """The streams of the service in its environment."""

    @abstractmethod
    def stamp(self, type_: str) -> Drawn:
        """Which migrations an object of the type has been through."""

    @abstractmethod
    def data_view(self) -> Drawn:
        """What the data view says beside its pattern, its time field and its formats."""

    @abstractmethod
    def duration(self) -> Drawn:
        """How a duration is shown that is in seconds."""

    @abstractmethod
    def search(self) -> Drawn:
        """What a search says beside its query, its columns and its order."""

    @abstractmethod
    def chart(self, chart: Chart, title: str) -> Drawn:
        """The saved object of a chart."""

    @abstractmethod
    def panels(self, placed: Iterable[tuple[Chart | Search, Drawn]]) -> tuple[list[Drawn], list[Drawn]]:
        """The panels of a dashboard at their places, and its references to what they show."""

    def text(self) -> str:
        """The file."""
        return "".join(f"{dump(each)}\n" for each in self._every())

    def object(self, type_: str, name: str, attributes: Drawn, references: list[Drawn]) -> Drawn:
        """A saved object of the form."""
        return {
            "id": self._id(type_, name),
            "type": type_,
            "attributes": attributes,
            "references": references,
            **self.stamp(type_),
        }

    def to_data_view(self, name: str) -> Drawn:
        """A reference to the data view."""
        return self.refer(name, DATA_VIEW, _LOGS)

    def refer(self, name: str, type_: str, to: str) -> Drawn:
        """A reference to the object that is called `to` here."""
        return {"id": self._id(type_, to), "name": name, "type": type_}

    def title(self, title: str) -> str:
        """With the service and the environment: the objects of all stand in one list."""
        return f"{self.stack.service} ({self.stack.environment}) / {title}"

    def _every(self) -> Iterator[Drawn]:
        yield self._data_view()
        for search in searches(self.stack):
            yield self._search(search, self.title(search.title))
        for board in (*instance_boards(self.stack), *field_boards(self.stack)):
            for item in board.items:
                title = self.title(f"{board.title}: {item.title}")
                yield self._search(item, title) if isinstance(item, Search) else self.chart(item, title)
            yield self._dashboard(board)

    def _data_view(self) -> Drawn:
        attributes = {
            "title": self.pattern,
            "timeFieldName": "@timestamp",
            "fieldFormatMap": dump({name: form for name in self.fields if (form := self._format(name))}),
            **self.data_view(),
        }
        return self.object(DATA_VIEW, _LOGS, attributes, [])

    def _format(self, name: str) -> Drawn:
        """How the values of a field are shown: its name ends with its unit."""
        if name.endswith("seconds"):
            return {"id": "duration", "params": {"inputFormat": "seconds", **self.duration()}}
        return {"id": "bytes"} if name.endswith("bytes") else {}

    def _search(self, search: Search, title: str) -> Drawn:
        attributes = {
            "title": title,
            "description": search.about,
            "columns": list(search.columns),
            "sort": [[search.sort, "desc"]],
            "kibanaSavedObjectMeta": source(search.query, "lucene", indexRefName=SOURCE),
            **self.search(),
        }
        return self.object("search", search.name, attributes, [self.to_data_view(SOURCE)])

    def _dashboard(self, board: Board) -> Drawn:
        panels, references = self.panels(_laid_out(board.items))
        attributes = {
            "title": self.title(board.title),
            "description": board.about,
            "panelsJSON": dump(panels),
            "optionsJSON": dump({"useMargins": True, "hidePanelTitles": False}),
            "timeRestore": False,
            "version": 1,
            "kibanaSavedObjectMeta": source("", "kuery"),
        }
        return self.object("dashboard", board.name, attributes, references)

    def _id(self, type_: str, name: str) -> str:
        words = ("obsboot", self.stack.service, self.stack.environment, type_, name)
        return str(uuid.uuid5(uuid.NAMESPACE_URL, ":".join(words)))


def source(query: str, language: str, **further: str) -> Drawn:
    """What an object searches, as a text in JSON."""
    said = {"query": {"query": query, "language": language}, "filter": [], **further}
    return {"searchSourceJSON": dump(said)}


def dump(data: object) -> str:
    """JSON on one line, in an order that is always the same."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True)


def _laid_out(items: tuple[Chart | Search, ...]) -> Iterator[tuple[Chart | Search, Drawn]]:
    """Line by line: what does not fit beside the others begins below the tallest of them."""
    top, left, tallest = 0, 0, 0
    for item in items:
        if left + item.width > COLUMNS:
            top, left, tallest = top + tallest, 0, 0
        yield item, {"x": left, "y": top, "w": item.width, "h": item.height}
        left, tallest = left + item.width, max(tallest, item.height)
