"""Patterns that never end."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Node
from obsboot.model import Finding
from obsboot.sources import pipelines
from obsboot.sources.context import Context
from obsboot.sources.logstash.backtracking import hostile
from obsboot.sources.logstash.grok import CircleError, bare
from obsboot.sources.logstash.oniguruma import UntoldError, translated
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.takings import takings
from obsboot.sources.pipelines import setting, words

_SHOWN = 60


class Backtracking(Check):
    id = "grok/backtracking"
    severity = "warning"
    title = "No expression takes exponential time on a line that it does not fit"
    explanation = (
        "A repetition inside a repetition can be read in two ways for each character: of thirty characters that is a "
        "thousand million ways, and the pipeline stands still until grok's time-out, or for ever in a condition."
    )
    fix = "Repeat what begins or ends with something that the rest cannot hold: (?:[^ ]+ )* instead of (?:[^ ]+ ?)*."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        written = [*_patterns(found), *_conditions(found), *_replaced(found)]
        for (path, node, subject, _), part in zip(written, hostile([each[3] for each in written]), strict=True):
            if part:
                shown = part if len(part) <= _SHOWN else f"{part[:_SHOWN]}..."
                message = f"the repeated part {shown!r} can be read in exponentially many ways"
                yield self.finding(path, place(node), message, subject=subject)


Written = tuple[str, Node, str, str]


def _patterns(found: Logstash) -> Iterator[Written]:
    for taking in takings(found):
        for word in taking.patterns:
            try:
                whole = taking.definitions.library.expanded(str(word.value))
                yield taking.used.path, word, called(taking.used), whole or translated(bare(str(word.value)))
            except (CircleError, UntoldError):
                continue


def _conditions(found: Logstash) -> Iterator[Written]:
    for path, condition in pipelines.conditions(found.configurations):
        for regex in pipelines.regexes(condition):
            yield from _written(path, regex, f"condition in {path}", regex.expression.replace("\\/", "/"))


def _replaced(found: Logstash) -> Iterator[Written]:
    for used in found.plugins:
        if used.plugin.name == "mutate":
            for word in words(setting(used.plugin, "gsub"))[1::3]:
                yield from _written(used.path, word, called(used), str(word.value))


def _written(path: str, node: Node, subject: str, expression: str) -> Iterator[Written]:
    try:
        yield path, node, subject, translated(expression)
    except UntoldError:
        return
