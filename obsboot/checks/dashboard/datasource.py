"""Data sources of panels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.variables import used
from obsboot.render.logs.logged import keeps_logs, store_address
from obsboot.render.logs.panels import PLUGINS
from obsboot.sources.boards import Board, Panel, objects
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.loading import Offer, offers
from obsboot.sources.panels import unread
from obsboot.sources.provisioning import datasources

_OWN = frozenset({"__expr__", "-- Mixed --", "-- Dashboard --", "-- Grafana --", "grafana", "-100"})
"""What Grafana has without anybody providing it."""
_SILENT = frozenset({"text", "news", "dashlist", "alertlist", "annolist"})
"""Types that ask nothing, whatever queries have been left in them."""


class DataSource(Check):
    id = "dashboard/datasource"
    title = "Every query asks a data source that exists"
    explanation = (
        "A panel bound to the uid of another Grafana shows an error; one without a data source asks the default."
    )
    fix = (
        "Use the variables: uid `${datasource}`, or `${logs}` for the log store, each with a variable of type datasource "
        "whose query is the plugin; the address in the provisioning is the name of a container, or the answer."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        for board, offer in offers(context):
            seen: set[object] = set()
            for panel in board.panels:
                if not panel.row and panel.asks:
                    yield from self._panel(panel, offer, seen if context.foreign else None)
                yield from self._languages(panel, offer, seen)
            yield from self._elsewhere(board, offer, seen if context.foreign else None)
            if offer.certain and (context.foreign or context.stack.owns_stack) and not board.local:
                yield from self._variables(board, offer)
        if not context.foreign and context.stack.owns_stack:
            yield from self._provisioned(context)

    def _panel(self, panel: Panel, offer: Offer, seen: set[object] | None) -> Iterator[Finding]:
        """What is wrong with what the panel names; `seen` is what a foreign dashboard has been told of already."""
        places: list[tuple[Way, object]] = [(("datasource",), panel.data.get("datasource"))]
        places += [(("targets", n, "datasource"), target.get("datasource")) for n, target in enumerate(panel.targets)]
        for way, source in places:
            if source is None and way[0] == "targets":
                continue  # the panel's own holds for it
            fault = _fault(panel.board, source, offer, foreign=seen is not None)
            if fault is None or (seen is not None and fault in seen):
                continue
            if seen is not None:
                seen.add(fault)
            text, line = f"panel {panel.title!r} {fault[0]}", panel.line(*way, "uid")
            yield self.finding(panel.board.path, line, text, severity=fault[1], subject=panel.subject)

    def _languages(self, panel: Panel, offer: Offer, seen: set[object]) -> Iterator[Finding]:
        """Queries that the data source to which they go does not read."""
        for number, target in enumerate(panel.targets if panel.type not in _SILENT else ()):
            fault = _misread(panel, target, offer)
            if fault is not None and fault not in seen:
                seen.add(fault)
                own = isinstance(target.get("datasource"), dict)
                line = panel.line("targets", number, *(("datasource", "uid") if own else (fault[1],)))
                text = f"panel {panel.title!r} {fault[0]}"
                yield self.finding(panel.board.path, line, text, severity=fault[2], subject=panel.subject)

    def _elsewhere(self, board: Board, offer: Offer, seen: set[object] | None) -> Iterator[Finding]:
        """What variables and annotations ask."""
        named = [(each.subject, each.way, each.data) for each in board.variables if each.type == "query"]
        found = board.data.get("annotations")
        for number, each in objects(found.get("list") if isinstance(found, dict) else None):
            if not each.get("builtIn") and each.get("enable") is not False:
                named.append((f"annotation {each.get('name')!r}", ("annotations", "list", number), each))
        for subject, way, data in named:
            source = data.get("datasource")
            fault = _fault(board, source, offer, foreign=seen is not None) if source is not None else None
            if fault is not None and (seen is None or fault not in seen):
                if seen is not None:
                    seen.add(fault)
                line = board.line(*way, "datasource", "uid")
                yield self.finding(board.path, line, f"{subject} {fault[0]}", severity=fault[1], subject=subject)

    def _variables(self, board: Board, offer: Offer) -> Iterator[Finding]:
        for variable in board.variables:
            if variable.type == "datasource" and variable.text not in offer.named.values():
                message = f"${variable.name} offers no data source: none of type {variable.text!r} is provisioned"
                yield self.finding(board.path, variable.line(), message, subject=variable.subject)

    def _provisioned(self, context: Context) -> Iterator[Finding]:
        hosts = set(context.services) if context.has("compose.yaml") else set()
        elsewhere = urlsplit(store_address(context.stack)).hostname if keeps_logs(context.stack) else None
        for source in datasources(context):
            host = urlsplit(str(source.data.get("url", ""))).hostname
            if host not in hosts and not (host == elsewhere and source.type in PLUGINS.values()):
                yield self.finding(source.path, source.data.at("url"), f"no container is called {host!r}")


def _fault(board: Board, source: object, offer: Offer, *, foreign: bool) -> tuple[str, Severity] | None:
    """What is wrong with a data source that a panel or a query names, and how bad it is."""
    uid = source.get("uid") if isinstance(source, dict) else source
    uid = uid if isinstance(uid, str | None) else str(uid)
    said = str(source.get("type") or "") if isinstance(source, dict) else ""
    names = used(str(uid or ""))
    lost = f"asks the data source {uid!r}, which is neither variable nor provisioned"
    if not names:
        usual = foreign and uid in (None, "", "default")
        return None if usual or uid in _OWN or uid in offer.named else (lost, offer.severity)
    plugin = board.plugins.get(names[0])
    if plugin is None:
        if any(variable.name == names[0] for variable in board.variables):
            return None  # a list of names of data sources
        unsure = names[0].startswith("DS_") and not offer.certain  # scripts that import dashboards fill these in
        return lost, offer.severity if unsure else "error"
    if plugin and said not in ("", plugin):
        what = f"asks ${names[0]} as a source of type {said}, and it offers {plugin}"
        return what, "warning" if foreign else "error"  # Grafana goes by the uid
    return None


def _misread(panel: Panel, target: dict[str, Any], offer: Offer) -> tuple[str, str, Severity] | None:
    """What is wrong with a query that its data source does not read, where it is written, and how bad it is."""
    whole, own = panel.data.get("datasource"), target.get("datasource")
    source = own if own is not None else whole
    plugin = _plugin(panel.board, source, offer)
    key = unread(plugin, target)
    if not key:
        return None
    named = str(source.get("uid") if isinstance(source, dict) else source)
    asked = whole in (None, own) or _plugin(panel.board, whole, offer) in ("", "mixed", plugin)
    sure = asked and (bool(used(named)) or (offer.certain and named in offer.named))
    what = f"asks {named!r}, which is of type {plugin}, and has the question under `{key}`, where that does not look"
    return what, key, "error" if sure else "warning"


def _plugin(board: Board, source: object, offer: Offer) -> str:
    """The type of a data source: that which is provisioned under its uid, or else that which the dashboard says."""
    uid = source.get("uid") if isinstance(source, dict) else source
    return offer.named.get(str(uid), "") or board.plugin(source)
