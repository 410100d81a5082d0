"""Grafana knows how often is scraped."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import spell
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.provisioning import Provisioned, datasources
from obsboot.sources.topology import runners, services

_USUAL = 15.0
"""Seconds between scrapes that Grafana takes it to be where nobody says."""
_PROMETHEUS = 60.0
"""Seconds between scrapes where the configuration says nothing."""


class TimeInterval(Check):
    id = "grafana/time-interval"
    severity = "warning"
    title = "A Prometheus data source says how often Prometheus scrapes"
    explanation = (
        "Grafana makes $__rate_interval four times the interval that it is told, and takes it to be 15 seconds: where "
        "scrapes lie wider apart, windows hold no two samples, and panels are empty when they are zoomed."
    )
    fix = "Set jsonData.timeInterval to `scrape_interval` of the configuration."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # dashboard/rate-interval knows the answer
        intervals = {_intervals(mapped(each.data)) for each in context.sources("prometheus")}
        servers = {name for each in context.sources("prometheus") for name in _names(context, each.path)}
        others = {name for each in services(context) for name in each.names} - servers
        for source in datasources(context):
            said = mapped(source.data.get("jsonData")).get("timeInterval")
            host = urlsplit(str(source.data.get("url") or "")).hostname
            asks = host in servers or (said and host not in others)
            if source.type == "prometheus" and len(intervals) == 1 and asks:
                yield from self._source(source, said, *min(intervals))

    def _source(self, source: Provisioned, said: object, wanted: float, least: float) -> Iterator[Finding]:
        told = seconds(said) if said else _USUAL
        if told is None or least <= told <= wanted or (not said and 2 * wanted <= 4 * _USUAL):
            return
        severity: Severity = "warning" if told < wanted else "info"
        subject = f"data source {source.name!r}"
        how = "" if said else " by default"
        message = f"{subject}: timeInterval is {spell(told)}{how}, and scrapes are {spell(wanted)} apart"
        line = source.option("timeInterval")
        yield self.finding(source.path, line, message, severity=severity, subject=subject)


def _intervals(data: Mapped) -> tuple[float, float]:
    """How far scrapes lie apart in seconds: where a job says nothing, and in the job with the most of them."""
    usual = seconds(mapped(data.get("global")).get("scrape_interval")) or _PROMETHEUS
    jobs = (mapped(each).get("scrape_interval") for each in listed(data.get("scrape_configs")))
    return usual, min([usual, *(found for each in jobs if each and (found := seconds(each)))])


def _names(context: Context, path: str) -> Iterator[str]:
    """What others call the Prometheus that has a configuration."""
    for service in runners(context, path, "prometheus"):
        yield from service.names
