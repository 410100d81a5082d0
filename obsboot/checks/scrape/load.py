"""The scrape configuration loads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped

_ACTIONS = frozenset({"replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop",
                      "labelkeep", "lowercase", "uppercase"})  # fmt: skip


class ScrapeLoads(Check):
    id = "scrape/load"
    title = "The scrape configuration is one that Prometheus loads"
    explanation = "Prometheus refuses a bad configuration as a whole, at the next restart, when nobody is looking."
    fix = "Mend the line; `obsboot check --replay` asks promtool as well."

    def run(self, context: Context) -> Iterator[Finding]:
        path, data = context.path(context.scrape_name), context.scrape
        jobs = listed(data.get("scrape_configs"))
        if not jobs:
            yield self.finding(path, data.at("scrape_configs"), "nothing is scraped")
        seen: set[str] = set()
        for number, each in enumerate(jobs):
            job = mapped(each)
            name = str(job.get("job_name") or "")
            if not name or name in seen:
                message = f"two jobs are called {name!r}" if name else "the job has no job_name"
                yield self.finding(path, job.at("job_name") or jobs.lines[number], message)
            seen.add(name)
            yield from self._job(path, job)
        for holder in (mapped(data.get("global")), *map(mapped, jobs)):
            for key in ("scrape_interval", "scrape_timeout", "evaluation_interval"):
                if key in holder and seconds(holder[key]) is None:
                    yield self.finding(path, holder.at(key), f"{key}: {holder[key]!r} is no duration")

    def _job(self, path: str, job: Mapped) -> Iterator[Finding]:
        relabelled = bool(job.get("relabel_configs"))  # then a target may be anything that becomes an address
        for static in map(mapped, listed(job.get("static_configs"))):
            for target, line in zip(listed(static.get("targets")), listed(static.get("targets")).lines, strict=True):
                if not isinstance(target, str) or not target or ("/" in target and not relabelled):
                    yield self.finding(path, line, f"{target!r} is no host:port")
        for rule in map(mapped, [*listed(job.get("relabel_configs")), *listed(job.get("metric_relabel_configs"))]):
            if str(rule.get("action", "replace")).lower() not in _ACTIONS:
                yield self.finding(path, rule.at("action"), f"relabelling knows no action {rule['action']!r}")
            try:
                re.compile(str(rule.get("regex", "")))
            except re.error as error:
                yield self.finding(path, rule.at("regex"), f"the regular expression does not compile: {error}")
