"""What a step reads, fills and takes away: the questions that are asked of a format without a line."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.logs.grok import references
from obsboot.logs.mappings import NUMBERS
from obsboot.model import (
    Divide,
    Drop,
    Flag,
    LogFormat,
    LogStep,
    Match,
    Put,
    ReadJson,
    ReadTime,
    Rename,
    Replace,
    Split,
    Translate,
)

_LOOKS_AT = {
    Match: "of",
    ReadJson: "json",
    ReadTime: "date",
    Translate: "translate",
    Divide: "divide",
    Replace: "replace",
    Split: "split",
    Flag: "where",
}


def fills(step: LogStep) -> tuple[str, ...]:
    """The fields that the step can set, by dotted name."""
    match step:
        case Match():
            return tuple(field for pattern in step.match for _, field in references(pattern) if field)
        case Rename():
            return tuple(step.rename.values())
        case Put():
            return tuple(step.set)
        case Flag():
            return (step.flag,)
        case ReadTime():
            return ("@timestamp",)
        case ReadJson() | Translate() | Divide() | Replace() | Split():
            return (step.into,)
    return ()


def reads(step: LogStep) -> tuple[str, ...]:
    """The fields that the step looks at, by dotted name."""
    if isinstance(step, Rename):
        return tuple(step.rename)
    if isinstance(step, Drop):
        return step.drop
    return (str(getattr(step, _LOOKS_AT[type(step)])),) if type(step) in _LOOKS_AT else ()


def can_fail(step: LogStep, of_json: bool) -> bool:
    """Whether an entry can stay unparsed for it; `of_json` says that the values may be of any type."""
    if isinstance(step, Divide):
        return of_json
    return (isinstance(step, Match) and not step.optional) or isinstance(step, ReadJson | ReadTime)


def touches(step: LogStep) -> tuple[str, ...]:
    """All fields that come out of it other than they were: set, moved or taken away, by dotted name."""
    return (*fills(step), *reads(step)) if isinstance(step, Rename | Drop) else fills(step)


def depend(one: LogStep, other: LogStep) -> bool:
    """Whether it matters which of the two comes first; a field is touched with the objects around it and within."""
    pairs = [(touches(one), (*reads(other), *touches(other))), (touches(other), reads(one))]
    return any(
        f"{a}.".startswith(f"{b}.") or f"{b}.".startswith(f"{a}.") for left, right in pairs for a in left for b in right
    )


def filled(format_: LogFormat) -> Iterator[str]:
    """Every field that the format can set, temporary ones among them."""
    for step in format_.steps:
        yield from fills(step)


def reads_json(format_: LogFormat) -> bool:
    """Whether values can be of any type; what patterns take out of a text is always text."""
    return any(isinstance(step, ReadJson) for step in format_.steps)


def always_text(name: str, format_: LogFormat) -> bool:
    """Whether the field, where it is there, is a text: a pattern took it out of one, and nothing else fills it."""
    if not reads_json(format_):
        return True
    filling = [step for step in format_.steps if name in fills(step)]
    beneath = [step for step in format_.steps if isinstance(step, ReadJson) and name.startswith(f"{step.into}.")]
    return bool(filling) and all(isinstance(step, Match) for step in filling) and not beneath


def numbers(format_: LogFormat) -> set[str]:
    """The fields whose texts have to be numbers, temporary ones among them: by their type, or because they are divided."""
    found = {*number_types(format_)}
    found |= {step.divide for step in format_.steps if isinstance(step, Divide)}
    for step in reversed(format_.steps):
        if isinstance(step, Rename):
            found |= {old for old, new in step.rename.items() if new in found}
    return found


def number_types(format_: LogFormat) -> dict[str, str]:
    """The fields that are numbers by their type, with it."""
    return {name: each.type for name, each in format_.fields.items() if each.type in NUMBERS}


def taken_as_numbers(format_: LogFormat) -> dict[str, str]:
    """Those of them that patterns and divisions fill, and nothing else, and that no step needs as a text."""
    if reads_json(format_):
        return {}  # where anything can stand, it is asked at the end
    needed, taken, otherwise = set[str](), set[str](), set[str]()
    for step in format_.steps:
        needed.update(reads(step))
        (taken if isinstance(step, Match | Divide) else otherwise).update(fills(step))
    return {name: type_ for name, type_ in number_types(format_).items() if name in taken - needed - otherwise}
