"""Tests test something."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import PromqlError, metric_names
from obsboot.sources.context import Context
from obsboot.sources.rulefiles import Rule, RuleTest

Known = tuple[Mapping[tuple[str, str], Rule], Mapping[str, Rule]]
"""The alerts by path and name, and the recording rules by name."""


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
        loaded = {group.path for group in context.groups}
        lacking: set[tuple[str, str]] = set()
        for test in context.tests:
            gone = [name for name in test.rule_files if not _is_there(context, test, name)]
            for name in gone:
                if (test.path, name) not in lacking:
                    yield self._told(test, test.line, f"the rule file {name} does not exist")
            if context.foreign:
                lacking.update((test.path, name) for name in gone)
                if gone or not test.where or not loaded.issuperset(_covered(context, test)):
                    continue
            yield from self._alert(context, test, (rules, records))

    def _alert(self, context: Context, test: RuleTest, known: Known) -> Iterator[Finding]:
        rules, records = known
        rule = next((rules[path, test.alert] for path in _covered(context, test) if (path, test.alert) in rules), None)
        if rule is None:
            where = test.where if context.foreign else test.line
            yield self._told(test, where, f"{test.alert or 'the test'} is no alert of its rule files", alert="")
            return
        if context.foreign and "absent" in rule.query.text:
            return  # what is absent is not fed
        fed = {series.partition("{")[0] for series, _ in test.series}
        if context.foreign and test.fires and fed and (lacking := sorted(_lacking(rule, records, fed))):
            yield self._told(test, test.where, f"it cannot fire: {', '.join(lacking)} is not among the input series")
        elif (read := _read(rule, records)) and not read & fed:
            severity: Severity = "warning" if context.foreign else "error"
            yield self._told(test, test.line, "none of the input series is read by the alert", severity=severity)

    def _told(
        self, test: RuleTest, where: int, message: str, *, severity: Severity = "error", alert: str | None = None
    ) -> Finding:
        name = test.alert if alert is None else alert
        text = f"{name}: {message}" if name else message
        return self.finding(test.path, where, text, severity=severity, subject=f"test of {test.alert}")


def _is_there(context: Context, test: RuleTest, name: str) -> bool:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(test.path), name))
    if not context.foreign:
        return bool(context.paths(posixpath.relpath(path, context.directory)))
    return (
        path.startswith("..") or context.exists(path) or any(fnmatch.fnmatchcase(p, path) for p in context.files.texts)
    )


def _covered(context: Context, test: RuleTest) -> tuple[str, ...]:
    """The rule files of a test; promtool takes globs as well."""
    if not any("*" in path for path in test.covers):
        return test.covers
    return tuple(path for path in context.files.texts if any(fnmatch.fnmatchcase(path, glob) for glob in test.covers))


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


_OTHERWISE = re.compile(r"\b(?:or|unless)\b|absent|\bvector\(")
"""With these an expression may give something though one of its series is not there."""


def _lacking(rule: Rule, records: Mapping[str, Rule], fed: set[str]) -> set[str]:
    """The metrics that are not fed, without each of which the alert gives nothing; empty where nobody can tell."""
    found: set[str] = set()
    waiting = [rule]
    seen: set[str] = set()
    while waiting:
        each = waiting.pop()
        if _OTHERWISE.search(each.query.text):
            return set()
        for name in _names(each) - fed - seen:
            seen.add(name)
            if name in records:
                waiting.append(records[name])
            else:
                found.add(name)
    return found
