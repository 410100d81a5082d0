"""Inhibition silences what it means to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher
from obsboot.sources.context import Context
from obsboot.sources.matchers import agrees, contradict, implies, values
from obsboot.sources.routing import Inhibition, Routing
from obsboot.sources.watching import Told


class Inhibitions(Check):
    id = "alertmanager/inhibition"
    title = "Inhibition rules silence the consequences of one cause, on the same instance"
    explanation = (
        "Without `equal` one broken cache silences all; with a label that one side lacks, nothing is silenced."
    )
    fix = "Name alerts that exist, and in `equal` labels that both have."

    def run(self, context: Context) -> Iterator[Finding]:
        told = context.told
        names = {alert.name for alert in told}
        how: Severity = "warning" if context.foreign else "error"
        for routing in context.routings:
            for rule in routing.inhibitions:
                if not rule.equal and not _by_any(rule):
                    message = "the rule silences its targets everywhere: `equal` is missing"
                    yield self._at(routing, rule, rule.data.at("equal"), message, how)
                yield from self._sides(routing, rule, (told, names, how))
                if not rule.data.get("sources"):
                    yield from self._equal(routing, rule, told, how)
                    yield from self._idle(routing, rule)
            yield from self._circles(routing)

    def _at(self, routing: Routing, rule: Inhibition, line: int, message: str, severity: Severity) -> Finding:
        subject = "inhibition " + (", ".join(each.text for each in rule.source) or "of everything")
        return self.finding(routing.path, line, message, severity=severity, subject=subject)

    def _sides(
        self, routing: Routing, rule: Inhibition, known: tuple[tuple[Told, ...], set[str], Severity]
    ) -> Iterator[Finding]:
        told, names, how = known
        for side, read in (("source", rule.sources), ("target", rule.targets)):
            key = f"{side}_matchers"
            if told and read and not any(_may_match(alert, read) for alert in told):
                whose = "of the pack " if how == "error" else ""
                yield self._at(routing, rule, rule.line(side), f"{key}: no alert {whose}matches", how)
            if not read and not rule.data.get("sources") and not _by_any(rule):
                message = f"{key} is missing, so every alert {'silences' if side == 'source' else 'is silenced'}"
                yield self._at(routing, rule, rule.data.line, message, how)
            for each in read if told else ():
                for name in _missing(each, names):
                    yield self._at(routing, rule, rule.line(side), f"{key}: no alert is called {name!r}", how)

    def _equal(self, routing: Routing, rule: Inhibition, told: tuple[Told, ...], how: Severity) -> Iterator[Finding]:
        sources = [alert for alert in told if _may_match(alert, rule.sources)]
        targets = [alert for alert in told if _may_match(alert, rule.targets)]
        for label in rule.equal:
            if told and not any(alert.may_have(label) for alert in told):
                message = f"no alert has the label {label!r}, so all are equal in it"
                yield self._at(routing, rule, rule.data.at("equal"), message, how)
                continue
            pairs = ((one, other) for one in sources for other in targets if one is not other)
            uneven = [(one, other) for one, other in pairs if one.may_have(label) != other.may_have(label)]
            if uneven and (how == "error" or _all_uneven(sources, targets, label)):
                one, other = uneven[0] if uneven[0][0].may_have(label) else uneven[0][::-1]
                message = f"{one.name} has the label {label!r} and {other.name} has not, so they never are equal"
                yield self._at(routing, rule, rule.data.at("equal"), message, how)

    def _idle(self, routing: Routing, rule: Inhibition) -> Iterator[Finding]:
        """What silences nothing, whatever alerts there are: one that fits both sides silences no other such one."""
        source, target = rule.sources, rule.targets
        if source and target and implies(source, target) and implies(target, source):
            message = "both sides ask for the same, so the rule silences nothing"
            yield self._at(routing, rule, rule.line("target"), message, "warning")
        for label in rule.equal:
            if contradict(*(tuple(each for each in side if each.name == label) for side in (source, target))):
                message = f"the sides ask for different values of {label!r}, so they never are equal in it"
                yield self._at(routing, rule, rule.data.at("equal"), message, "warning")

    def _circles(self, routing: Routing) -> Iterator[Finding]:
        """Two rules that each silence what the other one is started by."""
        rules = [rule for rule in routing.inhibitions if rule.sources and rule.targets]
        for number, rule in enumerate(rules):
            for earlier in rules[:number]:
                if implies(rule.sources, earlier.targets) and implies(earlier.sources, rule.targets):
                    message = (
                        f"with the rule in line {int(earlier.data.line)} it goes in a circle: each silences the other, "
                        "and nobody is told of either"
                    )
                    yield self._at(routing, rule, rule.line("source"), message, "warning")


def _by_any(rule: Inhibition) -> bool:
    """Whether any alert is meant to silence one of a name, which then is there for other rules and not to be told."""
    named = any(each.name == "alertname" and values(each) for each in rule.targets)
    return named and not rule.source


def _all_uneven(sources: list[Told], targets: list[Told], label: str) -> bool:
    """Whether no source could ever be equal to a target; alerts that are missing from the folder may be."""
    return all(one.may_have(label) != other.may_have(label) for one in sources for other in targets if one is not other)


def _may_match(alert: Told, matchers: tuple[Matcher, ...]) -> bool:
    return all(
        agrees(each, alert.labels[each.name])
        if each.name in alert.labels
        else alert.may_have(each.name) or agrees(each, "")
        for each in matchers
    )


def _missing(each: Matcher, known: set[str]) -> list[str]:
    if each.name != "alertname" or each.op not in ("=", "=~") or not re.fullmatch(r"[\w|]+", each.value):
        return []
    return [name for name in each.value.split("|") if name not in known]
