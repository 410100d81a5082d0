"""Titles and descriptions."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Board, Panel
from obsboot.sources.context import Context

_FORGOTTEN = 5
"""Where no more than one panel in so many has no title, its title was forgotten."""


class TitleDescription(Check):
    id = "dashboard/title-description"
    title = "Every panel has a title and says which question it answers"
    explanation = "At night somebody who did not build the dashboard reads it."
    fix = "Give it a title, and a description that is the question it answers."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            yield from self._foreign(board) if context.foreign else self._own(board)

    def _own(self, board: Board) -> Iterator[Finding]:
        titles: set[str] = set()
        for panel in board.panels:
            title, line = str(panel.data.get("title") or "").strip(), panel.line("title")
            faults = []
            if not title:
                faults.append(f"panel {panel.data.get('id')} has no title")
            elif title in titles and not panel.row:
                faults.append(f"two panels are called {title!r}")
            if not panel.row and not str(panel.data.get("description") or "").strip():
                faults.append(f"panel {panel.title!r} has no description")
            yield from (self.finding(board.path, line, fault, subject=panel.subject) for fault in faults)
            titles.add(title)

    def _foreign(self, board: Board) -> Iterator[Finding]:
        shown = [panel for panel in board.panels if panel.asks and not panel.borrowed]
        untitled = [panel for panel in shown if not str(panel.data.get("title") or "").strip()]
        severity = "warning" if len(untitled) * _FORGOTTEN <= len(shown) else "info"
        for panel in untitled:
            message = f"panel {panel.data.get('id')} has no title"
            yield self.finding(board.path, panel.line("title"), message, severity=severity, subject=panel.subject)  # type: ignore[arg-type]
        silent = [panel for panel in shown if not _described(panel)]
        if silent:
            message = f"{len(silent)} of {len(shown)} panels have no description, such as {silent[0].title!r}"
            line = silent[0].line("title")
            yield self.finding(board.path, line, message, severity="info", subject=board.subject)


def _described(panel: Panel) -> bool:
    return bool(str(panel.data.get("description") or "").strip())
