"""What Grafana is given at its start: data sources, folders of dashboards, and rules of its own alerting."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obsboot.promql.variables import filled
from obsboot.sources.documents import MalformedError, Mapped, listed, mapped
from obsboot.sources.panels import LOGQL
from obsboot.sources.queries import Query
from obsboot.sources.source import Source

if TYPE_CHECKING:
    from obsboot.sources.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class Provisioned:
    """A data source or a provider of dashboards, as its file holds it."""

    path: str
    data: Mapped

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")

    @property
    def uid(self) -> str:
        """The uid that is said, or that which Grafana makes of the name."""
        said = str(self.data.get("uid") or "")
        return said or f"P{hashlib.sha256(self.name.encode()).hexdigest()[:16].upper()}" if self.name or said else ""

    @property
    def type(self) -> str:
        """The plugin of a data source."""
        return str(self.data.get("type") or "")

    @property
    def organisation(self) -> str:
        return str(self.data.get("orgId") or self.data.get("org_id") or 1)

    @property
    def directory(self) -> str:
        """Where a provider finds its dashboards, as Grafana sees it."""
        return str(mapped(self.data.get("options")).get("path") or "")

    def option(self, key: str) -> int:
        """The line of an option below `jsonData` or `options`, or of what holds it."""
        inner = self.data.get("jsonData") or self.data.get("options")
        return mapped(inner).at(key) or self.data.line


def datasources(context: Context) -> Iterator[Provisioned]:
    """The data sources that Grafana is given."""
    for source in context.sources("datasources"):
        for each in listed(mapped(source.data).get("datasources")):
            yield Provisioned(source.path, mapped(each))


def providers(context: Context) -> Iterator[Provisioned]:
    """The folders from which Grafana is told to load dashboards."""
    for source in context.sources("providers"):
        for each in listed(mapped(source.data).get("providers")):
            yield Provisioned(source.path, mapped(each))


@dataclass(frozen=True, slots=True, eq=False)
class AlertRule:
    """A rule of Grafana's own alerting; `queries` are what it asks, by their refIds."""

    path: str
    data: Mapped

    @property
    def owner(self) -> str:
        return f"alert {self.data.get('title') or self.data.get('uid')}"

    @property
    def queries(self) -> Iterator[Mapped]:
        return (mapped(each) for each in listed(self.data.get("data")))

    def expression(self, query: Mapped, rows: Sequence[str]) -> Query | None:
        """The PromQL of one of its queries; None where it is none, or of another language."""
        model = mapped(query.get("model"))
        text = model.get("expr")
        if query.get("datasourceUid") in _ARITHMETIC or not isinstance(text, str) or LOGQL.search(text):
            return None
        put = filled(text)
        span = model.texts["expr"], model.ends["expr"]
        return None if put is None else Query(text, put, self.path, self.owner, rows, lambda: span, panel=True)


_ARITHMETIC = frozenset({"__expr__", "-100"})


def alert_rules(context: Context) -> Iterator[tuple[AlertRule, Source]]:
    """The rules that Grafana's own alerting is given, each with the document that it stands in."""
    for source in _documents(context):
        for group in listed(mapped(source.data).get("groups")):
            for rule in listed(mapped(group).get("rules")):
                if "data" in mapped(rule):
                    yield AlertRule(source.path, mapped(rule)), source


def _documents(context: Context) -> Iterator[Source]:
    """Documents of provisioning that have groups of rules."""
    for path in context.files.texts:
        if context.files.form(path) != "yaml":
            continue
        try:
            sources = list(context.files.sources(path))
        except MalformedError:
            continue  # another check tells
        yield from (each for each in sources if {"apiVersion", "groups"} <= mapped(each.data).keys())
