"""Tests test something."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import PromqlError, metric_names
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule, RuleTest


class TestVacuous(Check):
    id = "rules/test-vacuous"
    title = "Every rule test can fail"
    explanation = (
        "A test over a rule that does not exist, or over series that its rule does not read, passes whatever happens."
    )
    fix = "Name an alert of the rule files, feed the series that its expression reads, and ask for firing at some time."

    def run(self, context: Context) -> Iterator[Finding]:
        rules = {(rule.path, rule.name): rule for rule in context.alerts}
        records = {rule.name: rule for rule in context.records}
        for test in context.tests:
            for name in test.rule_files:
                if not context.paths(_inside(context, test, name)):
                    yield self.finding(test.path, test.line, f"{test.alert}: the rule file {name} does not exist")
            rule = next((rules[path, test.alert] for path in test.covers if (path, test.alert) in rules), None)
            if rule is None:
                yield self.finding(test.path, test.line, f"{test.alert or 'the test'} is no alert of its rule files")
            elif (read := _read(rule, records)) and not read & {series.partition("{")[0] for series, _ in test.series}:
                message = f"{test.alert}: none of the input series is read by the alert"
                yield self.finding(test.path, test.line, message)


def _inside(context: Context, test: RuleTest, name: str) -> str:
    return posixpath.relpath(posixpath.join(posixpath.dirname(test.path), name), context.directory)


def _read(rule: Rule, records: Mapping[str, Rule]) -> set[str]:
    """The metrics that the rule reads, through the recording rules."""
    found: set[str] = set()
    waiting = [rule]
    while waiting:
        for name in _names(waiting.pop()) - found:
            found.add(name)
            waiting += [records[name]] if name in records else []
    return found


def _names(rule: Rule) -> frozenset[str]:
    try:
        return metric_names(rule.query.text)
    except PromqlError:
        return frozenset()
