"""Dashboard uids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Uid(Check):
    id = "dashboard/uid"
    title = "Every dashboard has a uid and a title of its own"
    explanation = "One duplicate uid makes Grafana refuse every change of the whole folder; links need a stable uid."
    fix = "Give it its own uid: letters, digits, - and _, at most 40."

    def run(self, context: Context) -> Iterator[Finding]:
        for key in ("uid", "title"):
            seen: dict[str, str] = {}
            for board in context.boards:
                value = str(board.data.get(key) or "")
                if not value or (key == "uid" and not _UID.fullmatch(value)):
                    yield self.finding(board.path, board.line(key), f"the dashboard has no usable {key}: {value!r}")
                elif value in seen:
                    yield self.finding(board.path, board.line(key), f"{seen[value]} has the {key} {value!r} as well")
                seen.setdefault(value, board.path)
