"""Data sources."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.checks.boards import Board, Panel
from obsboot.checks.context import Context, listed, mapped
from obsboot.checks.documents import Mapped, Way
from obsboot.model import Finding
from obsboot.promql.variables import used


class DataSource(Check):
    id = "dashboard/datasource"
    title = "Every query asks a data source that exists"
    explanation = (
        "A panel bound to the uid of another Grafana shows an error; one without a data source asks the default."
    )
    fix = "Use the variable: uid `${datasource}`, with a variable of type datasource called `datasource`."

    def run(self, context: Context) -> Iterator[Finding]:
        provisioned = {str(source.get("uid")) for source in _sources(context)}
        for board in context.boards:
            for panel in board.panels:
                if not panel.row and panel.queries:
                    yield from self._panel(board, panel, provisioned)
        yield from self._provisioned(context)

    def _panel(self, board: Board, panel: Panel, provisioned: set[str]) -> Iterator[Finding]:
        known = {str(v.get("name")) for v in board.variables if v.get("type") == "datasource"}
        places: list[tuple[Way, object]] = [(("datasource",), panel.data.get("datasource"))]
        places += [(("targets", n, "datasource"), target.get("datasource")) for n, target in enumerate(panel.targets)]
        for way, source in places:
            if way[0] == "targets" and source is None:
                continue  # the panel's own holds for it
            uid = source.get("uid") if isinstance(source, dict) else source
            variable = used(str(uid or ""))
            fits = (variable and variable[0] in known) or uid in provisioned
            if not fits:
                message = (
                    f"panel {panel.title!r} asks the data source {uid!r}, which is neither variable nor provisioned"
                )
                yield self.finding(board.path, panel.line(*way), message)

    def _provisioned(self, context: Context) -> Iterator[Finding]:
        if not context.stack.owns_stack:
            return
        path = context.path(_PROVISIONED)
        hosts = set(context.services) if context.has("compose.yaml") else set()
        for source in _sources(context):
            host = urlsplit(str(source.get("url", ""))).hostname
            if host not in hosts:
                yield self.finding(path, source.at("url"), f"no container is called {host!r}")


_PROVISIONED = "grafana/provisioning/datasources/prometheus.yaml"


def _sources(context: Context) -> list[Mapped]:
    if not context.has(_PROVISIONED):
        return []
    data = mapped(context.readable(context.path(_PROVISIONED)))
    return [mapped(each) for each in listed(data.get("datasources"))]
