"""The line on the panel is the alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.conditions import comparisons, skeleton
from obsboot.sources.boards import Panel, objects
from obsboot.sources.context import Context


class ThresholdEqualsAlert(Check):
    id = "dashboard/threshold-equals-alert"
    title = "The threshold on a panel is that of its alert"
    explanation = "A panel that is green while its alert fires, or red while it is silent, costs trust in both."
    fix = "Change the number in overrides.yaml: panel, alert, runbook and test all take it from there."

    def run(self, context: Context) -> Iterator[Finding]:
        _ = context.pack  # what a foreign panel marks need not be what its alerts are about
        limits = list(_limits(context))
        for board in context.boards:
            for panel in board.panels:
                shown = _steps(panel)
                shapes = {skeleton(query.text) for query in panel.queries if context.study(query)}
                for limit in limits:
                    if limit.skeleton in shapes and limit.jobs & _jobs(context, panel) and limit.number not in shown:
                        numbers = ", ".join(f"{number:g}" for number in sorted(shown)) or "none"
                        yield self.finding(
                            board.path, panel.line("fieldConfig", "defaults", "thresholds"),
                            f"panel {panel.title!r} has the thresholds {numbers}, and {limit.alert} fires at "
                            f"{limit.number:g}", subject=panel.subject,
                        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """What an alert compares with a number: the shape of its expression, the jobs it is about, and the number."""

    alert: str
    skeleton: str
    jobs: frozenset[str]
    number: float


def _limits(context: Context) -> Iterator[Limit]:
    records = {rule.name: rule.query.text for rule in context.records}
    for rule in context.alerts:
        study = context.study(rule.query)
        if study is None:
            continue
        jobs = frozenset(job for selector in study.selectors for job in context.series.jobs_of(selector))
        for text, op, number in comparisons(rule.query.text):
            if op != "==":
                yield Limit(rule.name, skeleton(records.get(text, text)), jobs, number)
            break  # the first comparison is the alert's own; those behind `and` are floors


def _steps(panel: Panel) -> set[float]:
    thresholds = panel.defaults.get("thresholds")
    steps = thresholds.get("steps") if isinstance(thresholds, dict) else None
    values = (step.get("value") for _, step in objects(steps))
    return {float(value) for value in values if isinstance(value, int | float)}


def _jobs(context: Context, panel: Panel) -> frozenset[str]:
    own = context.instance_of(panel.board.path)
    if own is not None:
        return frozenset({own.job})
    studies = [study for query in panel.queries if (study := context.study(query))]
    return frozenset(job for study in studies for s in study.selectors for job in context.series.jobs_of(s))
