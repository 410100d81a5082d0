"""Rules of ElastAlert tell somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources.context import Context
from obsboot.sources.kinds import Kind
from obsboot.sources.logrules import ALERTERS, Alerter, alerters
from obsboot.sources.watching import LogRule, subject_of, usual


class Tells(Check):
    id = "elastalert/alerter"
    judges: ClassVar[tuple[Kind, ...]] = ("log-rule",)
    title = "Rules of ElastAlert have what it takes to tell somebody"
    explanation = (
        "An alerter whose options are neither in the rule nor in ElastAlert's configuration keeps ElastAlert from starting. "
        "The API v1, which it asks Alertmanager by where nothing else is said, is gone since Alertmanager 0.27."
    )
    fix = "Give the options in the rule, or in config.yaml for all rules; alertmanager_api_version: v2."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # logs/alerts knows whom a pack's rules tell
        given = usual(context)
        for rule in context.log_rules:
            for each in alerters(rule):
                for message, severity in _faults(rule, each, given):
                    yield self.finding(rule.path, each.line, message, severity=severity, subject=subject_of(rule))


def _faults(rule: LogRule, each: Alerter, everywhere: frozenset[str]) -> Iterator[tuple[str, Severity]]:
    """What is not in the rule may be in a configuration that is elsewhere, or in what the rule imports."""
    given = rule.data.keys() | each.options.keys() | everywhere
    if each.name not in ALERTERS:
        if "." not in each.name and (advice := meant(each.name, ALERTERS, cutoff=0.8)):
            yield f"there is no alerter {each.name!r}: {advice}", "error"
        return
    missing = [key for key in ALERTERS[each.name].split() if key not in given]
    if missing and everywhere and "import" not in rule.data:
        yield f"{each.name} needs {' and '.join(missing)}, here or in the configuration", "error"
    if each.name == "alertmanager" and everywhere and "alertmanager_api_version" not in everywhere:
        said = each.options.get("alertmanager_api_version", rule.data.get("alertmanager_api_version", "v1"))
        if said == "v1":
            yield "Alertmanager has no API v1 any more: alertmanager_api_version: v2", "warning"
