"""The alerts of the run as its rules have them: what each watches, waits for, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from obsboot.live.clock import Clock, Times
from obsboot.live.copy import Copy
from obsboot.live.history import Key
from obsboot.live.routes import Route, routes
from obsboot.model import Alert, Fault, Instance, Recipe, Stack
from obsboot.promql import PromqlError, metric_names, seconds_of, windows
from obsboot.render.rules import active


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert rule of the copy; times in seconds of the run. `memory` is how long its condition sees what is over."""

    name: str
    job: str
    expr: str
    hold: float
    keep: float
    labels: Mapping[str, str]
    window: float
    memory: float
    depth: int

    @property
    def key(self) -> Key:
        return self.name, self.job


@dataclass(frozen=True, slots=True)
class Watched:
    """An alert of an instance that is in the copy: the catalogue's entry, the rule, its routes, its fault."""

    instance: Instance
    alert: Alert
    rule: Rule
    routes: tuple[Route, ...]
    fault: Fault | None = None

    @property
    def key(self) -> Key:
        return self.rule.key

    @property
    def subject(self) -> str:
        return f"{self.instance.id}/{self.alert.name}"

    @property
    def judged(self) -> bool:
        """Whether its silence means something in the run: a forecast over hours, made from minutes, says nothing."""
        return self.fault is not None or self.instance.component.signals[self.alert.signal].clock != "wall"

    def times(self, clock: Clock) -> Times:
        """How long it takes to fire and to resolve; the slowest of its routes counts."""
        settle = seconds_of(self.fault.settle) if self.fault and self.fault.settle else 0.0
        return Times(
            scrape=clock.scrape,
            evaluation=clock.evaluation,
            window=self.rule.window,
            depth=self.rule.depth,
            hold=self.rule.hold,
            keep=self.rule.keep,
            group_wait=max((route.group_wait for route in self.routes), default=0.0),
            group_interval=max((route.group_interval for route in self.routes), default=0.0),
            settle=settle,
        )


def watched(stack: Stack, copy: Copy, recipes: Mapping[str, Recipe]) -> list[Watched]:
    """Every active alert of the stack that the copy has a rule for, in the stack's order."""
    rules = {rule.key: rule for rule in alert_rules(stack, copy)}
    config = copy.texts.get(f"{stack.directory}/alertmanager/alertmanager.yml", "")
    found = []
    for instance in stack.instances:
        faults = recipes[instance.id].faults if instance.id in recipes else {}
        for alert in active(stack, instance):
            rule = rules.get((alert.name, instance.job))
            if rule:
                ends = tuple(routes(config, rule.labels)) if config else ()
                found.append(Watched(instance, alert, rule, ends, faults.get(alert.fault)))
    return found


def alert_rules(stack: Stack, copy: Copy) -> Iterator[Rule]:
    """The alert rules of the copy's files, the user's own included."""
    groups = [group for text in _rule_files(stack, copy) for group in (text or {}).get("groups") or ()]
    every = [rule for group in groups for rule in group.get("rules") or ()]
    book = _Records({str(r["record"]): str(r["expr"]) for r in every if "record" in r})
    for rule in every:
        if "alert" in rule:
            labels = {str(k): str(v) for k, v in (rule.get("labels") or {}).items()}
            expr = str(rule["expr"])
            yield Rule(
                name=str(rule["alert"]),
                job=labels.get("job", ""),
                expr=expr,
                hold=seconds_of(str(rule.get("for", "0s"))),
                keep=seconds_of(str(rule.get("keep_firing_for", "0s"))),
                labels={**labels, "alertname": str(rule["alert"])},
                window=book.window(expr),
                memory=book.memory(expr),
                depth=book.depth(expr),
            )


def _rule_files(stack: Stack, copy: Copy) -> Iterator[Any]:
    for path in sorted(copy.texts):
        if path.startswith(f"{stack.directory}/prometheus/rules/"):
            yield yaml.safe_load(copy.texts[path])


@dataclass(frozen=True, slots=True)
class _Records:
    exprs: Mapping[str, str] = field(default_factory=dict)

    def window(self, expr: str) -> float:
        """The time after which the alert sees nothing but the fault: a long window beside a short one only guards.

        So the shortest of the windows counts where a record has several, and the longest otherwise.
        """
        own = max(_windows(expr), default=0.0)
        recorded = [self.window(self.exprs[name]) for name in _names(expr) if name in self.exprs]
        return max(own, min(recorded, default=0.0))

    def memory(self, expr: str) -> float:
        """The longest window of the alert and of the records below it."""
        recorded = (self.memory(self.exprs[name]) for name in _names(expr) if name in self.exprs)
        return max((*_windows(expr), *recorded), default=0.0)

    def depth(self, expr: str) -> int:
        return max((1 + self.depth(self.exprs[name]) for name in _names(expr) if name in self.exprs), default=0)


def _windows(expr: str) -> tuple[float, ...]:
    try:
        return windows(expr)
    except PromqlError:
        return ()


def _names(expr: str) -> frozenset[str]:
    try:
        return metric_names(expr)
    except PromqlError:
        return frozenset()
