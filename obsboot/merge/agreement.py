"""Whether a merged YAML text means the base with both changes.

The four values are walked side by side. Where one side left a value alone, the merged value has to be the other's;
where both changed it, it is looked into: mappings by key, lists by what names their elements, else by their order,
text by its words. Where no such reading tells what the merge has to be, the merged text is taken as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from obsboot.merge.lines import settled
from obsboot.merge.outcome import Labels
from obsboot.merge.text import merge_text
from obsboot.merge.values import ABSENT, TEXT, Listed, Mapped, Scalar, Span, Value

_NAMES = ("alert", "record", "job_name", "name", "id", "uid", "path")
_NO_LABELS = Labels("", "", "")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the merged text may not mean both changes, and in which of its lines; None where that cannot be told."""

    what: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Four:
    """What base, yours, template and merged have in one place: the way to it, and its lines in the merged text."""

    values: Sequence[Value]
    name: str = ""
    span: Span | None = None


def doubts(four: Four) -> Iterator[Doubt]:
    """What speaks against the merged value being the base with both changes."""
    base, yours, template, merged = four.values
    if yours in (base, template) or template == base:
        if merged != settled(base, yours, template):
            yield Doubt(f"{_said(four)} would come out as neither side has it", four.span)
    elif _tag(merged) != settled(*map(_tag, (base, yours, template))):
        yield Doubt(f"both sides changed {_said(four)}", four.span)
    elif all(isinstance(value, Mapped) for value in four.values[1:]):
        yield from _in_mappings(four)
    elif ABSENT in (base, yours, template):
        yield Doubt(_at_odds(four), four.span)
    elif all(isinstance(value, Listed) for value in four.values):
        yield from _in_lists(four)
    elif not _same_words(four):
        yield Doubt(f"both sides changed {_said(four)}", four.span)


def _tag(value: Value) -> str:
    return "" if isinstance(value, tuple) else value.tag


def _said(four: Four) -> str:
    return f"`{four.name}`" if four.name else "the file"


def _at_odds(four: Four) -> str:
    if four.values[0] == ABSENT:
        return f"both sides added {_said(four)}"
    if four.values[1] == ABSENT:
        return f"you removed {_said(four)}, the template changed it"
    return f"the template removed {_said(four)}, you changed it"


def _same_words(four: Four) -> bool:
    """Whether the merged text is what a merge word by word makes of the three."""
    rows = [value[1].replace(" ", "\n") for value in four.values if isinstance(value, tuple) and value[0] == TEXT]
    if len(rows) < len(four.values):
        return False
    outcome = merge_text(rows[0], rows[1], rows[2], _NO_LABELS)
    return outcome.clean and outcome.text == rows[3]


def _in_mappings(four: Four) -> Iterator[Doubt]:
    """Key by key; where the base has something else there, or nothing, both sides began with an empty mapping."""
    sides = [value if isinstance(value, Mapped) else Mapped("", {}, {}) for value in four.values]
    spans = sides[-1].spans
    for key in dict.fromkeys(key for side in sides for key in side.items):
        values = [side.items.get(key, ABSENT) for side in sides]
        yield from doubts(Four(values, _joined(four.name, key[1]), spans.get(key, four.span)))


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


def _in_lists(four: Four) -> Iterator[Doubt]:
    sides = [value for value in four.values if isinstance(value, Listed)]
    named = [_named(side.items) for side in sides]
    known = [names for names in named if names is not None]
    if len(known) == len(sides):
        yield from _by_name(four, known, sides[-1].spans)
    elif named[-1] is None and len(known) == len(sides) - 1:
        yield Doubt(*_named_twice(four, sides[-1]))
    elif not _same_order(sides):
        if any(_moved(sides[0], side) for side in sides[1:3]):
            yield Doubt(f"both sides changed {_said(four)}", four.span)
        elif len({len(side.items) for side in sides}) == 1:
            yield from _by_place(four, sides)


