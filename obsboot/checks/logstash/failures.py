"""What becomes of lines that could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.conditions import asked
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.flow import Flow
from obsboot.sources.logstash.pipelines import called, logstash, place
from obsboot.sources.pipelines import Used, setting, texts

_TAGS = {
    "grok": "_grokparsefailure",
    "dissect": "_dissectfailure",
    "json": "_jsonparsefailure",
    "date": "_dateparsefailure",
}
_MANY = 3
"""Filters that can fail, in branches: from here on it is no small example."""


class Failures(Check):
    id = "logstash/failures"
    severity = "info"
    title = "Lines that could not be read are kept apart"
    explanation = (
        "Grok tags a line that it could not read, and lets it pass. Where nothing asks for the tag, such lines lie "
        "unnoticed among the others, without the fields that alerts ask for."
    )
    fix = (
        'Ask for the tag: `if "_grokparsefailure" in [tags] { ... }`, and send such lines into an index or dataset of '
        "their own."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        for each in flows(logstash(context)):
            tagging = [used for used in each.pipeline.plugins if used.section == "filter" and _tags(used)]
            tags = {tag for used in tagging for tag in _tags(used)}
            groks = [used for used in tagging if used.plugin.name in ("grok", "dissect")]
            if not groks or not each.pipeline.whole or _asks(each) or not each.pipeline.inputs:
                continue
            severe = len(tagging) >= _MANY and len(groks) > 1 and any(condition for _, condition, _ in each.asked)
            message = (
                f"nothing in the pipeline asks for {_named(tags)}: lines that cannot be read stay among the others"
            )
            first = groks[0]
            yield self.finding(
                first.path,
                place(first.plugin),
                message,
                severity="warning" if severe else "info",
                subject=called(first),
            )


def _tags(used: Used) -> tuple[str, ...]:
    """The tags that a filter sets when it fails; none where it is told to set none."""
    if used.plugin.name not in _TAGS:
        return ()
    said = setting(used.plugin, "tag_on_failure")
    return (_TAGS[used.plugin.name],) if said is None else texts(said)


def _asks(flow: Flow) -> bool:
    """Whether any condition or setting looks at tags at all: how is the author's own affair."""
    return (
        any(one.reference == "[tags]" for _, condition, _ in flow.asked for one in asked(condition))
        or "[tags]" in flow.used
    )


def _named(tags: set[str]) -> str:
    return " or ".join(sorted(tags))
