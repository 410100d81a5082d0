"""Alerts do not vanish with their target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Selector
from obsboot.promql.conditions import comparisons
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Vanishes(Check):
    id = "promql/vanishes"
    title = "Every job with alerts has one that notices when its target is gone"
    explanation = "When a scrape fails, the series end: an alert on them falls silent, exactly when it is needed."
    fix = "Add an alert on `up{job=...} == 0` or absent(), or let one say `x or up`."

    def run(self, context: Context) -> Iterator[Finding]:
        watch = _watch(context)
        for job, rule in watch.first.items():
            if job in context.jobs and job not in watch.covered:
                yield self._told(rule, f"no alert fires when the target of job {job} is gone", _severity(context, rule))
        for job, rule in watch.down.items() if context.foreign else ():
            if job in context.jobs and job not in watch.absent and _discovered(context, job):
                message = f"when discovery loses job {job}, `up` is gone as well, and not 0; ask absent(up{{...}}) too"
                yield self._told(rule, message, "info")

    def _told(self, rule: Rule, message: str, severity: Severity) -> Finding:
        return self.finding(rule.path, rule.line, message, severity=severity, subject=rule.query.owner)


@dataclass(frozen=True, slots=True)
class _Watch:
    """Jobs: `first` with the alert that is about them, `covered` by one on their targets, `absent` by one on their absence,
    and `down` with the alert that asks for their `up` by name.
    """

    first: dict[str, Rule] = field(default_factory=dict)
    covered: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    down: dict[str, Rule] = field(default_factory=dict)


def _watch(context: Context) -> _Watch:
    found = _Watch()
    for rule in context.alerts:
        study = context.study(rule.query)
        for selector in study.selectors if study else ():
            jobs = context.series.jobs_of(selector)
            if _absent(rule, selector.name):
                found.covered.update(jobs)
                found.absent.update(jobs)
            elif selector.name == "up":
                found.covered.update(jobs)
                found.down.update(dict.fromkeys(_named(selector), rule))
            for job in _watched(context, rule, selector, jobs):
                if job not in found.first or (context.foreign and selector.name.endswith("_up")):
                    found.first[job] = rule
    return found


def _watched(context: Context, rule: Rule, selector: Selector, jobs: tuple[str, ...]) -> tuple[str, ...]:
    """The job that the rule is about: in a pack that of its label, elsewhere the one that it selects by name."""
    if context.foreign:
        return () if selector.name == "up" else _named(selector)
    return (str(rule.labels["job"]),) if rule.labels.get("job") in jobs and selector.name != "up" else ()


def _named(selector: Selector) -> tuple[str, ...]:
    job = selector.value_of("job")
    return (job,) if job else ()


def _severity(context: Context, rule: Rule) -> Severity:
    """Whoever asks an exporter whether its server is up means to hear of it, and will not when the exporter is gone."""
    if not context.foreign:
        return "error"
    return (
        "warning"
        if any(name.endswith("_up") and limit in (0, 1) for name, _, limit in comparisons(rule.query.text))
        else "info"
    )


def _discovered(context: Context, job: str) -> bool:
    return any(key.endswith("_sd_configs") for key in context.jobs[job].data)


def _absent(rule: Rule, metric: str) -> bool:
    """Whether the rule asks if the metric is absent."""
    if "absent" not in rule.query.text:
        return False
    return bool(metric) and re.search(rf"absent(_over_time)?\(\s*{re.escape(metric)}\b", rule.query.text) is not None
