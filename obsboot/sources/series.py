"""Which series the stack has: those its components' inventories hold, what Prometheus adds, and what rules record."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from obsboot.catalog import inventory
from obsboot.model import Instance, Severity, Stack
from obsboot.promql import PromqlError, Selector, metric_names
from obsboot.promql.likeness import grown, slip
from obsboot.promql.measures import NUMBER, SECONDS
from obsboot.promql.provenance import study
from obsboot.promql.shapes import ANY, UNKNOWN, Labels, Shape
from obsboot.sources.configs import Job
from obsboot.sources.exporters import Exporters, Exposed
from obsboot.sources.families import by_convention, either, of_family, series_of
from obsboot.sources.rulefiles import Rule

_OF_SCRAPES = {
    "up": Shape(Labels(), "gauge", NUMBER, low=0.0, high=1.0, source="up"),
    "scrape_duration_seconds": Shape(Labels(), "gauge", SECONDS, low=0.0),
    "scrape_timeout_seconds": Shape(Labels(), "gauge", SECONDS, low=0.0),
    "scrape_samples_scraped": Shape(Labels(), "gauge", NUMBER, low=0.0),
    "scrape_samples_post_metric_relabeling": Shape(Labels(), "gauge", NUMBER, low=0.0),
    "scrape_series_added": Shape(Labels(), "gauge", NUMBER, low=0.0),
}
_OF_RULES = {"ALERTS": Shape(ANY, "gauge", NUMBER, low=0.0, high=1.0), "ALERTS_FOR_STATE": Shape(ANY, "gauge", SECONDS)}


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a selector picks nothing, ever; `severity` says how sure that is."""

    message: str
    severity: Severity = "error"


