"""What Loki refuses of a query, as far as a query of a panel can be read before its variables are filled in.

The words are those of Loki 3: https://grafana.com/docs/loki/latest/query/.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from obsboot.catalog.problems import nearest
from obsboot.promql import seconds_of

Fault = tuple[int, str]
"""Where in the query, from 0, and what is wrong."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<variable>\$\w+|\$\{[^}]*\}|\[\[\w+(?::\w+)?\]\])
    |(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    |(?P<open>["`])
    |(?P<word>[A-Za-z_][\w.:]*)
    |(?P<number>\.?\d[\w.]*)
    |(?P<sign>\|=|\|~|\|>|!=|!~|!>|=~|==|>=|<=|[|=<>+\-*/%^,(){}\[\]:@])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"(": ")", "{": "}", "[": "]"}
_FILTERS = frozenset({"|=", "|~", "|>", "!>"})
"""Beside != and !~, which compare labels as well."""
_MATCHERS = frozenset({"=", "!=", "=~", "!~"})
_COMPARED = frozenset({"=", "==", "!=", "=~", "!~", ">", ">=", "<", "<="})
_STAGES = frozenset({
    "json", "logfmt", "pattern", "regexp", "unpack", "line_format", "label_format", "unwrap", "decolorize", "drop", "keep",
})  # fmt: skip
_RANGED = frozenset({
    "rate", "rate_counter", "bytes_rate", "count_over_time", "bytes_over_time", "avg_over_time", "sum_over_time",
    "min_over_time", "max_over_time", "stddev_over_time", "stdvar_over_time", "quantile_over_time", "first_over_time",
    "last_over_time", "absent_over_time",
})  # fmt: skip
_FUNCTIONS = _RANGED | frozenset({
    "sum", "avg", "min", "max", "count", "stddev", "stdvar", "topk", "bottomk", "approx_topk", "sort", "sort_desc",
    "label_replace", "vector", "ip", "duration", "duration_seconds", "bytes",
})  # fmt: skip
_BEFORE_PARENTHESES = frozenset(
    {"by", "without", "on", "ignoring", "group_left", "group_right", "bool", "and", "or", "unless", "offset"}
)
_NOTHING = frozenset({"", ".*"})
"""Patterns that a stream without the label has as well."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, text, number or sign; `at` is where it begins, from 0."""

    kind: str
    text: str
    at: int


def faults(query: str) -> list[Fault]:
    """What is wrong with the query. Of one with a variable outside of texts and ranges only the outline is judged."""
    read = _Read(tokens(query))
    if outline := read.outline():
        return [outline]
    if any(token.kind == "variable" and not read.in_range[place] for place, token in enumerate(read.tokens)):
        return []
    words = {token.text for token in read.tokens if token.kind == "word"}
    if not any(token.text == "{" for token in read.tokens):
        return [(0, 'no streams are selected, as {job="api"} does')] if words and "vector" not in words else []
    return [*read.selectors(), *read.stages(), *read.calls(), *read.ranges()]


def fixed_windows(query: str) -> list[tuple[int, str, float]]:
    """The ranges of the query that are durations: where each stands, its text and its seconds."""
    read = tokens(query)
    triples = zip(read, read[1:], read[2:], strict=False)
    inside = [middle for before, middle, after in triples if (before.text, after.text) == ("[", "]")]
    return [(each.at, each.text, seconds) for each in inside if (seconds := _duration(each.text))]


def tokens(query: str) -> list[Token]:
    """The words, texts, numbers and signs of a query, without blanks and comments."""
    found = (each for each in _TOKEN.finditer(query) if each.lastgroup != "space")
    return [Token(str(each.lastgroup), each[0], each.start()) for each in found]


class _Read:
    """A query in its tokens, and what is around each."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.closing: dict[int, int] = {}
        self.in_braces, self.in_range = [False] * len(tokens), [False] * len(tokens)
        self.ranged = [place for place, token in enumerate(tokens) if token.text == "["]

    def outline(self) -> Fault | None:
        """A text or a bracket that is not closed, or a sign that there is not; where none is, the rest can be asked."""
        opened: list[int] = []
        for place, token in enumerate(self.tokens):
            if token.kind in ("open", "other"):
                return token.at, "the text is not closed" if token.kind == "open" else f"LogQL has no {token.text!r}"
            if token.text in _PAIRS.values():
                if not opened or _PAIRS[self.tokens[opened[-1]].text] != token.text:
                    return token.at, f"`{token.text}` closes nothing"
                self.closing[opened.pop()] = place
            if opened:
                self.in_braces[place] = self.tokens[opened[-1]].text == "{"
                self.in_range[place] = self.tokens[opened[-1]].text == "["
            if token.text in _PAIRS:
                opened.append(place)
        return (self.tokens[opened[-1]].at, f"`{self.tokens[opened[-1]].text}` is not closed") if opened else None

    def selectors(self) -> Iterator[Fault]:
        for place, token in enumerate(self.tokens):
            if token.text == "{":
                before = self.tokens[place - 1] if place else token
                if before.kind == "word" and before.text not in _BEFORE_PARENTHESES:
                    yield (
                        before.at,
                        f"streams are selected by their labels alone: nothing stands before {{, as {before.text} does",
                    )
                yield from _selector(token, self.tokens[place + 1 : self.closing[place]])

    def stages(self) -> Iterator[Fault]:
        """Filters have a text behind them, and stages a name that there is."""
        for place, (token, after) in enumerate(pairwise(self.tokens)):
            if token.text in _FILTERS and not self.in_braces[place] and after.kind == "word" and after.text != "ip":
                yield after.at, f"behind {token.text} there is a text in quotes"
            if token.text != "|":
                continue
            then = self.tokens[place + 2].text if place + 2 < len(self.tokens) else ""
            if after.kind == "word" and after.text not in _STAGES and then not in _COMPARED:
                yield after.at, f"there is no stage {after.text!r}: {nearest(after.text, _STAGES)}"
            elif after.kind != "word" and after.text != "(":
                yield after.at, "behind | there is a stage or a comparison of a label"

    def calls(self) -> Iterator[Fault]:
        """Functions are ones that there are, and those over a range have one."""
        for place, (token, after) in enumerate(pairwise(self.tokens)):
            label = place and self.tokens[place - 1].text in ("|", ",", "and", "or")
            if token.kind != "word" or after.text != "(" or token.text in _BEFORE_PARENTHESES or label:
                continue
            if token.text not in _FUNCTIONS:
                yield token.at, f"there is no function {token.text!r}: {nearest(token.text, _FUNCTIONS)}"
            elif token.text in _RANGED and not self._has_range(place + 1):
                yield token.at, f"{token.text}() is over a range, as [$__auto] behind the selector"

    def _has_range(self, opened: int) -> bool:
        first = bisect(self.ranged, opened)
        return first < len(self.ranged) and self.ranged[first] < self.closing[opened]

    def ranges(self) -> Iterator[Fault]:
        for place in self.ranged:
            inside = self.tokens[place + 1 : self.closing[place]]
            if not any(each.kind == "variable" for each in inside) and (
                len(inside) != 1 or not _duration(inside[0].text)
            ):
                yield self.tokens[place].at, "a range is a duration, as [5m] or [$__auto]"


def _selector(brace: Token, inside: Sequence[Token]) -> Iterator[Fault]:
    told = False
    for at in range(0, len(inside), 4):
        matcher = inside[at : at + 4]
        kinds = [each.kind for each in matcher[:3]]
        if kinds != ["word", "sign", "text"] or matcher[1].text not in _MATCHERS:
            yield matcher[0].at, 'a matcher is a label, =, !=, =~ or !~, and a text: {job="api"}'
            return
        if matcher[3:] and matcher[3].text != ",":
            yield matcher[3].at, "between two matchers there is a comma"
            return
        told |= matcher[1].text in ("=", "=~") and matcher[2].text[1:-1] not in _NOTHING
    if not told:
        yield brace.at, "Loki refuses a selector that every stream fits: one label has to have a value"


def _duration(text: str) -> float:
    """Its seconds; 0 where it is no duration."""
    try:
        return seconds_of(text)
    except ValueError:
        return 0
