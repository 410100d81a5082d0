"""Units fit along the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.measures import NUMBER, SECONDS, of_panel
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class UnitFits(Check):
    id = "promql/unit"
    title = "Units agree: inside expressions, with thresholds, panels and texts"
    explanation = (
        "Milliseconds against seconds, or percent against a ratio, is wrong by a factor of 1000 or 100, silently."
    )
    fix = "Convert one side, or change the number, the panel's unit or the template to the unit that the value has."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for problem in study.of("unit", "range"):
                yield self.finding(query.path, query.line(problem.where), f"{query.owner}: {problem.message}")
        for rule in context.alerts:
            yield from self._alert(context, rule)
        for panel in (panel for board in context.boards for panel in board.panels):
            yield from self._panel(context, panel)

    def _alert(self, context: Context, rule: Rule) -> Iterator[Finding]:
        study = context.study(rule.query)
        if study is None:
            return
        unit = study.shape.unit
        meant = of_panel(_declared(context, rule))
        if unit and meant and not unit.same(meant):
            message = f"{rule.query.owner}: gives {unit}, and its threshold is meant in {meant}"
            yield self.finding(rule.path, rule.query.line(), message)
        for name, text in rule.annotations.items():
            for function, wanted in _TEMPLATES.items():
                if unit and re.search(rf"\$value\s*\|\s*{function}\b", str(text)) and not unit.same(wanted):
                    message = f"{rule.query.owner}: `{function}` takes {wanted}, and the value is {unit}"
                    yield self.finding(rule.path, rule.annotations.at(name), message)

    def _panel(self, context: Context, panel: Panel) -> Iterator[Finding]:
        shown = of_panel(str(panel.defaults.get("unit", "")))
        for query in panel.queries if shown else ():
            study = context.study(query)
            if study and study.shape.unit and shown and not study.shape.unit.same(shown):
                message = f"{query.owner}: shows {study.shape.unit} as {shown}"
                yield self.finding(query.path, panel.line("fieldConfig", "defaults", "unit"), message)


_TEMPLATES = {"humanizeDuration": SECONDS, "humanizePercentage": NUMBER}


def _declared(context: Context, rule: Rule) -> str:
    """The unit of the signal that a generated alert is about."""
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance and not rule.local else None
    signal = instance.component.signals.get(alert.signal) if instance and alert else None
    return signal.unit if signal else ""
