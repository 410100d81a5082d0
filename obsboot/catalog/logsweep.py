"""What every log format has to fulfil: that it can be read by all three readers, and that its samples come out right."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping

from obsboot.catalog import dialect
from obsboot.catalog.logformats import samples, samples_file
from obsboot.catalog.problems import nearest, shown
from obsboot.catalog.references import Wrong
from obsboot.catalog.scan import Catalogue
from obsboot.logs.grok import GrokError, compiled, expand, grok
from obsboot.logs.mappings import NUMBERS, TOLD_APART
from obsboot.logs.queries import fields_of
from obsboot.logs.reading import SCRATCH, begins
from obsboot.logs.steps import fills
from obsboot.logs.times import FormatError, is_dated, names_zone
from obsboot.logs.trying import differences, undeclared
from obsboot.model import Component, LogFormat, LogSignal, ReadTime

FEWEST = 12
"""Samples of a format. With fewer, the awkward lines are those that are missing."""
_MEASURES = ("sum", "average", "maximum", "percentile")
_LOOK_AHEAD = ("(?=", "(?!")


def formats_compile(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every expression is one that all readers know and take alike, every fragment exists, and no beginning is empty."""
    for format_ in component.logs.values():
        faults = list(dialect.faults(format_, catalogue.fragments))
        yield from (Wrong(format_.place.path, at, *fault) for at, fault in faults)
        yield from (wrong for wrong in _broken(format_) if wrong.keys not in {at for at, _ in faults})
        yield from _beginning(format_)
        for index, step in enumerate(format_.steps):
            if isinstance(step, ReadTime):
                yield from (Wrong(format_.place.path, ("steps", index, "formats"), *said) for said in _time(step))


