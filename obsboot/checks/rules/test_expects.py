"""Tests expect what rules say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.rulefiles import Rule
from obsboot.sources.source import Source


class TestExpects(Check):
    id = "rules/test-expects"
    title = "Rule tests expect the labels and texts that the rules give"
    explanation = "A test that expects another severity, or another text, than the rule has fails at every run."
    fix = "Change the expectation, or the rule, whichever is wrong."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # a pack's own tests are generated with its rules, and played
        rules: dict[tuple[str, str], list[Rule]] = {}
        for rule in context.alerts:
            rules.setdefault((rule.path, rule.name), []).append(rule)
        for source in context.sources("rule-tests"):
            files = [_path(source, str(name)) for name in listed(mapped(source.data).get("rule_files"))]
            for asked in _asked(source):
                name = str(asked.get("alertname", ""))
                found = [rule for path in files for rule in rules.get((path, name), ())]
                yield from self._early(source, found, asked)
                for expected in listed(asked.get("exp_alerts")):
                    yield from self._judged(source, found, mapped(expected))

    def _judged(self, source: Source, rules: list[Rule], expected: Mapped) -> Iterator[Finding]:
        """Of several rules of one name any may be meant, so one alone is judged."""
        for key in ("exp_labels", "exp_annotations") if len(rules) == 1 else ():
            wanted, said = mapped(expected.get(key)), rules[0].labels if key == "exp_labels" else rules[0].annotations
            for name, value in said.items():
                if "{{" in str(value) or key not in expected:
                    continue
                if name not in wanted:
                    message = f"{key} lacks {name}, which the rule sets to {value!r}"
                    yield self._told(source, rules[0], expected.at(key), message)
                elif str(wanted[name]) != str(value):
                    message = f"{key} wants {name} {wanted[name]!r}, and the rule sets {value!r}"
                    yield self._told(source, rules[0], wanted.at(name), message)

    def _early(self, source: Source, rules: list[Rule], asked: Mapped) -> Iterator[Finding]:
        """Before `for` is over since the beginning of the test nothing can fire."""
        at = seconds(asked.get("eval_time"))
        held = [seconds(rule.data.get("for", "0s")) or 0.0 for rule in rules]
        if asked.get("exp_alerts") and at is not None and held and at < min(held):
            message = f"is expected to fire at {asked['eval_time']}, and `for` is {rules[0].data['for']}"
            yield self._told(source, rules[0], asked.at("eval_time"), message)

    def _told(self, source: Source, rule: Rule, where: int, message: str) -> Finding:
        return self.finding(source.path, where, f"{rule.name}: {message}", subject=f"test of {rule.name}")


def _path(source: Source, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.path), name))


def _asked(source: Source) -> Iterator[Mapped]:
    for test in listed(mapped(source.data).get("tests")):
        yield from (mapped(each) for each in listed(mapped(test).get("alert_rule_test")))
