"""Links between dashboards lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.boards import Board, objects
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.loading import shelves

_BOARD = re.compile(r"(?<![\w/])/?d/([A-Za-z0-9_-]+)")


class Links(Check):
    id = "dashboard/links"
    severity = "info"
    title = "Links lead to dashboards that are there"
    explanation = "A dead link is found at the worst moment."
    fix = "Correct the uid, or add the dashboard."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # pack/links looks at these
        uids = {board.uid for board in context.boards}
        loaded = [shelf for shelf in shelves(context) if shelf.grafana.whole]
        for board in context.boards:
            if any(shelf.has(board) for shelf in loaded):
                for way, uid in _targets(board):
                    if uid not in uids:
                        message = f"a link leads to the dashboard {uid!r}, which is not in this folder"
                        yield self.finding(board.path, board.line(*way), message, subject=board.subject)


def _targets(board: Board) -> Iterator[tuple[Way, str]]:
    """The uids of other dashboards, each with the way to the link."""
    lists: list[tuple[Way, object]] = [(("links",), board.data.get("links"))]
    for panel in board.panels:
        lists.append(((*panel.way, "links"), panel.data.get("links")))
        lists.append(((*panel.way, "fieldConfig", "defaults", "links"), panel.defaults.get("links")))
    for way, links in lists:
        for number, link in objects(links):
            for uid in _BOARD.findall(str(link.get("url") or "")):
                yield (*way, number, "url"), uid
