"""The scrape configuration loads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.prometheus import faults
from obsboot.sources.scraping import configurations


class ScrapeLoads(Check):
    id = "scrape/load"
    title = "The scrape configuration is one that Prometheus loads"
    explanation = "Prometheus refuses a bad configuration as a whole, at the next restart, when nobody is looking."
    fix = "Mend the line; `promtool check config` says the same of the whole file."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            if not context.foreign and not each.jobs:
                yield self.finding(each.path, each.data.at("scrape_configs"), "nothing is scraped")
            for line, message in dict.fromkeys(faults(each.data, fragment=each.fragment)):
                yield self.finding(each.path, line, message, subject=each.named(line))
