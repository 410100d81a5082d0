"""What rules and panels ask for is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher, Selector, grouping_labels
from obsboot.sources.context import Context
from obsboot.sources.matchers import agrees
from obsboot.sources.prometheus import Rule
from obsboot.sources.queries import Query
from obsboot.sources.scraping import Scrape, configurations
from obsboot.sources.series import name_of

_NAME = "__name__"
Loss = tuple[Scrape, Rule]
"""The job that drops something, and the rule by which it does."""


class DroppedMetrics(Check):
    id = "scrape/dropped-metrics"
    title = "No scrape drops a metric or label that a rule or panel asks for"
    explanation = "What metric_relabel_configs drop is never stored: the rule never fires, and the panel stays empty."
    fix = "Narrow the pattern of the rule that drops, or delete what asks for the metric."

    def run(self, context: Context) -> Iterator[Finding]:
        sieves = _Sieves([_Sieve(job) for each in configurations(context) for job in each.jobs])
        if not any(sieve.job.metric_rules for sieve in sieves.every):
            return
        said: set[tuple[str, int, str]] = set()
        for query, study in context.studies:
            selectors = [each for each in study.selectors if _stored(context, each)]
            for selector, (job, rule), what in sieves.lost(
                query, selectors, whole=len(selectors) == len(study.selectors)
            ):
                line = rule.data.at("regex")
                if (job.path, line, what) not in said:
                    said.add((job.path, line, what))
                    severity: Severity = "error" if any(m.name == "job" for m in selector.matchers) else "warning"
                    message = f"{job.subject} drops {what}, which {query.owner} asks for"
                    yield self.finding(job.path, line, message, severity=severity, subject=job.subject)


def _stored(context: Context, selector: Selector) -> bool:
    """Whether the selector names a metric that can only be stored by a scrape."""
    name = name_of(selector)
    return bool(name) and "$" not in name and name not in context.series.records


@dataclass(eq=False)
class _Sieve:
    """What the metric rules of a job let through."""

    job: Scrape
    seen: dict[str, Rule | None] = field(default_factory=dict)

    def metric(self, name: str) -> Rule | None:
        """The rule that drops every series of a metric."""
        if name not in self.seen:
            self.seen[name] = next((rule for rule in self.job.metric_rules if _drops(rule, name)), None)
        return self.seen[name]

    def label(self, name: str) -> Rule | None:
        """The rule that drops a label from every series."""
        for rule in self.job.metric_rules:
            if rule.regex and rule.action in ("labeldrop", "labelkeep"):
                if rule.matches(name) == (rule.action == "labeldrop"):
                    return rule
            elif rule.target == name or rule.action == "labelmap":
                return None  # it may be made out of something else
        return None


@dataclass(eq=False)
class _Sieves:
    """The sieves of all jobs."""

    every: list[_Sieve]
    _allowed: dict[tuple[Matcher, ...], list[_Sieve]] = field(default_factory=dict)

    def lost(self, query: Query, selectors: list[Selector], *, whole: bool) -> Iterator[tuple[Selector, Loss, str]]:
        """What no job that a selector allows stores: metrics, labels that are matched, and labels that are grouped by.

        A label that is grouped by may come from any selector, so each has to lose it, and `whole` says that these are all.
        """
        for selector in selectors:
            name = name_of(selector)
            if loss := self._metric(selector, name):
                yield selector, loss, name
                continue
            for label in _matched(selector):
                if loss := self._label(selector, label):
                    yield selector, loss, f"the label {label}"
        for label in sorted(grouping_labels(query.text) - {"job"}) if whole and selectors else ():
            losses = [self._label(selector, label) for selector in selectors]
            if losses[0] and all(losses):
                yield selectors[0], losses[0], f"the label {label}"

    def _metric(self, selector: Selector, name: str) -> Loss | None:
        return self._by_all(selector, lambda sieve: sieve.metric(name))

    def _label(self, selector: Selector, label: str) -> Loss | None:
        return self._by_all(selector, lambda sieve: sieve.label(label))

    def _by_all(self, selector: Selector, dropping: Callable[[_Sieve], Rule | None]) -> Loss | None:
        """The first job and its rule, where every job that the selector allows drops it."""
        first: Loss | None = None
        for sieve in self._of(selector):
            rule = dropping(sieve)
            if rule is None:
                return None
            first = first or (sieve.job, rule)
        return first

    def _of(self, selector: Selector) -> list[_Sieve]:
        """Those of the jobs that the selector allows; a variable may be any."""
        matchers = tuple(each for each in selector.matchers if each.name == "job" and "$" not in each.value)
        if matchers not in self._allowed:
            named = next((each.value for each in matchers if each.op == "="), None)
            fitting = self.every if named is None else self._named.get(named, [])
            self._allowed[matchers] = [s for s in fitting if all(agrees(each, s.job.name) for each in matchers)]
        return self._allowed[matchers]

    @cached_property
    def _named(self) -> dict[str, list[_Sieve]]:
        found: dict[str, list[_Sieve]] = {}
        for sieve in self.every:
            found.setdefault(sieve.job.name, []).append(sieve)
        return found


def _matched(selector: Selector) -> list[str]:
    """The labels that have to be there for the selector to pick anything."""
    needed = (each.name for each in selector.matchers if each.op in ("=", "=~") and each.value not in ("", ".*"))
    return sorted(set(needed) - {_NAME, "job"})


def _drops(rule: Rule, name: str) -> bool:
    if rule.sources != (_NAME,) or rule.action not in ("keep", "drop") or rule.regex is None:
        return False
    return rule.matches(name) == (rule.action == "drop")
