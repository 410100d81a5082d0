"""Histograms add up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.expositions import Metric, Sample, expositions

Labels = frozenset[tuple[str, str]]
Fault = tuple[int, str]


class Histogram(Check):
    id = "exposition/histogram"
    title = "Histograms are whole, and their buckets add up"
    explanation = (
        "A quantile is worked out from buckets that each count all below their bound, up to `+Inf`. Where one is missing or "
        "falls, the quantile is wrong or NaN."
    )
    fix = "Let a client library count; each bucket holds what the one before it holds and more, `+Inf` as many as `_count`."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in expositions(context):
            for metric in each.metrics.values():
                if metric.type == "histogram" and metric.samples:
                    for line, message in _faults(metric):
                        yield self.finding(each.path, line, message, subject=f"metric {metric.name}")


def _faults(metric: Metric) -> Iterator[Fault]:
    series: dict[Labels, dict[str, list[Sample]]] = {}
    for sample in metric.samples:
        own = frozenset((name, value) for name, value in sample.labels.items() if name != "le")
        part = sample.name.removeprefix(metric.name)
        if part == "_bucket" and "le" not in sample.labels:
            yield sample.line, f"a bucket of {metric.name} has no le"
        else:
            series.setdefault(own, {}).setdefault(part, []).append(sample)
    for parts in series.values():
        yield from _series(metric, parts)


def _series(metric: Metric, parts: dict[str, list[Sample]]) -> Iterator[Fault]:
    first = next(iter(parts.values()))[0]
    buckets = parts.get("_bucket", [])
    if not buckets:
        yield first.line, f"{metric.name} has no buckets"
        return
    missing = [part for part in ("_sum", "_count") if part not in parts]
    if missing:
        yield buckets[0].line, f"{metric.name} has no {' and no '.join(metric.name + part for part in missing)}"
    bounds = [(bound, sample) for sample in buckets if (bound := _bound(sample.labels["le"])) is not None]
    for sample in buckets:
        if _bound(sample.labels["le"]) is None:
            yield sample.line, f"le={sample.labels['le']!r} is no number"
    ordered = sorted(bounds, key=lambda pair: pair[0])
    for (_, below), (_, above) in pairwise(ordered):
        if above.value < below.value:
            why = f"le={above.labels['le']!r} counts fewer than le={below.labels['le']!r}"
            yield above.line, f"the buckets of {metric.name} do not add up: {why}"
    yield from _last(metric, ordered, parts.get("_count", []))


def _last(metric: Metric, ordered: list[tuple[float, Sample]], counts: list[Sample]) -> Iterator[Fault]:
    if ordered and not math.isinf(ordered[-1][0]):
        yield ordered[-1][1].line, f"{metric.name} has no bucket +Inf"
    elif ordered and counts and counts[0].value != ordered[-1][1].value:
        yield counts[0].line, f"{metric.name}_count is not what the bucket +Inf counts"


def _bound(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
