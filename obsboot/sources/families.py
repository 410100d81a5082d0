"""The shape of a series, by the family of metrics it is of or by its name."""

from __future__ import annotations

import math

from obsboot.catalog import Family
from obsboot.promql.measures import by_name, of_buckets
from obsboot.promql.shapes import TRUSTS, Labels, Shape, Type
from obsboot.sources.exporters import Exposed


def of_family(series: str, family: Family, known: Exposed) -> Shape:
    """The shape of a series as its exporter exposes it."""
    counter = known.counts(series)
    kind = _type(series, family, counter)
    labels = known.inventory.labels(series)
    several = {label for label in labels if len(family.values.get(label, "..")) > 1}
    bounds = [bound for bound in family.buckets if math.isfinite(bound)]
    return Shape(
        labels=Labels(labels),
        type=kind,
        unit=by_name(series, counter),
        le=of_buckets(family.name) if kind == "bucket" else None,
        bound=max(bounds) if bounds and known.bounds_fixed else math.inf,
        low=0.0 if counter else -math.inf,
        varied=frozenset(several),
        source=series,
    )


def by_convention(series: str) -> Shape:
    """What the name of a series promises, where nothing else is known of it."""
    counter = series.endswith(("_total", "_bucket"))
    family = series.removesuffix("_bucket")
    return Shape(
        type="bucket" if family != series else "counter" if counter else "unknown",
        unit=by_name(series, counter) if counter else None,
        le=of_buckets(family) if family != series else None,
        source=series,
        trust="named",
    )


def _type(series: str, family: Family, counter: bool) -> Type:
    if family.type == "histogram" and series.endswith("_bucket"):
        return "bucket"
    if counter:
        return "counter"
    return {"gauge": "gauge", "summary": "summary"}.get(family.type, "unknown")  # type: ignore[return-value]


def either(one: Shape, other: Shape) -> Shape:
    """What holds of series that may be of either shape."""
    same_unit = one.unit is not None and other.unit is not None and one.unit.same(other.unit)
    return Shape(
        labels=one.labels.join(other.labels),
        type=one.type if one.type == other.type else "unknown",
        unit=one.unit if same_unit else None,
        le=one.le if one.le == other.le else None,
        bound=max(one.bound, other.bound),
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        fixed={name: value for name, value in one.fixed.items() if other.fixed.get(name) == value},
        varied=one.varied | other.varied,
        source=one.source if one.source == other.source else "",
        trust=max(one.trust, other.trust, key=TRUSTS.index),
    )


_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count"), "counter": ("", "_total")}


def series_of(known: Exposed) -> frozenset[str]:
    """The names of all its series."""
    families = known.inventory.families.values()
    return frozenset(family.name + part for family in families for part in _PARTS.get(family.type, ("",)))
