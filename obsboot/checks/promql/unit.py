"""Units fit along the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.promql.gravity import gravity
from obsboot.model import Finding, Severity
from obsboot.promql.conditions import comparisons, in_percent
from obsboot.promql.measures import BYTES, NUMBER, PERCENT, SECONDS, Unit, of_panel
from obsboot.promql.provenance import Study
from obsboot.sources import templates
from obsboot.sources.boards import Panel, objects
from obsboot.sources.context import Context
from obsboot.sources.queries import Query
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
                severity = gravity(study, sure=problem.sure)
                yield self._found(query, query.line(problem.where), problem.message, severity)
        for rule in context.alerts:
            study_of = context.study(rule.query)
            if study_of is not None:
                yield from self._declared(context, rule, study_of)
                yield from self._texts(rule, study_of)
        for panel in (panel for board in context.boards for panel in board.panels):
            yield from self._panel(context, panel)

    def _found(self, query: Query, where: int, message: str, severity: Severity, path: str = "") -> Finding:
        text = f"{query.owner}: {message}"
        return self.finding(path or query.path, where, text, severity=severity, subject=query.owner)

    def _declared(self, context: Context, rule: Rule, study: Study) -> Iterator[Finding]:
        unit, meant = study.shape.unit, of_panel(_declared(context, rule))
        if unit and meant and not unit.same(meant):
            message = f"gives {unit}, and its threshold is meant in {meant}"
            yield self._found(rule.query, rule.query.line(), message, "error")

    def _texts(self, rule: Rule, study: Study) -> Iterator[Finding]:
        unit = _unit(rule.query.text, study)
        for name, text in rule.annotations.items():
            where = rule.annotations.at(name)
            for function, wanted in _TEMPLATES.items():
                if unit and re.search(rf"\$value\s*\|\s*{function}\b", str(text)) and not unit.same(wanted):
                    message = f"`{function}` takes {wanted}, and the value is {unit}"
                    yield self._found(rule.query, where, message, gravity(study))
            if templates.percent(str(text)) and unit != PERCENT and _share(rule.query.text):
                message = "the value is a share of 1, and is shown with a percent sign; use `humanizePercentage`"
                yield self._found(rule.query, where, message, "warning")
            elif templates.percent(str(text)) and unit and unit.dims:
                message = f"the value is in {unit}, and is shown with a percent sign"
                yield self._found(rule.query, where, message, "warning")

    def _panel(self, context: Context, panel: Panel) -> Iterator[Finding]:
        shown = of_panel(str(panel.defaults.get("unit", "")))
        plain = len(panel.targets) == 1 and not panel.data.get("transformations") and not _overridden(panel)
        for query in panel.queries if shown else ():
            study = context.study(query)
            unit = study.shape.unit if study else None
            if study and unit and shown and not unit.same(shown):
                severity = gravity(study)
                if context.foreign and unit.dims != shown.dims:
                    mixed = plain and {unit.dims, shown.dims} == {BYTES.dims, SECONDS.dims}
                    severity = "warning" if mixed and severity != "info" else "info"  # a speed in bytes has its reason
                where = panel.line("fieldConfig", "defaults", "unit")
                yield self._found(query, where, f"shows {unit} as {shown}", severity)


def _overridden(panel: Panel) -> bool:
    """Whether some of its series are shown in other units."""
    config = panel.data.get("fieldConfig")
    overrides = objects(config.get("overrides") if isinstance(config, dict) else None)
    return any(each.get("id") == "unit" for _, one in overrides for _, each in objects(one.get("properties")))


def _unit(expr: str, study: Study) -> Unit | None:
    """The unit of an alert's value; where its metrics have none, a factor of 100 tells that it is in percent."""
    return study.shape.unit or (PERCENT if in_percent(expr) else None)


def _share(expr: str) -> bool:
    """Whether the value is compared with a part of 1, and with nothing else."""
    limits = [limit for _, op, limit in comparisons(expr) if op != "=="]
    return bool(limits) and all(0 < limit < 1 for limit in limits[:1])


_TEMPLATES = {"humanizeDuration": SECONDS, "humanizePercentage": NUMBER}


def _declared(context: Context, rule: Rule) -> str:
    """The unit of the signal that a generated alert is about."""
    instance = context.instance_of(rule.path)
    alert = instance.component.alerts.get(rule.name) if instance and not rule.local else None
    signal = instance.component.signals.get(alert.signal) if instance and alert else None
    return signal.unit if signal else ""