class Series:
    """Answers what is known of a selector. What no inventory tells is unknown, not missing.

    Of a pack the answers tell what each job exposes; of any other folder `exporters` tells what there is evidence of.
    """

    def __init__(
        self, stack: Stack | None, jobs: Mapping[str, Job], rules: Iterable[Rule], exporters: Exporters | None = None
    ) -> None:
        self.jobs = jobs
        self.exporters = exporters
        self.instances: dict[str, list[Instance]] = {}
        for instance in stack.instances if stack else ():
            self.instances.setdefault(instance.job, []).append(instance)
        self.records: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "record":
                self.records.setdefault(rule.name, []).append(rule)
        self._recorded: dict[int, Shape] = {}
        self._excused = _excused(stack) if stack else frozenset()
        self._exposed: dict[str, tuple[Exposed, ...]] = {}
        self._merged: dict[tuple[str, tuple[str, ...]], Shape] = {}
        self._allowed: dict[tuple[tuple[str, str], ...], tuple[str, ...]] = {}

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
        if (name, jobs) not in self._merged:
            self._merged[name, jobs] = self._of_jobs(name, jobs)
        return self._merged[name, jobs]

    def _of_jobs(self, name: str, jobs: tuple[str, ...]) -> Shape:
        shapes = [self._of_job(name, job) for job in jobs]
        found = [shape for shape in shapes if shape is not None]
        more = len(found) < len(shapes) and any(self._open(job) for job in jobs)
        if not found or (more and self.exporters is None):
            return UNKNOWN if self.exporters is None else self._named(name, self.exporters)
        merged = reduce(either, found)
        if more:
            return merged.having(labels=Labels(merged.labels.names, open=True), varied=frozenset(), fixed={})
        return merged.having(varied=merged.varied | {"job"}) if len(found) > 1 else merged

    def exposed(self, job: str) -> tuple[Exposed, ...]:
        """What a job exposes, as far as it is known."""
        if job not in self._exposed:
            if self.exporters is not None:
                self._exposed[job] = self.exporters.of_job(job, self.jobs.get(job))
            else:
                known = (each.component for each in self.instances.get(job, ()))
                self._exposed[job] = tuple(Exposed(each.title, inventory(each), each) for each in known)
        return self._exposed[job]

    def jobs_of(self, selector: Selector) -> tuple[str, ...]:
        """The known jobs that the selector's `job` matchers allow; a Grafana variable allows each."""
        asked = tuple((m.op, m.value) for m in selector.matchers if m.name == "job" and "$" not in m.value)
        if asked not in self._allowed:
            tests = [_allowing(*each) for each in asked]
            self._allowed[asked] = tuple(job for job in self.known_jobs() if all(test(job) for test in tests))
        return self._allowed[asked]

    def known_jobs(self) -> Iterator[str]:
        yield from dict.fromkeys([*self.jobs, *self.instances])

    def missing(self, selector: Selector) -> Absence | None:
        """Why the selector picks nothing, ever; None where it may pick something or nobody can tell."""
        name = name_of(selector)
        if not name or name in self.records or name in _OF_RULES or name in _OF_SCRAPES or name in self._excused:
            return None
        jobs = self.jobs_of(selector)
        if any(self.exposes(name, job) for job in jobs):
            return None
        if self.exporters is not None:
            return self._absent(name, selector, jobs)
        if not jobs or (":" not in name and any(self._open(job, name) for job in jobs)):
            return None
        if ":" in name:
            return Absence(f"no rule of the pack records {name}")
        return self._elsewhere(name, jobs) or Absence(f"no recording of {self._titles(jobs)} holds {name}")

    def _elsewhere(self, name: str, jobs: Sequence[str]) -> Absence | None:
        other = next((job for job in self.known_jobs() if self.exposes(name, job)), None)
        return Absence(f"job {', '.join(jobs)} does not expose {name}; job {other} does") if other else None

    def _absent(self, name: str, selector: Selector, jobs: Sequence[str]) -> Absence | None:
        """In a folder that nobody has answered for: what is not known is not missing, but for slips of the pen."""
        if ":" in name:
            return self._unrecorded(name)
        if selector.value_of("job") is None or not jobs or any(self._open(job, name) for job in jobs):
            return self._misnamed(name)
        if elsewhere := self._elsewhere(name, jobs):
            return elsewhere
        every = [each for job in jobs for each in self.exposed(job)]
        if meant := _meant(name, every):
            return Absence(f"{self._titles(jobs)} does not hold {name}; did you mean {meant}?")
        seen = all(each.evidence == "seen" for each in every)
        what = (
            f"{self._titles(jobs)} does not hold {name}"
            if seen
            else f"no recording of {self._titles(jobs)} holds {name}"
        )
        return Absence(what, "warning" if seen else "info")

    def _misnamed(self, name: str) -> Absence | None:
        known = self.exporters.by_name(name) if self.exporters else None
        if known is None or name in known.inventory:
            return None
        meant = _meant(name, [known])
        return Absence(f"{known.title} knows no {name}; did you mean {meant}?", "warning") if meant else None

    def _unrecorded(self, name: str) -> Absence | None:
        """Recorded elsewhere, perhaps, unless this folder records its like."""
        if meant := slip(name, self.records) or _sibling(name, self.records):
            return Absence(f"no rule records {name}; did you mean {meant}?", "error" if self.jobs else "warning")
        handed = any(job.data.get("honor_labels") is True for job in self.jobs.values())
        return Absence(f"no rule records {name}", "warning") if self.records and self.jobs and not handed else None

    def exposes(self, name: str, job: str) -> bool:
        """Whether the job is known to have the series."""
        return any(name in each.inventory for each in self.exposed(job))

    def values(self, selector: Selector, label: str) -> frozenset[str]:
        """The values of a label, where they are known to be few; of a recording, only those that look like a set."""
        name = name_of(selector)
        jobs = self.jobs_of(selector) if selector.value_of("job") else ()
        known = [each for job in jobs for each in self.exposed(job) if name in each.inventory]
        if not known and self.exporters and name not in self.records and (other := self.exporters.by_name(name)):
            known = [other]
        found: set[str] = set()
        for each in known:
            family = each.inventory.family(name)
            few = family.values.get(label, frozenset()) if family else frozenset()
            if len(few) < (1 if each.evidence == "seen" else 5):
                return frozenset()
            found |= few
        return frozenset(found)

    def _open(self, job: str, name: str = "") -> bool:
        """Whether the job may expose what no inventory holds: it is not recorded, or an application's own."""
        exposed = self.exposed(job)
        if not exposed or not all(each.inventory.families for each in exposed):
            return True
        own = [each.component for each in exposed if each.component and each.component.kind in ("service", "library")]
        return bool(own) and not any(name.startswith(c.series) for c in own if c.series and name)

    def _titles(self, jobs: Iterable[str]) -> str:
        titles = dict.fromkeys(each.title for job in jobs for each in self.exposed(job))
        return " or ".join(titles) or "any component"

    def _of_job(self, name: str, job: str) -> Shape | None:
        if name in _OF_SCRAPES:
            return self._targeted(_OF_SCRAPES[name], job)
        for each in self.exposed(job):
            family = each.inventory.family(name)
            if family is not None:
                return self._targeted(of_family(name, family, each), job)
        return None

    def _named(self, name: str, exporters: Exporters) -> Shape:
        """What a series is by its name alone: that of a known exporter's, or one that follows the conventions."""
        known = exporters.by_name(name)
        family = known.inventory.family(name) if known else None
        if known is None or family is None:
            return by_convention(name)
        shape = of_family(name, family, known)
        names = shape.labels.names | {"job", "instance"}
        return shape.having(labels=Labels(names, open=True), bound=math.inf, trust="likely")

    def _targeted(self, shape: Shape, job: str) -> Shape:
        """The shape with the labels that scraping adds."""
        known = self.jobs.get(job)
        if known is None:
            return shape.having(labels=Labels(shape.labels.names | {"job", "instance"}, open=True))
        names = shape.labels.names | {"job", "instance", *known.labels, *known.added}
        fixed = {**shape.fixed, "job": job, **{k: v for k, v in known.labels.items() if k not in known.added}}
        if len(known.targets) == 1 and "instance" not in known.labels and not known.relabelled:
            fixed["instance"] = known.targets[0][0]
        several, open_ended = len(known.targets) > 1, False
        if self.exporters is not None:
            reach = self.exporters.reach(known)
            names, several, open_ended = names | reach.labels, reach.several, reach.open
            fixed = {
                name: value
                for name, value in fixed.items()
                if name not in reach.labels - {*known.labels} and not open_ended
            }
        many = {"instance"} if several and "instance" not in known.labels else set()
        return shape.having(labels=Labels(frozenset(names), open_ended), fixed=fixed, varied=shape.varied | many)

    def _of_records(self, selector: Selector, rules: list[Rule]) -> Shape:
        shapes = [self._of_record(rule) for rule in rules]
        wanted = {m.name: m.value for m in selector.matchers if m.op == "=" and "$" not in m.value}
        fitting = [s for s in shapes if all(s.fixed.get(k, v) == v for k, v in wanted.items())]
        return reduce(either, fitting or shapes)

    def _of_record(self, rule: Rule) -> Shape:
        if id(rule) not in self._recorded:
            self._recorded[id(rule)] = UNKNOWN  # a rule that records itself ends here
            try:
                found = study(rule.query.text, self.shape)
            except PromqlError:
                return UNKNOWN
            labels = {name: str(value) for name, value in rule.labels.items()}
            shape = found.shape
            self._recorded[id(rule)] = shape.having(
                labels=shape.labels.add(labels),
                fixed={**shape.fixed, **labels},
                varied=shape.varied - set(labels),
                source=rule.name,
                trust=found.trust,
            )
        return self._recorded[id(rule)]