def fields_are_declared(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """What a format fills is declared, and a name has one type in the whole catalogue."""
    types = _types(catalogue)
    for format_ in component.logs.values():
        path = format_.place.path
        for name, each in format_.fields.items():
            type_, where = types[name]
            if type_ != each.type:
                message = f"{name} is {each.type} here and {type_} in {where}: one search could not ask both"
                yield Wrong(path, ("fields", name, "type"), message, "one name, one type, in the whole catalogue")
            if above := next((one for one in types if name.startswith(f"{one}.")), ""):
                yield Wrong(path, ("fields", name), f"{above} is a value and {name} needs it to be an object")
        for index, step in enumerate(format_.steps):
            for name in {*fills(step)} - {*format_.fields, *catalogue.log_fields}:
                if not name.startswith(f"{SCRATCH}."):
                    advice = "add it to `fields`, or name it tmp.something"
                    yield Wrong(path, ("steps", index), f"it fills {name}, which is not declared", advice)


def log_signals_hold(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """A log signal asks fields that its formats fill, in a type that can answer, and is on a panel or says why not."""
    shown_ = {panel.log for row in (component.dashboard.rows if component.dashboard else ()) for panel in row.panels}
    points = {point.id for point in catalogue.checklist}
    judged = {alert.log for alert in component.log_alerts.values()}
    for signal in component.log_signals.values():
        path, at = signal.place.path, ("log_signals", signal.name)
        for message in _faults(catalogue, component, signal):
            yield Wrong(path, at, message)
        for point in signal.checklist:
            if point not in points:
                yield Wrong(
                    path, (*at, "checklist"), f"point of the checklist {point!r} is not known", nearest(point, points)
                )
        if (signal.name in shown_ | judged) == bool(signal.reserve):
            wrong = "is shown: nothing to excuse" if signal.reserve else "is on no panel and in no alert"
            yield Wrong(path, at, f"log signal {signal.name!r} {wrong}", "show it, or say why not with `reserve`")


def log_alerts_hold(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """An alert on logs judges a log signal, by one condition, with a reason and a runbook."""
    for alert in component.log_alerts.values():
        path, at = alert.place.path, (alert.name,)
        if alert.log not in component.log_signals:
            yield Wrong(path, at, f"log signal {alert.log!r} is not known", nearest(alert.log, component.log_signals))
        if (alert.above is None) == (alert.jumps is None):
            yield Wrong(path, at, f"alert {alert.name} has exactly one of `above` and `jumps`")
        for key in ("reason", "runbook", "summary"):
            if not getattr(alert, key).strip():
                yield Wrong(path, (*at, key), f"alert {alert.name} says no {key}")


def _faults(catalogue: Catalogue, component: Component, signal: LogSignal) -> Iterator[str]:
    unknown = [name for name in signal.formats if name not in component.logs]
    formats = [each for each in component.logs.values() if not signal.formats or each.name in signal.formats]
    for name in unknown:
        yield f"there is no log format {name!r}: {nearest(name, component.logs)}"
    types = {name: each.type for name, each in catalogue.log_fields.items()}
    types |= {name: each.type for format_ in formats for name, each in format_.fields.items()}
    measured = signal.of if signal.number in _MEASURES else ""
    for name in sorted(fields_of(signal) - set(types)):
        yield f"no format that it counts fills {name}"
    if measured and types.get(measured) not in NUMBERS:
        yield f"{measured} is no number"
    if signal.by and types.get(signal.by) not in TOLD_APART:
        yield f"{signal.by} is {types.get(signal.by)}, by which nothing can be told apart"
    if bool(signal.of) != (signal.number != "count"):
        yield f"`of` says what is measured, and a {signal.number} {'measures nothing' if signal.of else 'lacks it'}"


def _types(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """Every field with its type, and who says so first."""
    types = {name: (str(each.type), "all documents") for name, each in catalogue.log_fields.items()}
    for component in catalogue.components.values():
        for format_ in component.logs.values():
            for name, each in format_.fields.items():
                types.setdefault(name, (each.type, f"{component.id}.{format_.name}"))
    return types


def samples_are_read(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every format has a dozen samples; each becomes its document, and together they show every field."""
    formats = list(component.logs.values())
    for format_ in formats:
        path = samples_file(format_)
        if not path.is_file():
            yield Wrong(format_.place.path, (), f"there is no {shown(path)}", "every format has samples")
            continue
        every = samples(format_)
        if len(every) < FEWEST:
            yield Wrong(path, ("samples",), f"{len(every)} samples; a format has at least {FEWEST}")
        for index, sample in enumerate(every):
            for difference in differences(formats, format_, sample):
                yield Wrong(path, ("samples", index), difference)
        for message in undeclared(format_, catalogue.log_fields, every):
            yield Wrong(path, (), message)


def _broken(format_: LogFormat) -> Iterator[Wrong]:
    """What is no regular expression, or names a fragment that there is not."""
    path, fragments = format_.place.path, format_.fragments
    for at, text, where in dialect.expressions(format_):
        if why := _why_broken(text, {} if where in ("holds", "replacement") else fragments, where == "pattern"):
            yield Wrong(path, at, why)
    for name, text in fragments.items():
        if why := _why_broken(text, fragments, False):
            yield Wrong(path, ("fragments", name), why)


def _why_broken(text: str, fragments: Mapping[str, str], takes_fields: bool) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of classes in classes, of which the dialect tells better
        try:
            compiled(expand(text, fragments) if fragments else text)
            if takes_fields:
                grok(text, fragments)
        except GrokError as error:
            return str(error)
    return ""


def _beginning(format_: LogFormat) -> Iterator[Wrong]:
    try:
        start = begins(format_)
        empty = compiled(start).fullmatch("")
    except GrokError:
        return
    if empty:
        yield Wrong(format_.place.path, ("starts",), "every line begins like that: it can be empty")
    if any(part in start for part in _LOOK_AHEAD) or re.search(r"\\[1-9]", start):
        message = "it looks ahead or back, which the reader of files cannot"
        yield Wrong(format_.place.path, ("starts",), message)


def _time(step: ReadTime) -> Iterator[tuple[str, ...]]:
    for text in step.formats:
        try:
            if not is_dated(text):
                yield (f"the time format {text!r} lacks the year, the month or the day: each reader guesses its own",)
        except FormatError as error:
            yield (str(error),)
        if step.local and names_zone(text):
            yield f"the time format {text!r} names a zone, which `local` overrides in some readers", "leave `local` out"
