"""Scrapes can be answered."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.scraping import Scrape, configurations

_SCHEMES = ("http", "https")


class Request(Check):
    id = "scrape/request"
    title = "A scrape asks for a page that there can be"
    explanation = "Prometheus takes any scheme and any path when it starts, and fails with each scrape."
    fix = "Write scheme: http or https, a metrics_path that begins with a slash, and what follows a `?` under params."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for job in each.jobs:
                for key, why, severity in _faults(job):
                    message = f"{job.subject}: {why}"
                    yield self.finding(job.path, job.data.at(key), message, severity=severity, subject=job.subject)


def _faults(job: Scrape) -> Iterator[tuple[str, str, Severity]]:
    scheme, path = str(job.data.get("scheme") or "http"), str(job.data.get("metrics_path") or "/metrics")
    written = {rule.target for rule in job.target_rules}
    if scheme not in _SCHEMES and "__scheme__" not in written:
        yield "scheme", f"there is no scheme {scheme!r} to scrape by", "error"
    if "__metrics_path__" not in written:
        if "?" in path:
            yield "metrics_path", f"the `?` of {path!r} becomes %3F: what follows it belongs under params", "error"
        elif not path.startswith("/"):
            yield "metrics_path", f"{path!r} does not begin with a slash: Prometheus puts one before it", "info"
