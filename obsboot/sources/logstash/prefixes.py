"""How far a pattern fits a line that the whole of it does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.sources.logstash.grok import CircleError
from obsboot.sources.logstash.oniguruma import UntoldError
from obsboot.sources.logstash.takings import Taking, Word
from obsboot.sources.logstash.trying import tried

_PIECE = re.compile(r"%\{[^{}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?[a-z]+:\]|[^\]\\])*\]|[()]|[\s\S]")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")
_FLAGS = re.compile(r"\(\?[imx]+\)")


@dataclass(frozen=True, slots=True)
class Prefix:
    """The longest beginning of a pattern that fits the line: where in the line it ends, and the `rest` of the pattern."""

    word: Word
    end: int
    rest: str


def longest(taking: Taking, line: str) -> Prefix | None:
    """The best of a filter's patterns; None where nobody can tell."""
    found = [each for word in taking.patterns if (each := _longest(taking, word, line))]
    return max(found, key=lambda each: each.end, default=None)


def _longest(taking: Taking, word: Word, line: str) -> Prefix | None:
    pattern = str(word.value)
    cuts = list(_cuts(pattern))
    questions = []
    try:
        for cut in cuts:
            whole = taking.definitions.library.expanded(pattern[:cut])
            if whole is None:
                return None
            questions.append((whole, line))
    except (CircleError, UntoldError):
        return None
    fitting = [(match, cut) for match, cut in zip(tried(questions), cuts, strict=False) if match]
    if not fitting:
        return Prefix(word, 0, pattern)
    match, cut = fitting[-1]
    return Prefix(word, match.end, pattern[cut:])


def _cuts(pattern: str) -> Iterator[int]:
    """Where a pattern can be cut so that its beginning is still one: outside of groups, behind quantifiers."""
    depth, here = 0, 0
    if flags := _FLAGS.match(pattern):
        here = flags.end()
    while found := _PIECE.match(pattern, here):
        here = found.end()
        depth += (found[0] == "(") - (found[0] == ")")
        if depth == 0 and found[0] == "|":
            return
        if depth == 0:
            if quantifier := _QUANTIFIER.match(pattern, here):
                here = quantifier.end()
            yield here
