"""Sample lines against the patterns that shall read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.arrivals import Tried, trials
from obsboot.sources.logstash.pipelines import called, logstash, place
from obsboot.sources.logstash.prefixes import Prefix, longest

_SHOWN = 40
_EXPLAINED = 20
"""Misfits whose place is looked for; more of them take longer than they help."""


class Samples(Check):
    id = "grok/sample"
    title = "Patterns read the lines that are there to be read"
    explanation = (
        "A line that no pattern fits keeps its text and none of its fields, so that every search, panel and alert on them "
        "goes without it."
    )
    fix = (
        "Correct the pattern behind the part that still fits. Samples are log files in the folder that an input names, and "
        "comments `# sample: ...` above a grok filter."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        found: dict[tuple[int, str], list[Tried]] = defaultdict(list)
        for each in trials(logstash(context)):
            found[id(each.taking), each.sample.path].append(each)
        told = 0
        for lines in found.values():
            missed = [each for each in lines if each.match is None]
            if missed:
                told += 1
                best = longest(missed[0].taking, missed[0].line) if told <= _EXPLAINED else None
                yield self._missed(missed[0], best, (len(missed), len(lines)))

    def _missed(self, first: Tried, best: Prefix | None, counts: tuple[int, int]) -> Finding:
        taking, (missed, lines) = first.taking, counts
        whole = missed == lines and first.only and bool(taking.tags)
        where = "the sample" if first.sample.path == taking.used.path else first.sample.path
        count = f"none of the {lines} lines" if lines > 1 and missed == lines else f"{missed} of {lines} lines"
        message = f"{count if lines > 1 else 'the line'} of {where} {'fit' if lines > 1 else 'does not fit'}"
        if lines > 1 and missed < lines:
            message += " no pattern"
        return self.finding(
            taking.used.path, place(best.word if best else taking.patterns[0]), f"{message}: {_shown(best, first.line)}",
            severity="error" if whole else "info", subject=called(taking.used),
        )  # fmt: skip


def _shown(best: Prefix | None, line: str) -> str:
    """Up to where the best pattern fits, and what stands there in both."""
    if best is None:
        return f"{line[:_SHOWN]!r}"
    if not best.end:
        return f"nothing of {line[:_SHOWN]!r}"
    rest = line[best.end :]
    here = line[max(0, best.end - _SHOWN) : best.end]
    return f"it fits up to {here!r}, where {best.rest[:_SHOWN]!r} meets {rest[:_SHOWN]!r}"
