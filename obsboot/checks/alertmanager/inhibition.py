"""Inhibition silences what it means to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import Matcher
from obsboot.sources.configs import agrees, matcher
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped
from obsboot.sources.watching import Told


class Inhibition(Check):
    id = "alertmanager/inhibition"
    title = "Inhibition rules silence the consequences of one cause, on the same instance"
    explanation = (
        "Without `equal` one broken cache silences all; with a label that one side lacks, nothing is silenced."
    )
    fix = "Name alerts that exist, and in `equal` labels that both have."

    def run(self, context: Context) -> Iterator[Finding]:
        path, told = context.path(context.routing_name), context.told
        names = {alert.name for alert in told}
        for rule in map(mapped, listed(context.routing.get("inhibit_rules"))):
            equal = [str(label) for label in listed(rule.get("equal"))]
            if not equal:
                yield self.finding(
                    path, rule.at("equal"), "the rule silences its targets everywhere: `equal` is missing"
                )
            sides = {}
            for key in ("source_matchers", "target_matchers"):
                read = [each for text in listed(rule.get(key)) if (each := matcher(str(text))) is not None]
                sides[key] = [alert for alert in told if _may_match(alert, read)]
                if told and not sides[key]:
                    yield self.finding(path, rule.at(key), f"{key}: no alert of the pack matches")
                for each in read:
                    for name in _missing(each, names):
                        yield self.finding(path, rule.at(key), f"{key}: no alert is called {name!r}")
            for label in equal:
                yield from self._equal(context, rule, label, sides["source_matchers"], sides["target_matchers"])

    def _equal(
        self, context: Context, rule: Mapped, label: str, sources: list[Told], targets: list[Told]
    ) -> Iterator[Finding]:
        path = context.path(context.routing_name)
        for source in sources:
            for target in targets:
                if source is not target and source.may_have(label) != target.may_have(label):
                    one, other = (source, target) if source.may_have(label) else (target, source)
                    message = f"{one.name} has the label {label!r} and {other.name} has not, so they never are equal"
                    yield self.finding(path, rule.at("equal"), message)
                    return


def _may_match(alert: Told, matchers: list[Matcher]) -> bool:
    return all(each.name not in alert.labels or agrees(each, alert.labels[each.name]) for each in matchers)


def _missing(each: Matcher, known: set[str]) -> list[str]:
    if each.name != "alertname" or each.op not in ("=", "=~") or not re.fullmatch(r"[\w|]+", each.value):
        return []
    return [name for name in each.value.split("|") if name not in known]
