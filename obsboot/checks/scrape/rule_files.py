"""Rule files are loaded."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context, listed
from obsboot.sources.mounting import Located, locate
from obsboot.sources.scraping import Configuration, configurations

_LOCAL = "/local/"


class RuleFiles(Check):
    id = "scrape/rule-files"
    title = "Every rule file is loaded, and every pattern means files"
    explanation = (
        "A pattern that matches nothing is no error to Prometheus: it starts without the rules and says nothing."
    )
    fix = "List the folder under rule_files, as a pattern relative to prometheus.yml."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            context.own_stack("prometheus.yml")
        every = [(each, _patterns(context, each)) for each in configurations(context)]
        loaded = {path for _, patterns in every for _, found, _ in patterns for path in found.paths}
        for each, patterns in every:
            for pattern, found, line in patterns:
                yield from self._pattern(context, each, (pattern, found, line))
        if len(every) == 1 or not context.foreign:
            for each, patterns in every:
                for rules in _forgotten(context, each, patterns, loaded):
                    message = f"{rules} is loaded by no pattern of rule_files"
                    severity: Severity = "warning" if context.foreign else "error"
                    yield self.finding(each.path, each.data.at("rule_files"), message, severity=severity)

    def _pattern(self, context: Context, each: Configuration, said: tuple[str, Located, int]) -> Iterator[Finding]:
        pattern, found, line = said
        if found.unmounted:
            message = f"{pattern} matches no file in {found.service}, which does not mount {found.unmounted[0]}"
            yield self.finding(each.path, line, message)
        elif found.known and not found.paths and _LOCAL not in f"/{pattern}":
            named = "*" not in pattern or not context.foreign
            yield self.finding(each.path, line, f"{pattern} matches no file", severity="error" if named else "warning")


def _patterns(context: Context, each: Configuration) -> list[tuple[str, Located, int]]:
    patterns = listed(each.data.get("rule_files"))
    pairs = patterns.texts
    return [(pattern, locate(context, each.path, pattern), line) for pattern, line in pairs]


def _forgotten(
    context: Context, each: Configuration, patterns: list[tuple[str, Located, int]], loaded: set[str]
) -> Iterator[str]:
    """The rule files that no pattern loads; in a folder that is no pack, only those beside what a pattern names."""
    folders = {found.folder for _, found, _ in patterns if found.known}
    told = all(found.known for _, found, _ in patterns)
    for rules in dict.fromkeys(group.path for group in context.groups):
        near = posixpath.dirname(rules) in folders and told
        if rules not in loaded and rules != each.path and (near or not context.foreign):
            yield rules
