"""Alerts do not vanish with their target."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule


class Vanishes(Check):
    id = "promql/vanishes"
    title = "Every job with alerts has one that notices when its target is gone"
    explanation = "When a scrape fails, the series end: an alert on them falls silent, exactly when it is needed."
    fix = "Add an alert on `up{job=...} == 0` or absent(), or let one say `x or up`."

    def run(self, context: Context) -> Iterator[Finding]:
        first: dict[str, Rule] = {}
        covered: set[str] = set()
        for rule in context.alerts:
            study = context.study(rule.query)
            for selector in study.selectors if study else ():
                jobs = context.series.jobs_of(selector)
                if selector.name == "up" or _absent(rule, selector.name):
                    covered.update(jobs)
                elif rule.labels.get("job") in jobs:
                    first.setdefault(str(rule.labels["job"]), rule)
        for job, rule in first.items():
            if job in context.jobs and job not in covered:
                yield self.finding(rule.path, rule.line, f"no alert fires when the target of job {job} is gone")


def _absent(rule: Rule, metric: str) -> bool:
    """Whether the rule asks if the metric is absent."""
    if "absent" not in rule.query.text:
        return False
    return bool(metric) and re.search(rf"absent(_over_time)?\(\s*{re.escape(metric)}\b", rule.query.text) is not None