def _by_place(four: Four, sides: Sequence[Listed]) -> Iterator[Doubt]:
    for place, values in enumerate(zip(*(side.items for side in sides), strict=True)):
        yield from doubts(Four(values, f"{four.name}[{place}]", sides[-1].spans[place]))


Named = dict[Scalar, Value]


def _named(items: Sequence[Value]) -> Named | None:
    """The elements of a list by what names each; None where one has no name or two have the same."""
    found: Named = {}
    for item in items:
        name = _name(item)
        if name is None or name in found:
            return None
        found[name] = item
    return found


def _name(item: Value) -> Scalar | None:
    if isinstance(item, tuple):
        return item
    if isinstance(item, Mapped):
        values = (item.items.get((TEXT, field)) for field in _NAMES)
        return next((value for value in values if isinstance(value, tuple)), None)
    return None


def _by_name(four: Four, sides: Sequence[Named], spans: Sequence[Span]) -> Iterator[Doubt]:
    old = _renamed(sides[0], sides[1]) | _renamed(sides[0], sides[2])
    sides = [
        {name if old.get(name) in side else old.get(name, name): item for name, item in side.items()} for side in sides
    ]
    lines = dict(zip(sides[-1], spans, strict=True))
    for name in dict.fromkeys(name for side in sides for name in side):
        values = [side.get(name, ABSENT) for side in sides]
        yield from doubts(Four(values, _joined(four.name, name[1]), lines.get(name, four.span)))
    base, yours, template, merged = ([name for name in side if all(name in one for one in sides)] for side in sides)
    if merged != settled(base, yours, template):
        yield Doubt(f"{_said(four)} would come out in another order than either side has it", four.span)


def _renamed(base: Named, side: Named) -> dict[Scalar, Scalar]:
    """The new names of elements that have nothing else new, each with the name it had."""
    gone = {_spelled(_nameless(item)): name for name, item in base.items() if name not in side}
    added = {name: _spelled(_nameless(item)) for name, item in side.items() if name not in base}
    return {name: gone.pop(spelled) for name, spelled in added.items() if spelled in gone}


def _nameless(item: Value) -> Value:
    """An element without its name; text, which is its own name, as it is."""
    if not isinstance(item, Mapped):
        return item
    name = next((TEXT, field) for field in _NAMES if (TEXT, field) in item.items)
    return Mapped(item.tag, {key: value for key, value in item.items.items() if key != name}, {})


def _named_twice(four: Four, merged: Listed) -> tuple[str, Span | None]:
    """Which element stands twice in the merged list, and the lines from the one to the other."""
    seen: dict[Scalar, Span] = {}
    for item, span in zip(merged.items, merged.spans, strict=True):
        name = _name(item)
        if name in seen:
            return f"both sides added `{_joined(four.name, name[1])}`", seen[name].to(span)
        if name is not None:
            seen[name] = span
    return f"{_said(four)} would come out as neither side has it", four.span


def _same_order(sides: Sequence[Listed]) -> bool:
    """Whether the merged list is what a merge element by element makes of the three."""
    rows = ["\n".join(map(_spelled, side.items)) for side in sides]
    outcome = merge_text(rows[0], rows[1], rows[2], _NO_LABELS)
    return outcome.clean and outcome.text == rows[3]


def _moved(base: Listed, side: Listed) -> bool:
    """Whether a side has the elements of the base that it kept in another order."""
    before, after = ([_spelled(item) for item in one.items] for one in (base, side))
    kept = set(before) & set(after)
    return [item for item in before if item in kept] != [item for item in after if item in kept]


def _spelled(value: Value) -> str:
    """A value in one line, equal values alike."""
    if isinstance(value, tuple):
        return repr(value)
    if isinstance(value, Listed):
        return f"{value.tag}[{', '.join(map(_spelled, value.items))}]"
    return f"{value.tag}{{{', '.join(sorted(f'{key}: {_spelled(item)}' for key, item in value.items.items()))}}}"
