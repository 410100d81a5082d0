"""Why an expression has no answer, in steps: metric, label, value, time, operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from obsboot.live.prometheus import Prometheus
from obsboot.model import Instance, Signal
from obsboot.promql import Matcher, Selector, selectors
from obsboot.promql.rewriting import quote


def why_empty(prometheus: Prometheus, expr: str, since: float, instance: Instance | None, signal: Signal | None) -> str:
    """One sentence for each selector that finds nothing; else that the operations between them leave nothing."""
    return what_is_missing(prometheus, expr, since, instance, signal) or NOTHING_LEFT


NOTHING_LEFT = "each of its selectors has data, but the operations between them leave nothing"


def what_is_missing(
    prometheus: Prometheus, expr: str, since: float, instance: Instance | None, signal: Signal | None
) -> str:
    """One sentence for each selector that finds nothing, and what the signal needs; empty where each finds something."""
    reasons = [reason for selector in selectors(expr) if (reason := _why(prometheus, selector, since))]
    if not reasons:
        return ""
    hint = f"; {', '.join(_needs(instance, signal))}" if signal and instance and _needs(instance, signal) else ""
    return "; ".join(dict.fromkeys(reasons)) + hint


def _why(prometheus: Prometheus, selector: Selector, since: float) -> str:
    bare = replace(selector, range=None, offset=0.0)
    now = prometheus.query(spelt(bare))
    if now:
        return ""
    if not prometheus.series(spelt(replace(bare, matchers=())), since):
        return f"the metric {selector.name} never existed"
    if prometheus.series(spelt(bare), since):
        return f"{spelt(bare)} was there and has disappeared"
    return _which_matcher(prometheus, bare, since)


def _which_matcher(prometheus: Prometheus, bare: Selector, since: float) -> str:
    for matcher in bare.matchers:
        if prometheus.series(spelt(replace(bare, matchers=(matcher,))), since):
            continue
        has = Matcher(matcher.name, "!=", "")
        if not prometheus.series(spelt(replace(bare, matchers=(has,))), since):
            return f"{bare.name} has no label {matcher.name}"
        values = prometheus.label_values(matcher.name, spelt(replace(bare, matchers=())))
        shown = ", ".join(values[:6]) + (" ..." if len(values) > 6 else "")
        return f"{bare.name} has no {matcher.name}{matcher.op}{quote(matcher.value)}, only {shown}"
    return f"{spelt(bare)} has each of these labels, but no series has all of them"


def _needs(instance: Instance, signal: Signal) -> tuple[str, ...]:
    return tuple(_conditions(instance, signal))


def _conditions(instance: Instance, signal: Signal) -> Iterator[str]:
    if signal.flags:
        yield f"it needs the exporter flags {' '.join(signal.flags)}"
    if signal.settings:
        yield f"it needs the server settings {', '.join(signal.settings)}"
    if signal.since or signal.until:
        span = f"from {signal.since}" if signal.since else f"before {signal.until}"
        yield f"it holds for versions {span} (the answers say {instance.version or 'none'})"


def spelt(selector: Selector) -> str:
    """The selector as PromQL."""
    braces = ",".join(f"{m.name}{m.op}{quote(m.value)}" for m in selector.matchers)
    return f"{selector.name}{{{braces}}}"
