"""Data sources."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.variables import used
from obsboot.render.logs.logged import keeps_logs, store_address
from obsboot.render.logs.panels import PLUGINS
from obsboot.sources.boards import Board, Panel
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.provisioning import datasources

_OWN = frozenset({"__expr__", "-- Mixed --", "-- Dashboard --", "-- Grafana --"})
"""What Grafana has without anybody providing it."""


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
        provisioned = list(datasources(context))
        for board in context.boards:
            for panel in board.panels:
                if not panel.row and panel.asks:
                    yield from self._panel(board, panel, {each.uid for each in provisioned})
            if context.stack.owns_stack:
                yield from self._variables(board, {each.type for each in provisioned})
        yield from self._provisioned(context)

    def _panel(self, board: Board, panel: Panel, provisioned: set[str]) -> Iterator[Finding]:
        plugins = {str(v.get("name")): str(v.get("query")) for v in board.variables if v.get("type") == "datasource"}
        places: list[tuple[Way, object]] = [(("datasource",), panel.data.get("datasource"))]
        places += [(("targets", n, "datasource"), target.get("datasource")) for n, target in enumerate(panel.targets)]
        for way, source in places:
            if way[0] == "targets" and source is None:
                continue  # the panel's own holds for it
            uid = source.get("uid") if isinstance(source, dict) else source
            type_ = str(source.get("type") or "") if isinstance(source, dict) else ""
            variable = used(str(uid or ""))
            plugin = plugins.get(variable[0]) if variable else ""
            message = ""
            if plugin is None or (not plugin and uid not in provisioned | _OWN):
                message = f"asks the data source {uid!r}, which is neither variable nor provisioned"
            elif plugin and type_ not in ("", plugin):
                message = f"asks ${variable[0]} as a source of type {type_}, and it offers {plugin}"
            if message:
                yield self.finding(board.path, panel.line(*way), f"panel {panel.title!r} {message}")

    def _variables(self, board: Board, types: set[str]) -> Iterator[Finding]:
        for number, variable in enumerate(board.variables):
            plugin = variable.get("query")
            if variable.get("type") == "datasource" and plugin not in types and not board.local:
                message = f"${variable.get('name')} offers no data source: none of type {plugin!r} is provisioned"
                yield self.finding(board.path, board.line("templating", "list", number), message)

    def _provisioned(self, context: Context) -> Iterator[Finding]:
        if not context.stack.owns_stack:
            return
        hosts = set(context.services) if context.has("compose.yaml") else set()
        elsewhere = urlsplit(store_address(context.stack)).hostname if keeps_logs(context.stack) else None
        for source in datasources(context):
            host = urlsplit(str(source.data.get("url", ""))).hostname
            if host not in hosts and not (host == elsewhere and source.type in PLUGINS.values()):
                yield self.finding(source.path, source.data.at("url"), f"no container is called {host!r}")
