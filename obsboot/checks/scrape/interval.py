"""Series without holes."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import spell
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context, mapped
from obsboot.sources.scraping import configurations

_LOOK_BACK = 300.0
"""Seconds after which Prometheus takes a sample for gone, unless a flag says otherwise."""


class Interval(Check):
    id = "scrape/interval"
    severity = "warning"
    title = "Targets are scraped often enough for series without holes"
    explanation = (
        "Prometheus looks back five minutes for a sample. Scraped less often, a series is gone between two scrapes; at "
        "more than half of it, one scrape that fails is enough."
    )
    fix = "Scrape every two minutes or more often, and let a slow exporter keep its last answer."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            holders = [("", mapped(each.data.get("global"))), *((job.subject, job.data) for job in each.jobs)]
            for subject, holder in holders:
                interval = seconds(holder.get("scrape_interval"))
                if interval and interval > _LOOK_BACK / 2:
                    tail = "its series have holes" if interval > _LOOK_BACK else "one scrape that fails makes a hole"
                    message = f"{subject or 'global'} scrapes every {spell(interval)}: {tail}"
                    yield self.finding(each.path, holder.at("scrape_interval"), message, subject=subject)
