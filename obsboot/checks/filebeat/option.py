"""Options that Filebeat reads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources import shipping
from obsboot.sources.beats import INPUTS, OLDER, OUTPUTS, PROCESSORS, Shipper, shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Mapped
from obsboot.sources.inputs import Input, parts

Fault = tuple[int, str, Severity, str]
"""Line, message, severity, subject."""


class Options(Check):
    id = "filebeat/option"
    title = "Every option is one that Filebeat reads where it stands"
    explanation = (
        "Filebeat ignores an option that it does not know, without a word: lines are cut apart, JSON is not read, and the "
        "configuration looks right. What is an input, a processor or an output and is unknown, it does not start with."
    )
    fix = "Write the option as the version's reference has it, in the place where it belongs."

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            faults = [*_top(shipper), *_processors(shipper.data, "filebeat")]
            for each in shipper.inputs:
                faults += [*_input(each), *_processors(each.data, each.subject), *_parsers(each)]
            for kind, (options, line) in shipper.outputs.items():
                faults += _output(kind, options, line)
            for line, message, severity, subject in faults:
                yield self.finding(shipper.path, line, message, severity=severity, subject=subject)


def _top(shipper: Shipper) -> Iterator[Fault]:
    for name, line in shipping.unknown(shipper.data, shipping.WHOLE):
        if line and (advice := _meant(name, shipping.WHOLE)):
            yield line, f"Filebeat ignores {name!r} here: {advice}", "error", name


def _input(each: Input) -> Iterator[Fault]:
    if each.type and each.type not in INPUTS:
        yield (
            each.data.value_at("type"),
            f"there is no input of the type {each.type!r}: {nearest(each.type, INPUTS)}",
            "error",
            each.subject,
        )
    if not each.type:
        yield each.line, f"{each.name} has no type", "error", each.subject
    if each.type != "filestream":
        return
    for name, line in shipping.unknown(each.data, shipping.INPUT):
        advice = OLDER.get(name.partition(".")[0]) or _meant(name, shipping.INPUT)
        if advice:
            yield line, f"{each.name}: a filestream ignores {name!r}: {advice}", "error", each.subject


def _meant(name: str, known: shipping.Options) -> str:
    """What a name was probably meant to be; nothing where it may be one that is not listed here."""
    return meant(name, {each.removesuffix(".*") for each in known})


def _parsers(each: Input) -> Iterator[Fault]:
    for name, options, line in each.parts("parsers"):
        if name not in shipping.PARSERS:
            message = f"{each.name}: there is no parser {name!r}: {nearest(name, shipping.PARSERS)}"
            yield line, message, "error", each.subject
            continue
        for option, at in shipping.unknown(options, shipping.PARSERS[name]):
            message = f"{each.name}: {name} ignores {option!r}: {nearest(option, shipping.PARSERS[name])}"
            yield at, message, "error", each.subject


def _processors(data: Mapped, subject: str) -> Iterator[Fault]:
    for name, options, line in parts(data, "processors"):
        if name not in PROCESSORS:
            yield line, f"there is no processor {name!r}: {nearest(name, PROCESSORS)}", "error", subject
            continue
        for condition, at in shipping.conditions(options.get("when")):
            message = f"there is no condition {condition!r}: {nearest(condition, shipping.CONDITIONS)}"
            yield at, message, "error", subject
        known = shipping.PROCESSORS.get(name)
        for option, at in shipping.unknown(options, known) if known else ():
            if advice := _meant(option, known or frozenset()):
                yield at, f"{name} ignores {option!r}: {advice}", "error", subject


def _output(kind: str, options: Mapped, line: int) -> Iterator[Fault]:
    if kind not in OUTPUTS:
        yield line, f"there is no output {kind!r}: {nearest(kind, OUTPUTS)}", "error", f"output {kind}"
        return
    known = shipping.OUTPUTS.get(kind)
    for name, at in shipping.unknown(options, known) if known else ():
        if advice := _meant(name, known or frozenset()):
            yield at, f"output.{kind} ignores {name!r}: {advice}", "error", f"output {kind}"
