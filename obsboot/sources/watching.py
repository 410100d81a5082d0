"""Alerts as Alertmanager gets them: from Prometheus, whose labels partly come with the series, and from ElastAlert."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obsboot.promql.provenance import Study
from obsboot.sources.documents import Listed, MalformedError, Mapped, mapped
from obsboot.sources.queries import Query
from obsboot.sources.rulefiles import Rule
from obsboot.sources.source import Source

if TYPE_CHECKING:
    from obsboot.sources.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class LogRule:
    """One rule of ElastAlert."""

    path: str
    data: Mapped

    @property
    def rule(self) -> str:
        """Its name as ElastAlert knows it."""
        return str(self.data.get("name") or "")

    @property
    def name(self) -> str:
        """What its alert is called."""
        return str(self.data.get("alertmanager_alertname") or self.rule)

    @property
    def line(self) -> int:
        return self.data.at("alertmanager_alertname" if "alertmanager_alertname" in self.data else "name")

    @property
    def labels(self) -> Mapped:
        """The labels that its alert always has."""
        return self.part("alertmanager_labels")

    @property
    def annotations(self) -> Mapped:
        return self.part("alertmanager_annotations")

    @property
    def alerts(self) -> tuple[tuple[object, int], ...]:
        """Whom it tells: as it is written, a name or a mapping of one, and the line."""
        found = self.data.get("alert")
        if isinstance(found, Listed):
            return tuple(found.placed)
        return () if found is None else ((found, self.data.value_at("alert")),)

    def part(self, key: str) -> Mapped:
        """What a key holds, where it is a mapping; else an empty one at the key's line."""
        found = self.data.get(key)
        return found if isinstance(found, Mapped) else Mapped(self.data.at(key))

    def seconds(self, key: str) -> float | None:
        """A span of time such as `{minutes: 5}`; None where there is none, or none that can be read."""
        return span(self.data.get(key))


_UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0, "weeks": 604800.0}


def span(value: object) -> float | None:
    """The seconds of a span of time as ElastAlert writes it."""
    if not isinstance(value, Mapped) or not value or not set(value) <= set(_UNITS):
        return None
    if not all(isinstance(number, int | float) for number in value.values()):
        return None
    return float(sum(_UNITS[unit] * number for unit, number in value.items()))


def log_rule(source: Source) -> Iterator[LogRule]:
    """The rule of one file. Raises MalformedError where it is none."""
    if not isinstance(source.data, Mapped):
        raise MalformedError("a rule of ElastAlert is a mapping", 1)
    yield LogRule(source.path, source.data)


def subject_of(rule: LogRule) -> str:
    """How findings call a rule."""
    return f"alert {rule.name or rule.path.rpartition('/')[2]}"


def usual(context: Context) -> frozenset[str]:
    """The options that the configurations of ElastAlert give to every rule that does not have them."""
    return frozenset(key for each in context.sources("log-alerting") for key in mapped(each.data))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """An alert that Alertmanager may get. `owner` says whose it is; `may_have` whether it can have a label."""

    name: str
    path: str
    line: int
    owner: str
    labels: Mapping[str, str]
    annotations: Mapped
    may_have: Callable[[str], bool]


def to_alertmanager(rule: LogRule) -> bool:
    """Whether a rule tells Alertmanager."""
    return any(each == "alertmanager" or "alertmanager" in mapped(each) for each, _ in rule.alerts)


def told(rule: LogRule) -> Told:
    """What Alertmanager gets of a rule of ElastAlert."""
    labels = {**{name: str(value) for name, value in rule.labels.items()}, "alertname": rule.name}
    known = {*labels, *rule.part("alertmanager_fields"), "elastalert_rule"}
    owner, notes = f"alert {rule.name}", rule.annotations
    return Told(rule.name, rule.path, rule.line, owner, labels, notes, lambda label: label in known)


def told_by(rule: Rule, study: Callable[[Query], Study | None], added: Collection[str]) -> Told:
    """What Alertmanager gets of a rule of Prometheus, whose labels partly come with the series; it adds some to all."""
    labels = {**{name: str(value) for name, value in rule.labels.items()}, "alertname": rule.name}

    def may_have(label: str) -> bool:
        found = None if label in labels or label in added else study(rule.query)
        return found is None or found.shape.labels.may_have(label)

    return Told(rule.name, rule.path, rule.line, rule.query.owner, labels, rule.annotations, may_have)
