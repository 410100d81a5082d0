"""Which series the stack has: those its components' inventories hold, what Prometheus adds, and what rules record."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from obsboot.catalog import Family, Inventory, inventory
from obsboot.model import Component, Instance, Stack
from obsboot.promql import PromqlError, Selector, metric_names
from obsboot.promql.measures import NUMBER, SECONDS, by_name, of_buckets
from obsboot.promql.provenance import study
from obsboot.promql.shapes import ANY, UNKNOWN, Labels, Shape, Type
from obsboot.sources.configs import Job
from obsboot.sources.rulefiles import Rule

_OF_SCRAPES = {
    "up": Shape(Labels(), "gauge", NUMBER, low=0.0, high=1.0, source="up"),
    "scrape_duration_seconds": Shape(Labels(), "gauge", SECONDS, low=0.0),
    "scrape_timeout_seconds": Shape(Labels(), "gauge", SECONDS, low=0.0),
    "scrape_samples_scraped": Shape(Labels(), "gauge", NUMBER, low=0.0),
    "scrape_samples_post_metric_relabeling": Shape(Labels(), "gauge", NUMBER, low=0.0),
    "scrape_series_added": Shape(Labels(), "gauge", NUMBER, low=0.0),
}
_OF_RULES = {"ALERTS": Shape(ANY, "gauge", NUMBER, low=1.0, high=1.0), "ALERTS_FOR_STATE": Shape(ANY, "gauge", SECONDS)}


class Series:
    """Answers what is known of a selector. What no inventory tells is unknown, not missing."""

    def __init__(self, stack: Stack | None, jobs: Mapping[str, Job], rules: Iterable[Rule]) -> None:
        self.jobs = jobs
        self.instances: dict[str, list[Instance]] = {}
        for instance in stack.instances if stack else ():
            self.instances.setdefault(instance.job, []).append(instance)
        self.records: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "record":
                self.records.setdefault(rule.name, []).append(rule)
        self._recorded: dict[int, Shape] = {}
        self._excused = _excused(stack) if stack else frozenset()
        self._inventories: dict[str, Inventory] = {}

    def shape(self, selector: Selector) -> Shape:
        """What the series that a selector picks are like."""
        name = name_of(selector)
        if not name:
            return UNKNOWN
        if name in self.records:
            return self._of_records(selector, self.records[name])
        if name in _OF_RULES:
            return _OF_RULES[name]
        jobs = self.jobs_of(selector)
        shapes = [self._of_job(name, job) for job in jobs]
        found = [shape for shape in shapes if shape is not None]
        if not found or (len(found) < len(shapes) and any(self._open(job) for job in jobs)):
            return UNKNOWN
        merged = reduce(either, found)
        return merged.having(varied=merged.varied | {"job"}) if len(found) > 1 else merged

    def inventory(self, component: Component) -> Inventory:
        """What the component's recordings hold."""
        if component.id not in self._inventories:
            self._inventories[component.id] = inventory(component)
        return self._inventories[component.id]

    def jobs_of(self, selector: Selector) -> tuple[str, ...]:
        """The known jobs that the selector's `job` matchers allow; a Grafana variable allows each."""
        matchers = [m for m in selector.matchers if m.name == "job" and "$" not in m.value]
        return tuple(job for job in self.known_jobs() if all(_allows(m.op, m.value, job) for m in matchers))

    def known_jobs(self) -> Iterator[str]:
        yield from dict.fromkeys([*self.jobs, *self.instances])

    def missing(self, selector: Selector) -> str:
        """Why the selector picks nothing, ever; empty where it may pick something or nobody can tell."""
        name = name_of(selector)
        if not name or name in self.records or name in _OF_RULES or name in _OF_SCRAPES or name in self._excused:
            return ""
        jobs = self.jobs_of(selector)
        if not jobs or any(self.exposes(name, job) for job in jobs):
            return ""
        if ":" in name:
            return f"no rule of the pack records {name}"
        if any(self._open(job, name) for job in jobs):
            return ""
        others = [job for job in self.known_jobs() if self.exposes(name, job)]
        if others:
            return f"job {', '.join(jobs)} does not expose {name}; job {others[0]} does"
        return f"no recording of {_titles(self.instances, jobs)} holds {name}"

    def exposes(self, name: str, job: str) -> bool:
        """Whether a recording of one of the job's components holds the series."""
        return any(name in self.inventory(each.component) for each in self.instances.get(job, ()))

    def _open(self, job: str, name: str = "") -> bool:
        """Whether the job may expose what no inventory holds: it is not recorded, or an application's own."""
        instances = self.instances.get(job, [])
        if not instances or not all(self.inventory(each.component).families for each in instances):
            return True
        own = [each.component for each in instances if each.component.kind in ("service", "library")]
        return bool(own) and not any(name.startswith(c.series) for c in own if c.series and name)

    def _of_job(self, name: str, job: str) -> Shape | None:
        if name in _OF_SCRAPES:
            return self._targeted(_OF_SCRAPES[name], job)
        for instance in self.instances.get(job, ()):
            found = self.inventory(instance.component)
            family = found.family(name)
            if family is not None:
                return self._targeted(of_family(name, family, found, instance.component), job)
        return None

    def _targeted(self, shape: Shape, job: str) -> Shape:
        """The shape with the labels that scraping adds."""
        known = self.jobs.get(job)
        if known is None:
            return shape.having(labels=Labels(shape.labels.names | {"job", "instance"}, open=True))
        names = shape.labels.names | {"job", "instance", *known.labels, *known.added}
        fixed = {**shape.fixed, "job": job, **{k: v for k, v in known.labels.items() if k not in known.added}}
        if len(known.targets) == 1 and "instance" not in known.labels and not known.relabelled:
            fixed["instance"] = known.targets[0][0]
        many = {"instance"} if len(known.targets) > 1 and "instance" not in known.labels else set()
        return shape.having(labels=Labels(frozenset(names)), fixed=fixed, varied=shape.varied | many)

    def _of_records(self, selector: Selector, rules: list[Rule]) -> Shape:
        shapes = [self._of_record(rule) for rule in rules]
        wanted = {m.name: m.value for m in selector.matchers if m.op == "=" and "$" not in m.value}
        fitting = [s for s in shapes if all(s.fixed.get(k, v) == v for k, v in wanted.items())]
        return reduce(either, fitting or shapes)

    def _of_record(self, rule: Rule) -> Shape:
        if id(rule) not in self._recorded:
            self._recorded[id(rule)] = UNKNOWN  # a rule that records itself ends here
            try:
                shape = study(rule.query.text, self.shape).shape
            except PromqlError:
                return UNKNOWN
            labels = {name: str(value) for name, value in rule.labels.items()}
            fixed = {**shape.fixed, **labels}
            self._recorded[id(rule)] = shape.having(
                labels=shape.labels.add(labels), fixed=fixed, varied=shape.varied - set(labels), source=rule.name
            )
        return self._recorded[id(rule)]


