"""What an exporter really exposes: the metric families in the expositions recorded from the real server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from obsboot.model import Component

Type = Literal["counter", "gauge", "histogram", "summary", "untyped"]

SCRAPED = frozenset({
    "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
    "scrape_series_added", "ALERTS", "ALERTS_FOR_STATE",
})  # fmt: skip
"""Series that Prometheus itself makes for every target or rule; no exposition holds them."""

MANY = 20
"""Labels with more values than this are open-ended: their values are not kept."""

_SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+\S')
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count"), "counter": ("_total", "_created")}
_SUFFIXES = ("_bucket", "_sum", "_count", "_total", "_created")
_UNITS = {"seconds": "s", "milliseconds": "ms", "microseconds": "µs", "bytes": "bytes", "ratio": "percentunit"}
_UNITS |= {"percent": "percent", "celsius": "celsius"}


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: `labels` are all label names seen, `values` those of the labels with few of them.

    `unit` is Grafana's name for what the metric's own name says it counts (`_seconds` is `s`), empty where it says
    nothing. `buckets` are the upper bounds of a histogram, `recordings` the files (exporter versions) that hold it.
    """

    name: str
    type: Type
    help: str = ""
    labels: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()
    recordings: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        return _UNITS.get(self.name.removesuffix("_total").rpartition("_")[2], "")


@dataclass(frozen=True, slots=True)
class Inventory:
    """All families of a component, by name. Lookups take the name of a series: `x_bucket` is of histogram `x`."""

    families: Mapping[str, Family] = field(default_factory=dict)

    def __contains__(self, series: object) -> bool:
        return isinstance(series, str) and self.family(series) is not None

    def family(self, series: str) -> Family | None:
        """The family that exposes `series`; None where no recording holds it."""
        if found := self.families.get(series):
            return None if found.type == "histogram" else found
        for suffix in _SUFFIXES:
            found = self.families.get(series.removesuffix(suffix)) if series.endswith(suffix) else None
            if found and suffix in _PARTS.get(found.type, ()):
                return found
        return None

    def type_of(self, series: str) -> Type | None:
        """What the series is by itself: the parts of a histogram or summary only grow, so they are counters."""
        family = self.family(series)
        if family is None:
            return None
        return "counter" if family.name != series and family.type in ("histogram", "summary") else family.type

    def labels(self, series: str) -> frozenset[str]:
        """The label names that the series has of itself, without `job` and `instance`."""
        family = self.family(series)
        if family is None:
            return frozenset()
        own = {"le"} if series.endswith("_bucket") else {"quantile"} if family.name == series else set()
        return frozenset(
            family.labels - ({"le", "quantile"} - own if family.type in ("histogram", "summary") else set())
        )


def inventory(component: Component) -> Inventory:
    """What the recordings of the component (`metrics/*.prom`, all roots) hold together; empty without a recording."""
    homes = component.homes or (component.home,)
    paths = tuple(path for home in reversed(homes) for path in sorted((home / "metrics").glob("*.prom")))
    return _of(paths, component.counters)


@lru_cache(maxsize=256)
def _of(paths: tuple[Path, ...], counters: tuple[str, ...]) -> Inventory:
    recorded = merge(parse(path.read_text(encoding="utf-8"), recording=path.stem) for path in paths)
    retyped = {name: replace(f, type="counter") for name, f in recorded.families.items() if name in counters}
    return Inventory({**recorded.families, **retyped})


def merge(inventories: Iterable[Inventory]) -> Inventory:
    """One inventory that holds what any of them holds; where they differ in a type, the later one counts."""
    merged: dict[str, Family] = {}
    for family in (each for inventory in inventories for each in inventory.families.values()):
        known = merged.get(family.name)
        merged[family.name] = _joined(known, family) if known else family
    return Inventory(merged)


def _joined(one: Family, other: Family) -> Family:
    shared = {*one.values, *other.values}
    values = {name: one.values.get(name, frozenset()) | other.values.get(name, frozenset()) for name in shared}
    open_ended = {label for each in (one, other) for label in each.labels - set(each.values)}
    return Family(
        name=other.name,
        type=other.type,
        help=other.help or one.help,
        labels=one.labels | other.labels,
        values={name: few for name, few in values.items() if name not in open_ended and len(few) <= MANY},
        buckets=tuple(sorted({*one.buckets, *other.buckets})),
        recordings=(*one.recordings, *other.recordings),
    )


def parse(exposition: str, recording: str = "") -> Inventory:
    """The inventory of one exposition in Prometheus' text format (or OpenMetrics, whose counters lack `_total`)."""
    types: dict[str, Type] = {}
    helps: dict[str, str] = {}
    seen: dict[str, dict[str, set[str]]] = {}
    for line in exposition.splitlines():
        if line.startswith("# "):
            _described(line, types, helps)
        elif sample := _SAMPLE.match(line):
            name = _family_name(sample[1], types)
            labels = seen.setdefault(name, {})
            for label, value in _LABEL.findall(sample[2] or ""):
                labels.setdefault(label, set()).add(value)
    return Inventory({name: _family(name, types, helps, labels, recording) for name, labels in seen.items()})


def _described(line: str, types: dict[str, Type], helps: dict[str, str]) -> None:
    _, word, name, *rest = [*line.split(" ", 3), "", ""][:4]
    if word == "TYPE":
        types[name] = rest[0] if rest[0] in ("counter", "gauge", "histogram", "summary") else "untyped"  # type: ignore[assignment]
    elif word == "HELP":
        helps[name] = rest[0].replace("\\n", "\n").replace("\\\\", "\\")


def _family_name(series: str, types: Mapping[str, Type]) -> str:
    if series in types:
        return series
    for suffix in _SUFFIXES:
        base = series.removesuffix(suffix)
        if base != series and suffix in _PARTS.get(types.get(base, ""), ()):
            return base
    return series


def _family(
    name: str, types: Mapping[str, Type], helps: Mapping[str, str], labels: Mapping[str, set[str]], recording: str
) -> Family:
    kind = types.get(name, "untyped")
    return Family(
        name=name,
        type=kind,
        help=helps.get(name, ""),
        labels=frozenset(labels),
        values={label: frozenset(few) for label, few in labels.items() if label != "le" and len(few) <= MANY},
        buckets=tuple(sorted(_bounds(labels.get("le", ())))) if kind == "histogram" else (),
        recordings=(recording,) if recording else (),
    )


def _bounds(texts: Iterable[str]) -> Iterator[float]:
    return (float(text) for text in texts)
