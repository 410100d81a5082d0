"""Labels that targets choose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.scraping import Scrape, configurations

_HANDED_ON = re.compile(r"federat|push|gateway|aggregat|relay|proxy|collector|statsd|otel|kube", re.IGNORECASE)
"""Targets that speak for others, whose labels are to be kept."""


class HonorLabels(Check):
    id = "scrape/honor-labels"
    severity = "info"
    title = "Only what speaks for others chooses its own job and instance"
    explanation = (
        "With honor_labels a target's own `job`, `instance` or `service` wins over the configuration's: its series are "
        "then found under names that no rule asks for."
    )
    fix = "Leave honor_labels to federation and to what others push to; drop or rename the label by metric_relabel_configs."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for job in each.jobs:
                if job.data.get("honor_labels") is True and job.whole and job.targets and not _speaks_for_others(job):
                    message = f"{job.subject}: labels of the targets win over those of the configuration"
                    yield self.finding(job.path, job.data.at("honor_labels"), message, subject=job.subject)


def _speaks_for_others(job: Scrape) -> bool:
    said = (job.name, str(job.data.get("metrics_path") or ""), *(target.address for target in job.targets))
    return any(_HANDED_ON.search(text) for text in said)
