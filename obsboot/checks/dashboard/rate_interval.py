"""Rate windows follow the zoom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import seconds_of, spell
from obsboot.promql.variables import outside
from obsboot.sources.boards import Panel
from obsboot.sources.configs import duration
from obsboot.sources.context import Context, mapped
from obsboot.sources.provisioning import datasources

FIXED_FROM = 600.0
"""Seconds from which a fixed window is taken as meant."""
_FIXED_TO = 90 * 86400.0
_SHORT = 300.0
"""A window that is shorter than this misses samples as soon as somebody looks at a day."""
_RANGE = re.compile(r"\[\s*([^\]:]+?)\s*(?::[^\]]*)?\]")
_SELECTOR = r'[\w:$]*(?:\{(?:"[^"\\]*(?:\\.[^"\\]*)*"|\'[^\'\\]*(?:\\.[^\'\\]*)*\'|[^}"\'])*\})?'
_RATE = re.compile(rf"\b(rate|irate|increase)\s*\(\s*{_SELECTOR}\s*\[\s*([^\]:]+?)\s*\]")
_FOLLOWING = ("__rate_interval", "__range", "__range_s")


class RateInterval(Check):
    id = "dashboard/rate-interval"
    title = "Rates on panels use $__rate_interval"
    explanation = (
        "A fixed short window shows gaps where points lie wider apart than it; `$__interval` may hold no sample."
    )
    fix = "Write [$__rate_interval]; a window of ten minutes or more is taken as meant."

    def run(self, context: Context) -> Iterator[Finding]:
        for board in context.boards:
            for panel in board.panels:
                yield from self._foreign(panel) if context.foreign else self._own(panel)
        if not context.foreign:
            yield from self._interval(context)

    def _own(self, panel: Panel) -> Iterator[Finding]:
        for query in panel.queries:
            for window in _RANGE.findall(outside(query.raw)):
                if not _fits(window):
                    message = f"{query.owner} uses the window [{window}]"
                    yield self.finding(query.path, query.line(), message, subject=panel.subject)

    def _foreign(self, panel: Panel) -> Iterator[Finding]:
        """Rates over time alone: a number of now may be of any window, and other functions are meant as they are."""
        for number, query in panel.asked.items():
            target = panel.targets[number]
            if target.get("instant") and not target.get("range"):
                continue
            for function, window in dict.fromkeys(_RATE.findall(query.raw)):
                if severity := _severity(function, window):
                    message = f"{query.owner}: {function}() over [{window}], which does not follow the zoom"
                    yield self.finding(query.path, query.line(), message, severity=severity, subject=panel.subject)

    def _interval(self, context: Context) -> Iterator[Finding]:
        """Grafana makes $__rate_interval from the interval that its data source says."""
        wanted = float(context.stack.values.get("scrape_interval_seconds", 15))
        for source in datasources(context):
            settings = mapped(source.data.get("jsonData"))
            if source.type == "prometheus" and duration(settings.get("timeInterval"), 15.0) != wanted:
                line = settings.at("timeInterval") or source.data.line
                message = f"the data source's timeInterval is not the scrape interval of {spell(wanted)}"
                yield self.finding(source.path, line, message)


def _fits(window: str) -> bool:
    if "$" in window:
        return _plain(window) in _FOLLOWING
    try:
        return FIXED_FROM <= seconds_of(window) <= _FIXED_TO
    except ValueError:
        return False


def _severity(function: str, window: str) -> Severity | None:
    """How bad the window of a rate is; None where it is well. irate() sees two samples of it, however long it is."""
    if "$" in window or "[" in window:
        return "warning" if _plain(window) in ("__interval", "__interval_ms") else None
    try:
        length = seconds_of(window)
    except ValueError:
        return None
    return None if length >= FIXED_FROM else "warning" if length < _SHORT and function != "irate" else "info"


def _plain(window: str) -> str:
    return re.sub(r"[${}]", "", window).split(":")[0]
