"""Where a pattern begins to look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.pipelines import called, logstash, place
from obsboot.sources.logstash.takings import takings

_ANCHORED = re.compile(r"(?:\(\?(?:[a-z]+\)|[a-z]*:)|\()*(?:\^|\\A|\\G)")
_GREEDY = re.compile(r"(?:\(\?[a-z]*[:)]|\()*(?:%\{(?:GREEDYDATA|DATA)(?::[^{}]*)?\}|\.[*+]\??)(?P<rest>[\s\S]*)")
_END = re.compile(r"\)*(?:\$|\\z|\\Z)?\)*")


class Unanchored(Check):
    id = "grok/unanchored"
    severity = "info"
    title = "A pattern says where in the line it begins"
    explanation = (
        "A pattern without `^` or `\\A` is tried from every character of a line that it does not fit; one that begins with "
        "GREEDYDATA goes through the whole line each time."
    )
    fix = "Begin the pattern with ^ (or \\A), and let nothing that takes everything stand in front."

    def run(self, context: Context) -> Iterator[Finding]:
        for taking in takings(logstash(context)):
            for word in taking.patterns:
                pattern = str(word.value)
                if _ANCHORED.match(pattern):
                    continue
                greedy = _GREEDY.match(pattern)
                if greedy and not _END.fullmatch(greedy["rest"]):
                    message, severity = "it begins with what takes the whole line, at every character anew", "warning"
                elif "%{" in pattern.removeprefix("%{") and not greedy:
                    message, severity = "it does not begin with ^, so it is tried at every character", "info"
                else:
                    continue
                subject = called(taking.used)
                yield self.finding(taking.used.path, place(word), message, severity=severity, subject=subject)  # type: ignore[arg-type]
