"""Processors with which Filebeat starts."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.promql.likeness import meant
from obsboot.sources import conditions, shipping
from obsboot.sources.beats import EITHER, STRICT
from obsboot.sources.documents import Mapped
from obsboot.sources.inputs import items, unfolded

Fault = tuple[int, str]


def processors(found: object, line: int) -> Iterator[Fault]:
    """Everything in a list of processors with which Filebeat does not start, or that it ignores, each with its line."""
    for each, at in items(found, line):
        if isinstance(each, Mapped):
            yield from _processor(unfolded(each), at)
        else:
            yield at, f"a processor has a name and options: {each}: {{...}}"


def _processor(item: Mapped, line: int) -> Iterator[Fault]:
    if "if" in item:
        yield from _branch(item, line)
        return
    if len(item) > 1:
        yield line, f"each processor is one of the list, and here are {' and '.join(item)} in one"
        return
    for name, said in item.items():
        if name not in shipping.PROCESSORS:
            yield line, f"there is no processor {name!r}: {nearest(name, shipping.PROCESSORS)}"
            continue
        options = said if isinstance(said, Mapped) else Mapped(line)
        yield from _options(name, unfolded(options), line)


def _branch(item: Mapped, line: int) -> Iterator[Fault]:
    yield from conditions.faults(item["if"], item.value_at("if"))
    if item.get("then") is None:
        yield line, "`if` has no `then`"
    for key in ("then", "else"):
        yield from processors(item.get(key), item.at(key))


def _options(name: str, options: Mapped, line: int) -> Iterator[Fault]:
    known = shipping.PROCESSORS[name]
    names = {each.removesuffix(".*") for each in known}
    for option, at in shipping.unknown(options, known):
        if name in STRICT:
            yield at, f"{name} does not start with {option!r}, which it does not know: {nearest(option, names)}"
        elif advice := meant(option, names, cutoff=0.8):
            yield at, f"{name} ignores {option!r}: {advice}"
    for option in shipping.missing(options, known):
        yield line, f"{name}: {option} is missing"
    for option, why, at in shipping.misfits(options, known):
        yield at, f"{name}: {option}: {why}"
    if name in EITHER and not set(EITHER[name]) & set(options):
        yield line, f"{name} says none of {', '.join(EITHER[name])}"
    if "when" in options:
        yield from conditions.faults(options["when"], options.value_at("when"))
