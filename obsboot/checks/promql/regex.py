"""Regular expressions in matchers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql import Matcher
from obsboot.sources.context import Context
from obsboot.sources.patterns import foreign
from obsboot.sources.queries import Query

_MEANT = re.compile(r"[\\^$.|?*+()\[\]{}]")
_PATTERN = re.compile(r"\.[*+]|^\^|\\\.|\\d[+*]|^\d\.\.$|\w\?\.|^\(?[\w-]+(?:\|[\w-]+)+\)?$")
"""What stands in patterns, and hardly in the values of labels."""
_HOLED = re.compile(r"\$|\[\[")


class Regex(Check):
    id = "promql/regex"
    severity = "info"
    title = "Regular expressions are ones, and are needed"
    explanation = (
        "Prometheus anchors every pattern by itself, and refuses what RE2 has not; a plain text is found faster, and is "
        "read more easily, by `=`."
    )
    fix = "Write `=` for a plain text and `=~` for a pattern; leave out `^`, `$` and a matcher that all series pass."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            if not context.foreign:
                continue
            for selector in study.selectors:
                for matcher in selector.matchers:
                    if not (query.panel and _filled(query, matcher)):
                        yield from self._judged(query, matcher)

    def _judged(self, query: Query, matcher: Matcher) -> Iterator[Finding]:
        text = f"{matcher.name}{matcher.op}{matcher.value!r}"
        why, severity = _wrong(matcher)
        if why:
            where = query.line(matcher.name)
            message = f"{query.owner}: {text} {why}"
            yield self.finding(query.path, where, message, severity=severity, subject=query.owner)


def _filled(query: Query, matcher: Matcher) -> bool:
    """Whether a variable of the dashboard stands there, or stood there before it was filled in."""
    return _HOLED.search(matcher.value) is not None or matcher.value not in query.raw


def _wrong(matcher: Matcher) -> tuple[str, Severity]:
    value = matcher.value
    if matcher.op in ("=", "!="):
        told = f"asks for that very text: `{matcher.op}` knows no patterns, `{matcher.op[0]}~` does"
        return (told, "warning") if _PATTERN.search(value) else ("", "info")
    if alien := foreign(value):
        return f"is no pattern of RE2's: it has no {alien}", "error"
    if value in ("", ".*") and matcher.op == "!~":
        return "lets no series pass" if value else "says the same as !=", "warning" if value else "info"
    if re.search(r"(?<!\\)\^(?!$).*\S", value.lstrip("^(")) and not re.search(r"\[\^|\|\^|\(\^", value):
        return "never matches: `^` stands inside it", "warning"
    if value == ".*":
        return "lets every series pass", "info"
    if value.startswith("^") or (value.endswith("$") and not value.endswith("\\$")):
        return "is anchored anyway", "info"
    return ("needs no regular expression", "info") if value and not _MEANT.search(value) else ("", "info")