def name_of(selector: Selector) -> str:
    """The metric that a selector names, also by `__name__`; empty where it names none."""
    return selector.name or selector.value_of("__name__") or ""


def _meant(name: str, exposed: Iterable[Exposed]) -> str:
    """What a name that nobody exposes was probably meant to be."""
    known = {series for each in exposed for series in series_of(each) if series in each.inventory}
    return slip(name, known) or grown(name, known)


def _sibling(name: str, records: Iterable[str]) -> str:
    """A recorded series that differs in its numbers alone, such as those of a window."""
    return next((each for each in records if _numberless(each) == _numberless(name)), "")


def _numberless(name: str) -> str:
    return re.sub(r"\d+", "0", name)


def _allowing(op: str, value: str) -> Callable[[str], bool]:
    """What tells whether a matcher takes a job."""
    if op in ("=", "!="):
        return lambda job: (job == value) == (op == "=")
    try:
        fits = re.compile(value).fullmatch
    except re.error:
        return lambda _: True
    return lambda job: bool(fits(job)) == (op == "=~")


def _excused(stack: Stack) -> frozenset[str]:
    """Metrics that the catalogue names without a recording, with a written reason."""
    signals = (s for instance in stack.instances for s in instance.component.signals.values() if s.unrecorded)
    return frozenset(name for signal in signals for name in metric_names(signal.expr))
