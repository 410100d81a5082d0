"""Dashboards are refreshed when there is something new."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import seconds_of, spell
from obsboot.sources.boards import Board
from obsboot.sources.context import Context

_ZONE = re.compile(r"|browser|utc|UTC|default|[A-Z][\w+-]*(?:/[\w+-]+)*")


class Refresh(Check):
    id = "dashboard/refresh"
    severity = "warning"
    title = "Dashboards are refreshed no oftener than there are new samples"
    explanation = (
        "Each refresh asks every query of the dashboard, for everybody who has it open; between two scrapes in vain."
    )
    fix = "Set `refresh` to the scrape interval or longer."

    def run(self, context: Context) -> Iterator[Finding]:
        fastest = min((job.interval for job in context.jobs.values()), default=0.0)
        for board in context.boards:
            said = str(board.data.get("refresh") or "")
            seconds = _seconds(said)
            if seconds is not None and seconds < fastest:
                message = f"refreshes each {said}, and the shortest scrape interval is {spell(fastest)}"
                yield self._of(board, "refresh", message, "warning")
            elif seconds is None and said not in ("", "auto", "False") and "$" not in said:
                yield self._of(board, "refresh", f"the refresh {said!r} is no length of time", "info")
            zone = board.data.get("timezone")
            if isinstance(zone, str) and not _ZONE.fullmatch(zone):
                yield self._of(board, "timezone", f"there is no time zone {zone!r}", "info")

    def _of(self, board: Board, key: str, message: str, severity: str) -> Finding:
        return self.finding(board.path, board.line(key), message, severity=severity, subject=board.subject)  # type: ignore[arg-type]


def _seconds(text: str) -> float | None:
    try:
        return seconds_of(text)
    except ValueError:
        return None
