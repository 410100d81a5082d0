"""Rate windows follow the zoom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import seconds_of, spell
from obsboot.sources.configs import duration
from obsboot.sources.context import Context, mapped
from obsboot.sources.provisioning import datasources

_FIXED_FROM = 600.0
_FIXED_TO = 90 * 86400.0
_RANGE = re.compile(r"\[\s*([^\]:]+?)\s*(?::[^\]]*)?\]")


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
                for query in panel.queries:
                    for window in _RANGE.findall(query.raw):
                        if not _fits(window):
                            message = f"{query.owner} uses the window [{window}]"
                            yield self.finding(board.path, query.line(), message)
        yield from self._interval(context)

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
        return re.sub(r"[${}]", "", window).split(":")[0] in ("__rate_interval", "__range", "__range_s")
    try:
        return _FIXED_FROM <= seconds_of(window) <= _FIXED_TO
    except ValueError:
        return False
