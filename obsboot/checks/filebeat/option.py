"""Options that Filebeat reads."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.checks.filebeat.processors import processors
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant
from obsboot.sources import shipping
from obsboot.sources.beats import INPUTS, NEEDED, OLDER, OUTPUTS, REMOVED, Shipper, shippers
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped, mapped
from obsboot.sources.inputs import Input, items, nested, unfolded

Fault = tuple[int, str, Severity, str]
"""Line, message, severity, subject."""
_IDENTITIES = ("fingerprint", "native", "path", "inode_marker")


class Options(Check):
    id = "filebeat/option"
    title = "Every option is one that Filebeat reads where it stands"
    explanation = (
        "Filebeat ignores an option that it does not know, without a word: lines are cut apart, JSON is not read, and the "
        "configuration looks right. With an input, a processor or an output that it does not know, and with a value that "
        "it cannot read, it does not start."
    )
    fix = "Write the option as the version's reference has it, in the place where it belongs."

    def run(self, context: Context) -> Iterator[Finding]:
        for shipper in shippers(context):
            faults = [*_top(shipper), *_queue(shipper), *_processors(shipper.data, "filebeat")]
            for each in shipper.inputs:
                faults += [*_input(each), *_processors(each.data, each.subject), *_parsers(each)]
            for kind, (options, line) in shipper.outputs.items():
                faults += _output(kind, options, line)
            for line, message, severity, subject in faults:
                yield self.finding(shipper.path, line, message, severity=severity, subject=subject)


def _top(shipper: Shipper) -> Iterator[Fault]:
    for name, line in shipping.unknown(shipper.data, shipping.WHOLE):
        if line and name in REMOVED:
            yield line, _removed(name), "error", name
        elif line and (advice := _meant(name, shipping.WHOLE)):
            yield line, f"Filebeat ignores {name!r} here: {advice}", "error", name
    for name in REMOVED:
        if name.startswith("filebeat.config.") and shipper.get(name) is not None:
            yield mapped(shipper.get("filebeat.config")).line, _removed(name), "error", name
    for name, why, line in shipping.misfits(shipper.data, shipping.WHOLE):
        yield line, f"{name}: {why}", "error", name


def _removed(name: str) -> str:
    return f"Filebeat does not start with {name!r} since version 7: {REMOVED[name]}"


def _queue(shipper: Shipper) -> Iterator[Fault]:
    found = unfolded(mapped(shipper.get("queue")))
    for kind in found:
        if kind not in ("mem", "disk", "spool"):
            yield found.at(kind), f"there is no queue {kind!r}: {nearest(kind, ('mem', 'disk'))}", "error", "queue"
    if len(found) > 1:
        yield found.at(list(found)[1]), f"one queue is taken, and here are {' and '.join(found)}", "error", "queue"
    if found.get("disk") is not None and unfolded(mapped(found["disk"])).get("max_size") is None:
        yield found.at("disk"), "queue.disk.max_size is missing", "error", "queue"


def _input(each: Input) -> Iterator[Fault]:
    if each.type and each.type not in INPUTS:
        message = f"there is no input of the type {each.type!r}: {nearest(each.type, INPUTS)}"
        yield each.data.value_at("type"), message, "error", each.subject
    if not each.type and "input_type" not in each.data:
        yield (
            each.line,
            f"{each.name} has no type: Filebeat takes it for `log`, which is outdated",
            "warning",
            each.subject,
        )
    for name in NEEDED.get(each.type, ()) if each.enabled else ():
        if nested(each.data, name) is None:
            yield each.line, f"{each.name}: {name} is missing", "error", each.subject
    known = shipping.INPUTS.get(each.type)
    if not known or not each.enabled:
        return
    for name, line in shipping.unknown(each.data, known):
        old = OLDER.get(name.partition(".")[0], "") if each.type == "filestream" else ""
        if advice := old or _meant(name, known):
            article = "a filestream" if each.type == "filestream" else f"the input {each.type}"
            yield line, f"{each.name}: {article} ignores {name!r}: {advice}", "error", each.subject
    for name, why, line in shipping.misfits(each.data, known):
        yield line, f"{each.name}: {name}: {why}", "error", each.subject
    for line, message in _identity(each):
        yield line, f"{each.name}: {message}", "error", each.subject


def _identity(each: Input) -> Iterator[tuple[int, str]]:
    whole = unfolded(each.data)
    found, line = whole.get("file_identity"), whole.value_at("file_identity")
    if isinstance(found, str):
        yield line, f"file_identity is a mapping: file_identity.{found}: ~"
    names = unfolded(mapped(found))
    for name in names:
        if name not in _IDENTITIES:
            yield names.at(name), f"there is no file_identity {name!r}: {nearest(name, _IDENTITIES)}"
    if len(names) > 1:
        yield names.at(list(names)[1]), f"one file_identity is taken, and here are {' and '.join(names)}"


def _meant(name: str, known: shipping.Options) -> str:
    """What a name was probably meant to be; nothing where it may be one that is not listed here."""
    return meant(name, {each.removesuffix(".*") for each in known}, cutoff=0.8)


def _parsers(each: Input) -> Iterator[Fault]:
    if each.type != "filestream":
        return
    for item, line in items(each.data.get("parsers"), each.data.at("parsers")):
        for at, message in _parser(unfolded(item) if isinstance(item, Mapped) else item, line):
            yield at, f"{each.name}: {message}", "error", each.subject


def _parser(item: object, line: int) -> Iterator[tuple[int, str]]:
    if not isinstance(item, Mapped):
        yield line, f"a parser has a name and options: {item}: {{...}}"
        return
    if len(item) > 1:
        yield line, f"each parser is one of the list, and here are {' and '.join(item)} in one"
    for name, said in item.items():
        if name not in shipping.PARSERS:
            yield line, f"there is no parser {name!r}: {nearest(name, shipping.PARSERS)}"
            continue
        options, known = mapped(said), shipping.PARSERS[name]
        for option, at in shipping.unknown(options, known):
            yield at, f"{name} ignores {option!r}: {nearest(option, known)}"
        for option, why, at in shipping.misfits(options, known):
            yield at, f"{name}: {option}: {why}"
        for option in shipping.missing(options, known):
            yield line, f"{name}: {option} is missing"


def _processors(data: Mapped, subject: str) -> Iterator[Fault]:
    for line, message in processors(data.get("processors"), data.at("processors")):
        yield line, message, "error", subject


def _output(kind: str, options: Mapped, line: int) -> Iterator[Fault]:
    subject = f"output {kind}"
    if kind not in OUTPUTS:
        yield line, f"there is no output {kind!r}: {nearest(kind, OUTPUTS)}", "error", subject
    known = shipping.SENDING.get(kind, {})
    for name, at in shipping.unknown(options, known):
        if advice := _meant(name, known):
            yield at, f"output.{kind} ignores {name!r}: {advice}", "error", subject
    for name, why, at in shipping.misfits(options, known):
        yield at, f"output.{kind}: {name}: {why}", "error", subject
    if kind == "kafka" and not (options.get("topic") or options.get("topics")):
        yield line, "output.kafka has neither topic nor topics", "error", subject
    whole = unfolded(options)
    if kind == "elasticsearch" and whole.get("api_key") and (whole.get("username") or whole.get("password")):
        yield whole.at("api_key"), "output.elasticsearch takes api_key, or username and password", "error", subject
    for name in ("indices", "pipelines", "topics", "keys"):
        yield from _chosen(kind, name, whole)


def _chosen(kind: str, name: str, options: Mapped) -> Iterator[Fault]:
    """Each of the indices, pipelines ... says which."""
    own = {"indices": "index", "pipelines": "pipeline", "topics": "topic", "keys": "key"}[name]
    found = options.get(name)
    for each, line in items(found, 0) if isinstance(found, Listed) else ():
        if isinstance(each, Mapped) and own not in each:
            yield line, f"output.{kind}: {own} is missing in one of {name}", "error", f"output {kind}"