def name_of(selector: Selector) -> str:
    """The metric that a selector names, also by `__name__`; empty where it names none."""
    return selector.name or selector.value_of("__name__") or ""


def of_family(series: str, family: Family, known: Inventory, component: Component) -> Shape:
    """The shape of a series as its exporter exposes it."""
    counter = known.type_of(series) == "counter" or series in component.counters
    kind = _type(series, family, counter)
    labels = known.labels(series)
    several = {label for label in labels if len(family.values.get(label, "..")) > 1}
    bounds = [bound for bound in family.buckets if math.isfinite(bound)]
    fixed_bounds = bounds and component.kind in ("server", "platform")  # an application's buckets are its own
    return Shape(
        labels=Labels(labels),
        type=kind,
        unit=by_name(series, counter),
        le=of_buckets(family.name) if kind == "bucket" else None,
        bound=max(bounds) if fixed_bounds else math.inf,
        low=0.0 if counter else -math.inf,
        varied=frozenset(several),
        source=series,
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
    )


def _allows(op: str, value: str, job: str) -> bool:
    if op in ("=", "!="):
        return (job == value) == (op == "=")
    try:
        return bool(re.fullmatch(value, job)) == (op == "=~")
    except re.error:
        return True


def _excused(stack: Stack) -> frozenset[str]:
    """Metrics that the catalogue names without a recording, with a written reason."""
    signals = (s for instance in stack.instances for s in instance.component.signals.values() if s.unrecorded)
    return frozenset(name for signal in signals for name in metric_names(signal.expr))


def _titles(instances: Mapping[str, list[Instance]], jobs: Iterable[str]) -> str:
    titles = dict.fromkeys(each.component.title for job in jobs for each in instances.get(job, ()))
    return " or ".join(titles) or "any component"
