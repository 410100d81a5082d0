"""Which dashboards which Grafana loads, and with which data sources."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obsboot.model import Severity
from obsboot.sources.boards import Board
from obsboot.sources.documents import mapped
from obsboot.sources.grafanas import Grafana, grafanas, within
from obsboot.sources.kept import kept
from obsboot.sources.provisioning import Provisioned, datasources, providers
from obsboot.sources.topology import runners

if TYPE_CHECKING:
    from obsboot.sources.context import Context


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of dashboards that a provider loads into a Grafana; `path` is that in this folder."""

    grafana: Grafana
    provider: Provisioned
    path: str

    def has(self, board: Board) -> bool:
        return within(board.path, self.path)

    def folder(self, board: Board) -> str:
        """Grafana's folder into which a dashboard is put."""
        options = mapped(self.provider.data.get("options"))
        named = str(self.provider.data.get("folder") or "")
        return posixpath.dirname(board.path) if options.get("foldersFromFilesStructure") else named


@dataclass(frozen=True, slots=True)
class Offer:
    """The data sources that a dashboard can name: the types by uids and names.

    `certain` is whether these are all that its Grafana is given; `severity` is how bad another one is.
    """

    named: Mapping[str, str]
    certain: bool
    severity: Severity


@kept
def shelves(context: Context) -> tuple[Shelf, ...]:
    """Every folder of dashboards of which it can be told who loads it."""
    return tuple(_shelves(context))


def _shelves(context: Context) -> Iterator[Shelf]:
    provided = list(providers(context))
    for grafana in grafanas(context):
        for provider in provided:
            if provider.directory and grafana.reads(provider.path):
                where, path = grafana.find(provider.directory)
                if where == "here":
                    yield Shelf(grafana, provider, path)


def offers(context: Context) -> Iterator[tuple[Board, Offer]]:
    """Each dashboard, with the data sources that it can name."""
    every = list(datasources(context))
    known = shelves(context) if context.foreign else ()
    own = {id(shelf.grafana): _given(shelf.grafana, every) for shelf in known}
    one_home = not known and len({posixpath.dirname(posixpath.dirname(each.path)) for each in every}) == 1
    usual = _offer(every, certain=False, severity="warning" if one_home else "info")
    if not context.foreign:
        usual = _offer(every, certain=True, severity="error")
    for board in context.boards:
        shelf = next((each for each in known if each.has(board)), None)
        yield board, own[id(shelf.grafana)] if shelf else usual


def _given(grafana: Grafana, every: list[Provisioned]) -> Offer:
    """What one Grafana is given; where that is nothing, somebody adds its data sources by hand."""
    found = [each for each in every if grafana.reads(each.path)]
    return _offer(found, certain=bool(found), severity="error" if found else "info")


@kept
def asking_here(context: Context) -> frozenset[str]:
    """The dashboards of a Grafana whose every Prometheus is one that the compose files start with a configuration of this
    folder.
    """
    started = (runners(context, each.path, "prometheus") for each in context.sources("prometheus"))
    own = {name for services in started for service in services for name in service.names}
    found: set[str] = set()
    for shelf in shelves(context):
        given = [each for each in datasources(context) if each.type == "prometheus" and shelf.grafana.reads(each.path)]
        hosts = {urlsplit(str(each.data.get("url") or "")).hostname for each in given}
        if hosts and hosts <= own:
            found.update(board.path for board in context.boards if shelf.has(board))
    return frozenset(found)


def _offer(found: list[Provisioned], *, certain: bool, severity: Severity) -> Offer:
    named = {each.name: each.type for each in found} | {each.uid: each.type for each in found}
    return Offer(named, certain, severity)
