"""Every YAML file is YAML."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.checks.json.parse import refused, unread
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.reading import FolderLayout

_VAGUE = frozenset({"compose", "targets", "log-rule"})
"""Kinds whose signs stand in files of other programs as well."""


class YamlParses(Check):
    id = "yaml/parse"
    title = "Every YAML file parses, and says no key twice"
    explanation = "The program that reads the file refuses it as a whole, or silently takes the last of two equal keys."
    fix = "Mend the line; most often it is an indentation, a missing quote or a merge marker."

    def run(self, context: Context) -> Iterator[Finding]:
        layout = context.layout
        told = layout.broken if isinstance(layout, FolderLayout) else {}
        for path, error in unread(context, "yaml"):
            severity: Severity = "warning" if path in told and told[path][0] in _VAGUE else self.severity
            yield self.finding(path, error.line, str(error), severity=severity)
        for path, why in refused(context, json=False):
            yield self.finding(path, 1, why, severity="warning")
