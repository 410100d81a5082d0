"""Variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.variables import used
from obsboot.sources.boards import Board, Panel
from obsboot.sources.context import Context
from obsboot.sources.documents import Way

_BUILT_IN = re.compile(r"__\w+|timeFilter|interval")


class Variables(Check):
    id = "dashboard/variables"
    title = "Every variable that is used is defined, and the other way round"
    explanation = "Grafana leaves an undefined variable in the query as it is: the panel is empty, without an error."
    fix = "Define it under `templating`, or take the one that is meant; remove a variable that no query uses."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            defined = [str(variable.get("name")) for variable in board.variables]
            for panel in board.panels:
                for way, text in _texts(panel):
                    for name in used(text):
                        if name not in defined and not _BUILT_IN.fullmatch(name):
                            message = f"panel {panel.title!r} uses ${name}, which is not defined"
                            yield self.finding(board.path, panel.line(*way), message)
            yield from self._defined(board, defined)

    def _defined(self, board: Board, defined: list[str]) -> Iterator[Finding]:
        in_panels = used(json.dumps(board.data["panels"]))
        for number, name in enumerate(defined):
            others = [each for index, each in enumerate(board.variables) if index != number]
            why = ""
            if defined.index(name) != number:
                why = f"${name} is defined twice"
            elif not board.local and name not in in_panels and name not in used(json.dumps(others)):
                why = f"${name} is used by nothing"
            if why:
                yield self.finding(board.path, board.line("templating", "list", number), why)


def _texts(panel: Panel) -> Iterator[tuple[Way, str]]:
    for number, target in enumerate(panel.targets):
        for key in ("expr", "query", "legendFormat", "alias"):
            yield ("targets", number, key), str(target.get(key) or "")
    for key in ("title", "description"):
        yield (key,), str(panel.data.get(key) or "")
