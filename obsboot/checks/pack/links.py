"""Links lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import slip
from obsboot.sources.boards import Board, objects
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.watching import Told

_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
_BOARD = re.compile(r"/d/([A-Za-z0-9_-]+)")


class Links(Check):
    id = "pack/links"
    title = "Links between the pack's files and dashboards lead somewhere"
    explanation = "A dead link in a runbook or on a panel is found at the worst moment."
    fix = "Correct the path (relative to the file it stands in) or the dashboard's uid."

    def run(self, context: Context) -> Iterator[Finding]:
        for path, text in sorted(context.files.texts.items()):
            if path.endswith(".md"):
                yield from self._page(context, path, text)
        uids = {str(board.data.get("uid")) for board in context.boards}
        for alert in context.told:
            yield from self._alert(context, alert, uids)
        for board in () if context.foreign else context.boards:
            yield from self._board(board, uids)
        yield from self._saved(context)

    def _alert(self, context: Context, alert: Told, uids: set[str]) -> Iterator[Finding]:
        """The dashboards that an alert names; another's may stand in a Grafana of which the folder holds nothing."""
        for key, value in alert.annotations.items():
            for uid in _BOARD.findall(str(value)) if key.startswith("dashboard") else ():
                meant = slip(uid, uids) if context.foreign else ""
                if uid in uids or (context.foreign and not meant):
                    continue
                hint = f"; did you mean {meant!r}?" if meant else ""
                message = f"{alert.owner}: no dashboard has the uid {uid!r}{hint}"
                severity: Severity = "warning" if context.foreign else "error"
                yield self.finding(alert.path, alert.annotations.at(key), message, severity=severity)

    def _saved(self, context: Context) -> Iterator[Finding]:
        """Saved objects of the store's own front end name each other by type and id."""
        known = {each.key for each in context.saved}
        for each in context.saved:
            for kind, id_ in each.references:
                if (kind, id_) not in known:
                    yield self.finding(
                        each.path, each.line, f"{each.owner} refers to a {kind} that is not there: {id_}"
                    )

    def _page(self, context: Context, path: str, text: str) -> Iterator[Finding]:
        for number, row in enumerate(text.splitlines(), start=1):
            for link in _LINK.findall(row):
                target = link.partition("#")[0]
                if not target or "://" in link or link.startswith(("mailto:", "/")):
                    continue
                found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                inside = any(each == found or each.startswith(f"{found}/") for each in context.files.texts)
                if not inside and found.startswith(f"{context.directory}/"):
                    yield self.finding(path, number, f"the link to {link} leads nowhere")

    def _board(self, board: Board, uids: set[str]) -> Iterator[Finding]:
        ways: list[tuple[Way, object]] = [(("links",), board.data.get("links"))]
        ways += [((*panel.way, "links"), panel.data.get("links")) for panel in board.panels]
        for way, links in ways:
            for number, link in objects(links):
                for uid in _BOARD.findall(str(link.get("url", ""))):
                    if uid not in uids:
                        message = f"the link {link.get('title')!r} leads to a dashboard that is not in the pack: {uid}"
                        yield self.finding(board.path, board.line(*way, number, "url"), message)
