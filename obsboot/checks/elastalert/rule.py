"""Rules of ElastAlert can be started."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import ClassVar

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.kinds import Kind
from obsboot.sources.logrules import faults
from obsboot.sources.watching import subject_of, usual


class Rule(Check):
    id = "elastalert/rule"
    judges: ClassVar[tuple[Kind, ...]] = ("log-rule",)
    title = "ElastAlert starts with every rule"
    explanation = (
        "ElastAlert refuses a rule that lacks what its type needs, or has a value that it does not know, and does not start "
        "at all; a text with more places than values fails at the moment somebody is to be told."
    )
    fix = "Give what the type of the rule needs, in the form that ElastAlert's reference has it."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # logs/alerts knows what a pack's rules have to say
        given = usual(context)
        named: dict[tuple[str, str], str] = {}
        for rule in context.log_rules:
            for line, message in faults(rule, given):
                yield self.finding(rule.path, line, message, subject=subject_of(rule))
            here = (posixpath.dirname(rule.path), rule.rule)
            first = named.setdefault(here, rule.path)
            if rule.rule and first != rule.path:
                message = f"{posixpath.basename(first)} has a rule of this name too: ElastAlert takes neither"
                yield self.finding(rule.path, rule.data.at("name"), message, subject=subject_of(rule))
