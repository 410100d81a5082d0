"""A format to start from, made of lines: what is the same in all of them stays, what differs becomes a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from obsboot.logs.entries import entries
from obsboot.logs.explaining import attempt
from obsboot.logs.grok import grok, references
from obsboot.logs.learning import objects, pairs, positional
from obsboot.logs.learning.draft import Draft, written
from obsboot.logs.learning.shapes import Row, first_kinds
from obsboot.logs.reading import UNPARSED
from obsboot.model import LogFormat, Match

__all__ = ["Proposal", "learn"]

_JSON, _PAIRS, _TEXT = "JSON objects", "key=value pairs", "text"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A format, its YAML, how many entries each of its patterns reads, and the entries that none reads."""

    format: LogFormat
    text: str
    kind: str
    entries: int
    patterns: Mapping[str, int]
    unplaced: Sequence[str]
    others: Mapping[str, int]
    """Entries of other kinds than the format's, by kind: they need a format of their own."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the format is to be called, and the fragments that it can use."""

    component: str
    name: str
    shared: Mapping[str, str]


def learn(lines: Sequence[str], component: str, name: str, shared: Mapping[str, str]) -> Proposal:
    """A format for the kind of lines that most of these are of; `shared` are the fragments that all formats have."""
    said = [line for line in lines if line.strip()]
    jsons = {line: found for line in said if (found := objects.json_object(line))}
    paired = {line: found for line in said if (found := pairs.pairs(line))}
    counts = {_JSON: sum(line in jsons for line in said), _PAIRS: sum(line in paired for line in said)}
    counts[_TEXT] = len(said) - sum(counts.values())
    kind = max(counts, key=lambda each: counts[each])
    if kind == _JSON:
        draft = objects.draft([*jsons], [*jsons.values()])
    elif kind == _PAIRS:
        draft = pairs.draft([*paired.values()])
    else:
        texts, multiline = _joined([line for line in lines if line not in jsons and line not in paired])
        draft = positional.draft(texts, multiline, shared)
    others = {each: count for each, count in counts.items() if count and each not in (kind, _TEXT)}
    wanted = _Wanted(component, name, shared)
    return _proposed(draft, lines, wanted, replace(_nothing(draft, wanted), kind=kind, others=others))


def _joined(lines: Sequence[str]) -> tuple[list[str], bool]:
    """Entries, and whether some of them have several lines: those that are indented, and what stands among these."""
    told = [line for line in lines if line.strip()]
    unindented = [line for line in told if not line[0].isspace()]
    if len(unindented) == len(told) or not unindented:
        return told, False
    heads = [Row(line) for line in unindented]
    usual, _ = first_kinds(heads).most_common(1)[0]
    begins = {row.text for row in heads if row.kind(0) == usual}
    joined: list[str] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if line in begins or line == "":
            indented = any(each[0].isspace() for each in block)
            if block and indented and joined:
                joined[-1] += "\n" + "\n".join(block)
            else:
                joined += block
            block = []
        if line in begins:
            joined.append(line)
        elif line.strip():
            block.append(line)
    return joined, True


def _nothing(draft: Draft, wanted: _Wanted) -> Proposal:
    return Proposal(draft.format(wanted.name, wanted.component, wanted.shared), "", "", 0, {}, (), {})


def _proposed(draft: Draft, lines: Sequence[str], wanted: _Wanted, nothing: Proposal) -> Proposal:
    """The proposal, its numbers by reading the lines with it."""
    if not draft.steps or not any(line.strip() for line in lines):
        return replace(nothing, entries=len(lines), unplaced=[line for line in lines if line.strip()])
    every = list(entries([nothing.format], lines))
    read: dict[str, int] = {}
    unplaced: list[str] = []
    for entry in every:
        if UNPARSED in attempt([nothing.format], entry, "UTC").get("tags", ()):
            unplaced.append(entry)
        else:
            which = _pattern(nothing.format, entry) or nothing.kind
            read[which] = read.get(which, 0) + 1
    if not read:
        return replace(nothing, entries=len(every), unplaced=unplaced)
    heading = (
        f"Proposed by `obsboot logs learn` from {len(every)} entries, of which it reads {len(every) - len(unplaced)}.",
        "A start: names are guesses, and what never differed in these lines is taken for fixed.",
        f"Its place is templates/components/{wanted.component}/logs/{wanted.name}.yaml in your catalogue; then",
        f"`obsboot logs try {wanted.component}.{wanted.name} FILE --catalog DIR` shows what it makes of lines.",
    )
    return replace(nothing, text=written(draft, heading), entries=len(every), patterns=read, unplaced=unplaced)


def _pattern(format_: LogFormat, entry: str) -> str:
    """The pattern that reads the entry, where there are patterns to choose from."""
    first = format_.steps[0]
    if not isinstance(first, Match) or not any(field for each in first.match for _, field in references(each)):
        return ""
    return next((each for each in first.match if grok(each, format_.fragments).match(entry) is not None), "")
