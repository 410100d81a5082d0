"""Matchers say what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher
from obsboot.sources.context import Context
from obsboot.sources.routing import Routing, Said


class Matchers(Check):
    id = "alertmanager/matcher"
    severity = "warning"
    title = "Every matcher says what it looks like"
    explanation = (
        "Where the parser for matchers refuses a text, Alertmanager asks its older one, which takes `team==web` for a "
        'team called `=web`; and `=` compares letter by letter, so `="warning|critical"` waits for just that value.'
    )
    fix = "Write one `=` and quote the value; use `=~` for a regular expression."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            for said in _every(routing):
                for each in said.read.matchers or ():
                    if why := _odd(each, said):
                        severity: Severity = "info" if said.read.old and _is_meant(each, said) else "warning"
                        subject = f"matcher {said.text}"
                        yield self.finding(routing.path, said.line, why, severity=severity, subject=subject)


def _every(routing: Routing) -> Iterator[Said]:
    for route in routing.top.walk():
        yield from route.said
    for rule in routing.inhibitions:
        yield from (*rule.source, *rule.target)


def _odd(each: Matcher, said: Said) -> str:
    if said.read.old:
        return f"{said.text!r} is read by the older parser only, as {each.name}{each.op}{each.value!r}"
    if each.op in ("=", "!=") and "|" in each.value:
        return f"{said.text!r} compares with the whole text {each.value!r}: a choice of values needs {_regex(each.op)}"
    if each.op in ("=", "!=") and re.search(r"\.[*+]", each.value):
        return f"{said.text!r} compares with {each.value!r} letter by letter: a pattern needs {_regex(each.op)}"
    return ""


def _is_meant(each: Matcher, said: Said) -> bool:
    """Whether the older parser takes the value as it stands there, so that only the quotes are missing."""
    braced = said.text.startswith("{") == said.text.endswith("}")  # one alone is dropped
    return braced and each.value[:1] not in ("=", "~", "'", "`") and each.value in said.text


def _regex(op: str) -> str:
    return "=~" if op == "=" else "!~"
