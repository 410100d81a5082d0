"""Variables."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.variables import used
from obsboot.sources.boards import Board, Panel, objects
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.guesses import meant

_BUILT_IN = re.compile(r"__\w+|timeFilter|interval")
_CAPTURED = re.compile(r"\(\?P?<(\w+)>")
"""A name inside of a regular expression, which label_replace() may put in as $name."""


class Variables(Check):
    id = "dashboard/variables"
    title = "Every variable that is used is defined, and the other way round"
    explanation = "Grafana leaves an undefined variable in the query as it is: the panel is empty, without an error."
    fix = "Define it under `templating`, or take the one that is meant; remove a variable that no query uses."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            names = [variable.name for variable in board.variables]
            defined = frozenset(names) | frozenset(board.inputs)
            for panel in board.panels:
                texts = _shown(panel) if context.foreign else _texts(panel)
                for way, text in texts:
                    for what in _undefined(text, defined):
                        message = f"panel {panel.title!r} uses {what}"
                        yield self.finding(board.path, panel.line(*way), message, subject=panel.subject)
                if context.foreign:
                    yield from self._repeat(panel, defined)
            if context.foreign:
                yield from self._elsewhere(board, defined)
            yield from self._defined(board, names, foreign=context.foreign)

    def _repeat(self, panel: Panel, defined: frozenset[str]) -> Iterator[Finding]:
        name = panel.data.get("repeat")
        if isinstance(name, str) and name and name.lstrip("$") not in defined:
            message = f"panel {panel.title!r} is repeated for ${name}, which is not defined{meant(name, defined)}"
            yield self.finding(panel.board.path, panel.line("repeat"), message, subject=panel.subject)

    def _elsewhere(self, board: Board, defined: frozenset[str]) -> Iterator[Finding]:
        """What other variables, annotations and links ask for."""
        for variable in board.variables:
            text = variable.text if variable.metrics else ""
            for what in _undefined(text, defined):
                line = variable.line("query")
                yield self.finding(board.path, line, f"${variable.name} uses {what}", subject=variable.subject)
        for query in board.annotations:
            for what in _undefined(query.raw, defined):
                yield self.finding(board.path, query.line(), f"{query.owner} uses {what}", subject=query.owner)
        for number, link in objects(board.data.get("links")):
            for what in _undefined(str(link.get("url") or ""), defined):
                message = f"the link {link.get('title')!r} uses {what}"
                yield self.finding(board.path, board.line("links", number, "url"), message, subject=board.subject)

    def _defined(self, board: Board, names: list[str], *, foreign: bool) -> Iterator[Finding]:
        severity = "info" if foreign else self.severity
        unused = _unused(board, names, foreign=foreign)
        seen: set[str] = set()
        for variable in board.variables:
            name, subject = variable.name, variable.subject
            if name in seen:
                yield self.finding(board.path, variable.line(), f"${name} is defined twice", subject=subject)
            elif name in unused:
                what = f"${name} is used by nothing"
                yield self.finding(board.path, variable.line(), what, severity=severity, subject=subject)
            seen.add(name)


def _unused(board: Board, names: list[str], *, foreign: bool) -> frozenset[str]:
    """The variables that nothing beside themselves uses, as far as the file tells."""
    if board.local or (foreign and any(panel.borrowed for panel in board.panels)):
        return frozenset()
    wanted, counts = _uses(board), Counter(names)
    repeated = {str(panel.data.get("repeat")) for panel in board.panels} if foreign else set()
    own = Counter(v.name for v in board.variables if v.name in used(json.dumps(v.data, ensure_ascii=False)))
    everywhere = {variable.name for variable in board.variables if variable.type == "adhoc"}
    return frozenset(n for n in counts if wanted[n] <= own[n] and n not in repeated and n not in everywhere)


def _undefined(text: str, defined: frozenset[str]) -> Iterator[str]:
    """What a text uses that is no variable."""
    if "$" not in text and "[[" not in text:
        return
    captured = set(_CAPTURED.findall(text))
    for name in used(text):
        if name not in defined and name not in captured and not _BUILT_IN.fullmatch(name):
            yield f"${name}, which is not defined{meant(name, defined)}"


def _uses(board: Board) -> Counter[str]:
    """In how many parts of the dashboard each name is used; each variable is one, all the rest another."""
    rest = {key: value for key, value in board.data.items() if key != "templating"}
    parts = [rest, *(variable.data for variable in board.variables)]
    return Counter(name for part in parts for name in used(json.dumps(part, ensure_ascii=False)))


def _texts(panel: Panel) -> Iterator[tuple[Way, str]]:
    for number, target in enumerate(panel.targets):
        for key in ("expr", "query", "legendFormat", "alias"):
            yield ("targets", number, key), str(target.get(key) or "")
    for key in ("title", "description"):
        yield (key,), str(panel.data.get(key) or "")


_PROSE = re.compile(r"\$(?=[A-Z])")
"""Before a capital letter that no brace holds, a dollar is more often money than a variable."""


def _shown(panel: Panel) -> Iterator[tuple[Way, str]]:
    """What Grafana fills in, of those languages in which a dollar means nothing else."""
    for number, target in enumerate(panel.targets):
        if panel.kind(target) in ("metrics", "logs"):
            for key in ("expr", "query", "legendFormat", "alias"):
                if isinstance(target.get(key), str):
                    yield ("targets", number, key), target[key]
    yield ("title",), _PROSE.sub("", str(panel.data.get("title") or ""))
    for number, link in objects(panel.data.get("links")):
        yield ("links", number, "url"), str(link.get("url") or "")
