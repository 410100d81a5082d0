"""Rule files are loaded."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed


class RuleFiles(Check):
    id = "scrape/rule-files"
    title = "Every rule file is loaded, and every pattern means files"
    explanation = (
        "A pattern that matches nothing is no error to Prometheus: it starts without the rules and says nothing."
    )
    fix = "List the folder under rule_files, as a pattern relative to prometheus.yml."

    def run(self, context: Context) -> Iterator[Finding]:
        context.own_stack("prometheus.yml")
        path, data = context.path(context.scrape_name), context.scrape
        patterns = listed(data.get("rule_files"))
        loaded: set[str] = set()
        for pattern, line in zip(patterns, patterns.lines, strict=True):
            found = context.paths(f"prometheus/{pattern}")
            loaded.update(found)
            if not found and "/local/" not in f"/{pattern}":
                yield self.finding(path, line, f"{pattern} matches no file")
        for rules in dict.fromkeys(group.path for group in context.groups):
            if rules not in loaded:
                yield self.finding(path, data.at("rule_files"), f"{rules} is loaded by no pattern of rule_files")
