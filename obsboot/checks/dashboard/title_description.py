"""Titles and descriptions."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context


class TitleDescription(Check):
    id = "dashboard/title-description"
    title = "Every panel has a title and says which question it answers"
    explanation = "At night somebody who did not build the dashboard reads it."
    fix = "Give it a title, and a description that is the question it answers."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            titles: set[str] = set()
            for panel in board.panels:
                title = str(panel.data.get("title") or "").strip()
                if not title:
                    yield self.finding(board.path, panel.line("title"), f"panel {panel.data.get('id')} has no title")
                elif title in titles and not panel.row:
                    yield self.finding(board.path, panel.line("title"), f"two panels are called {title!r}")
                if not panel.row and not str(panel.data.get("description") or "").strip():
                    yield self.finding(board.path, panel.line("title"), f"panel {panel.title!r} has no description")
                titles.add(title)
