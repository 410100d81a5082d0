"""Heatmaps get buckets."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql.shapes import Labels
from obsboot.sources.boards import Panel
from obsboot.sources.context import Context


class Buckets(Check):
    id = "dashboard/buckets"
    severity = "warning"
    title = "Heatmaps of histograms get their buckets as buckets"
    explanation = (
        "Prometheus' buckets count all that is smaller as well: without the format `heatmap` Grafana draws each of them "
        "over the next, and without the label `le` there are none."
    )
    fix = "Keep `le` in the expression, and give the query the format `heatmap`; or let the panel calculate from raw values."

    def run(self, context: Context) -> Iterator[Finding]:
        for panel in (panel for board in context.boards for panel in board.panels):
            if panel.type != "heatmap" or _calculates(panel):
                continue
            for number, query in panel.asked.items():
                study = context.study(query)
                classic = study is not None and any(each.name.endswith("_bucket") for each in study.selectors)
                fault = _fault(study.shape.labels, panel.targets[number].get("format")) if study and classic else ""
                if fault:
                    key = "format" if "format" in panel.targets[number] else "expr"
                    line = panel.line("targets", number, key)
                    yield self.finding(query.path, line, f"{query.owner}: {fault}", subject=panel.subject)


def _calculates(panel: Panel) -> bool:
    """Whether the panel makes the buckets itself, in the manner of today or of before."""
    options = panel.data.get("options")
    old = panel.data.get("dataFormat") == "timeseries" and "options" not in panel.data
    return old or (isinstance(options, dict) and bool(options.get("calculate")))


def _fault(labels: Labels, how: object) -> str:
    if "le" in labels.names and how not in ("heatmap", "table"):
        return "has buckets by `le`, and not the format heatmap"
    if how == "heatmap" and not labels.open and not labels.names & {"le", "vmrange"}:
        return f"has the format heatmap and no buckets: there is no `le` in the result, which has {labels}"
    return ""
