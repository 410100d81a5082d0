"""Replacements name groups that there are."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.prometheus import Rule, rules
from obsboot.sources.scraping import configurations


class RelabelGroups(Check):
    id = "scrape/groups"
    title = "A replacement names only groups that its pattern has"
    explanation = (
        "In place of a group that there is not stands nothing. The longest name counts: `$1_total` is the group `1_total`, "
        "not the first one."
    )
    fix = "Write `${1}` where letters, digits or `_` follow, and put brackets around what the group is to take."

    def run(self, context: Context) -> Iterator[Finding]:
        for each in configurations(context):
            for rule in _rules("", each.data):
                for name in rule.missing_groups:
                    message = f"the pattern {rule.pattern!r} has no group {name!r}, so nothing is put in its place"
                    line = rule.written_at
                    yield self.finding(each.path, line, message, subject=each.named(line))


def _rules(key: str, value: object) -> Iterator[Rule]:
    """Every relabelling rule below a value."""
    if key.endswith("relabel_configs"):
        yield from rules(value)
    elif isinstance(value, Mapped):
        for name, inner in value.items():
            yield from _rules(name, inner)
    elif isinstance(value, Listed):
        for inner in value:
            yield from _rules("", inner)
