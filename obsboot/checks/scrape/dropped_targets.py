"""Relabelling leaves targets."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.prometheus import Rule
from obsboot.sources.scraping import Scrape, configurations


class DroppedTargets(Check):
    id = "scrape/dropped-targets"
    title = "Relabelling leaves a job its targets"
    explanation = (
        "A job whose targets are all dropped has no series and no `up`: not even the alert on a dead target fires."
    )
    fix = "Correct the label, the pattern or the action of the rule: a pattern has to match the whole value."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for job in each.jobs:
                if job.whole and job.targets and all(target.dropped for target in job.targets):
                    rule = job.targets[0].became.dropped_by if job.targets[0].became else None
                    if rule is not None:
                        message = f"{job.subject}: all {len(job.targets)} targets are dropped: {_why(job, rule)}"
                        yield self.finding(job.path, rule.line, message, subject=job.subject)


def _why(job: Scrape, rule: Rule) -> str:
    target = job.targets[0]
    given = {"__address__": target.address, "job": job.name, **target.given}
    text = rule.text(given)
    lacking = [name for name in rule.sources if name not in given and not name.startswith("__param")]
    if rule.action == "keep" and lacking:
        return f"{target.address} has no {' and no '.join(lacking)}"
    return f"the pattern {rule.pattern!r} {'does not match' if rule.action == 'keep' else 'matches'} {text!r}"
