"""Log formats read what they promise."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.logformats import samples_file
from obsboot.catalog.problems import Keys, shown
from obsboot.catalog.reading import position
from obsboot.checks.base import Check
from obsboot.logs.grok import GrokError, compiled, grok
from obsboot.logs.reading import begins
from obsboot.logs.times import FormatError, expression
from obsboot.model import Component, Finding, Flag, LogFormat, LogStep, Match, ReadTime, Replace, Unread
from obsboot.sources.context import Context
from obsboot.sources.errors import CannotCheckError
from obsboot.sources.samples import verdict

_SHOWN = 5
"""Differences of a format that are listed; more of them have the same cause."""


class LogFormats(Check):
    id = "logs/formats"
    title = "Every log format reads the lines that real servers wrote, and gives the fields it promises"
    explanation = (
        "Panels, alerts and searches ask fields: where a format no longer reads its lines they stay empty, and the "
        "lines are kept unparsed."
    )
    fix = "Mend the format in logs/<name>.yaml of its component, or its samples where the server has changed its lines."

    def run(self, context: Context) -> Iterator[Finding]:
        logs = context.logs
        logs.wanted()
        for component in {each.component.id: each.component for each in logs.instances.values()}.values():
            wrong = [(each, *fault) for each in component.logs.values() for fault in _expressions(each)]
            for format_, keys, message in wrong:
                path = format_.place.path
                yield self.finding(shown(path), position(path, keys)[0], f"{component.id}.{format_.name}: {message}")
            if not wrong:
                yield from self._samples(context, component)

    def _samples(self, context: Context, component: Component) -> Iterator[Finding]:
        formats = list(component.logs.values())
        for format_ in formats:
            path = samples_file(format_)
            try:
                differ = verdict(formats, format_)
            except CannotCheckError as error:
                context.unseen.add(Unread(shown(path), 0, f"cannot be tried: {error}"))
                continue
            for number, how in differ[:_SHOWN]:
                message = f"{component.id}.{format_.name}: sample {number + 1}: {how}"
                yield self.finding(shown(path), position(path, ("samples", number))[0], message)


def _expressions(format_: LogFormat) -> Iterator[tuple[Keys, str]]:
    """What of a format does not compile, and where in its file it stands."""
    try:
        compiled(begins(format_))
    except GrokError as error:
        yield ("starts",), str(error)
    for number, step in enumerate(format_.steps):
        try:
            _compile(step, format_)
        except (GrokError, FormatError) as error:
            yield ("steps", number), str(error)


def _compile(step: LogStep, format_: LogFormat) -> None:
    """Raises GrokError or FormatError."""
    match step:
        case Match():
            for pattern in step.match:
                grok(pattern, format_.fragments)
        case Flag():
            compiled(step.holds)
        case Replace():
            for each in step.steps:
                compiled(each.pattern)
        case ReadTime():
            for form in step.formats:
                expression(form)
