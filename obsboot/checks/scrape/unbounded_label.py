"""Labels with an end."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.scraping import configurations
from obsboot.sources.unbounded import endless


class UnboundedLabel(Check):
    id = "scrape/unbounded-label"
    severity = "warning"
    title = "Relabelling makes no label whose values never end"
    explanation = (
        "Each value of a label makes series of its own. One for each user or request fills Prometheus' memory."
    )
    fix = "Leave the label out; what happens to one user or request belongs into the logs."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for job in each.jobs:
                for rule in (*job.target_rules, *job.metric_rules):
                    if rule.sources and endless(rule.target):
                        message = f"{job.subject}: the values of {rule.target} never end"
                        yield self.finding(each.path, rule.data.at("target_label"), message, subject=job.subject)
