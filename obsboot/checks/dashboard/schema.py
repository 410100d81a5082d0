"""Dashboards that Grafana loads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.variables import used
from obsboot.sources.boards import Board
from obsboot.sources.context import Context
from obsboot.sources.loading import shelves


class Schema(Check):
    id = "dashboard/schema"
    title = "Grafana loads the dashboard, as a whole"
    explanation = "What Grafana cannot take from a file it leaves out, and only its log says so."
    fix = (
        "Save the dashboard itself, as `Export` or `JSON model` shows it, under a title, with lists where lists belong."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        known = shelves(context)
        for board in context.boards:
            loaded = not context.foreign or any(shelf.has(board) for shelf in known)
            yield from self._whole(board, loaded=loaded)
            yield from self._parts(board)

    def _whole(self, board: Board, *, loaded: bool) -> Iterator[Finding]:
        if board.inside == ("dashboard",):
            message = (
                "this is an answer of Grafana's API: the dashboard is inside of it, where a file has to begin with it"
            )
            yield self._of(board, board.source.line("dashboard"), message, "error" if loaded else "info")
        if not board.title.strip():
            severity: Severity = "error" if loaded else "warning"
            yield self._of(board, board.line("title"), "the dashboard has no title", severity)
        for name, line in board.lacking.items():
            yield self._of(board, line, f"the layout shows {name!r}, and there is no such element")
        inputs = [name for name, each in board.inputs.items() if each.get("type") == "datasource"]
        asked = {name for panel in board.panels for name in used(str(panel.data.get("datasource")))}
        if loaded and asked.intersection(inputs):
            name = sorted(asked.intersection(inputs))[0]
            message = f"${{{name}}} is filled in when somebody imports the dashboard, not when it is loaded from a file"
            yield self._of(board, board.line("__inputs"), message, "warning")

    def _parts(self, board: Board) -> Iterator[Finding]:
        for key in ("panels", "rows"):
            found = board.data.get(key)
            if found is not None and not isinstance(found, list):
                yield self._of(board, board.line(key), f"{key!r} is no list")
            for number, each in enumerate(found if isinstance(found, list) else ()):
                if not isinstance(each, dict):
                    yield self._of(board, board.line(key, number), "a panel is an object")
        for key in ("templating", "annotations"):
            found = board.data.get(key)
            inner = found.get("list", []) if isinstance(found, dict) else found
            if inner is not None and not isinstance(inner, list):
                yield self._of(board, board.line(key), f"{key!r} holds no list")
        for panel in board.panels:
            if panel.data.get("targets") is not None and not isinstance(panel.data["targets"], list):
                line, message = panel.line("targets"), f"panel {panel.title!r}: its queries are no list"
                yield self.finding(board.path, line, message, subject=panel.subject)

    def _of(self, board: Board, line: int, message: str, severity: Severity = "error") -> Finding:
        return self.finding(board.path, line, message, severity=severity, subject=board.subject)
