"""Matchers ask for values that labels have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.promql import Matcher
from obsboot.promql.likeness import slip
from obsboot.sources.context import Context
from obsboot.sources.series import name_of


class LabelValue(Check):
    id = "promql/label-value"
    severity = "warning"
    title = "No matcher asks for a value that is a slip of the pen"
    explanation = "A matcher whose value no series has selects nothing: the expression is empty, and nobody sees why."
    fix = "Use the value as the series have it."

    def run(self, context: Context) -> Iterator[Finding]:
        for query, study in context.studies:
            for selector in study.selectors:
                for matcher in selector.matchers:
                    values = context.series.values(selector, matcher.name) if _said(matcher) else frozenset()
                    if values and (why := _wrong(matcher, values)):
                        message = (
                            f"{query.owner}: {name_of(selector)} has no {matcher.name}{matcher.op}{matcher.value!r}"
                        )
                        where = query.line(matcher.name)
                        yield self.finding(query.path, where, f"{message}; {why}", subject=query.owner)


def _said(matcher: Matcher) -> bool:
    return matcher.op in ("=", "=~") and bool(matcher.value) and "$" not in matcher.value and matcher.name != "job"


def _wrong(matcher: Matcher, values: frozenset[str]) -> str:
    """Why no series has the value; a value that was only not seen yet is no mistake."""
    plain = matcher.op == "=" or re.fullmatch(r"\w+", matcher.value)
    if plain and matcher.value not in values and not matcher.value.isdigit():
        folded = {value.lower().replace("-", "_"): value for value in values}
        meant = folded.get(matcher.value.lower().replace("-", "_")) or slip(matcher.value, values)
        if meant:
            return f"did you mean {meant!r}?"
    if matcher.op == "=~" and all(value.isdigit() for value in values) and _lettered(matcher.value):
        return f"its values are numbers such as {min(values)!r}"
    return ""


_NO_LETTERS = re.compile(r"\\[dDwWsSpPbB]|\[[^\]]*\]|\(\?[:iPmsU<>\w]*")


def _lettered(pattern: str) -> bool:
    """Whether a text has to have a letter for the pattern to match."""
    return all(re.search(r"[a-zA-Z](?![*?{])", _NO_LETTERS.sub("", part)) for part in pattern.split("|"))
