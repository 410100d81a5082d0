"""Filebeat's configuration."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.logs.grok import GrokError, compiled
from obsboot.model import Finding, Instance, Severity
from obsboot.promql.likeness import meant
from obsboot.sources import samples, shipping
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped
from obsboot.sources.inputs import Input
from obsboot.sources.patterns import foreign
from obsboot.sources.pipelines import listening

_NO_STREAM = re.compile(r'[-\\/*?"<>|,#:\s]|[A-Z]')
"""What may not be in a part of a data stream's name."""
_ADDRESS = re.compile(r"(?:https?://)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?")

Fault = tuple[int, str]


class FilebeatConfig(Check):
    id = "logs/filebeat"
    title = "Filebeat reads every log once, in whole entries, and says whose they are"
    explanation = (
        "Filebeat ignores an option that it does not know, drops lines whose tag nobody writes, cuts a stack trace "
        "into lines where its pattern does not fit, and does not start with two inputs of one id."
    )
    fix = (
        "Compare with what `obsboot init` writes: each input has its own id, the tag of its container, the pattern of "
        "its formats, and the stream of its instance."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        logs = context.logs
        logs.wanted()
        path, data = logs.shipper_path, logs.shipper
        for line, fault in (*_unknown(data, shipping.WHOLE, ""), *_inputs(context), *_outputs(context, data)):
            yield self.finding(path, line, fault)
        for each in logs.inputs:
            instance = logs.instances.get(each.module)
            for line, fault in (*_options(each), *_stream(each), *(_entries(each, instance) if instance else ())):
                yield self.finding(path, line, f"input {each.id}: {fault}")
            for line, fault, severity in _paths(context, each):
                yield self.finding(path, line, f"input {each.id}: {fault}", severity=severity)
        yield from self._tags(context)

    def _tags(self, context: Context) -> Iterator[Finding]:
        """All containers write into one folder: only the tag says whose a line is."""
        logs, given = context.logs, _given(context)
        wanted = {each.module: (tag, line) for each in logs.inputs for tag, line in _tag(each)}
        for module, (tag, line) in wanted.items():
            instance = logs.instances.get(module)
            name = _container(instance) if instance else module
            if name not in given and instance and (context.stack.owns_stack or instance.component.kind != "platform"):
                message = f"no container {name!r} is given a tag, so its lines are dropped"
                yield self.finding(logs.shipper_path, line, message)
            elif name in given and given[name][0] != tag:
                message = f"it reads lines with the tag {tag!r}, and {name} writes {given[name][0]!r}"
                yield self.finding(logs.shipper_path, line, message)
        known = {tag for tag, _ in wanted.values()}
        for name, (tag, path, line) in given.items():
            if tag not in known:
                yield self.finding(path, line, f"{name} writes lines with the tag {tag!r}, which no input reads")


def _unknown(data: Mapped, known: shipping.Options, where: str) -> Iterator[Fault]:
    for name, line in shipping.unknown(data, known):
        names = {each.removesuffix(".*") for each in known}
        advice = meant(name, names) or "is it in the wrong place?"
        yield line, f"{where}Filebeat ignores {name!r} there: {advice}"


def _inputs(context: Context) -> Iterator[Fault]:
    """Each input by itself, and each instance with one."""
    logs = context.logs
    ids = Counter(each.id for each in logs.inputs)
    for each in logs.inputs:
        if not each.id or ids[each.id] > 1:
            fault = f"two inputs have the id {each.id!r}" if each.id else "an input has no id"
            yield each.data.at("id"), fault
        if each.data.get("type") != "filestream":
            yield each.data.at("type"), f"input {each.id} is of type {each.data.get('type')!r}, not filestream"
        if each.module not in logs.instances:
            yield each.line, f"input {each.id}: no instance whose log is read is called {each.module!r} (event.module)"
    read = {each.module for each in logs.inputs}
    for name in sorted(set(logs.instances) - read):
        yield logs.shipper.at("filebeat.inputs"), f"no input reads the log of {name}"


def _options(each: Input) -> Iterator[Fault]:
    yield from _unknown(each.data, shipping.INPUT, "")
    for key, kinds in (("parsers", shipping.PARSERS), ("processors", shipping.PROCESSORS)):
        for name, options, line in each.parts(key):
            if name not in kinds:
                yield line, f"there is no {key[:-1]} {name!r}: {nearest(name, kinds)}"
                continue
            yield from _unknown(options, kinds[name], f"{name}: ")
            for condition, at in shipping.conditions(options.get("when")):
                yield at, f"there is no condition {condition!r}: {nearest(condition, shipping.CONDITIONS)}"


def _stream(each: Input) -> Iterator[Fault]:
    said = mapped(each.fields.get("data_stream"))
    if each.data.get("fields_under_root") is not True:
        yield each.data.at("fields_under_root"), "without `fields_under_root: true` its fields are called fields.*"
    for key in ("type", "dataset", "namespace"):
        value = str(said.get(key) or "")
        if not value:
            yield each.fields.at("data_stream"), f"data_stream.{key} is missing, so nobody knows where its lines go"
        elif bad := _NO_STREAM.search(value):
            yield said.at(key), f"data_stream.{key} is {value!r}: no data stream may be called so ({bad[0]!r})"


def _entries(each: Input, instance: Instance) -> Iterator[Fault]:
    """Whether lines become entries as the formats need them."""
    parsers = [(name, options, line) for name, options, line in each.parts("parsers")]
    names = [name for name, _, _ in parsers]
    container = instance.values.get("log_from") == "container"
    if container != ("container" in names):
        have = "needs the parser `container` for Docker's wrapping" if container else "reads a plain file, not Docker's"
        yield each.data.at("parsers"), f"it {have}"
    if "container" in names[1:]:
        yield each.data.at("parsers"), "lines have to be unwrapped (`container`) before they are joined"
    formats = instance.component.logs.values()
    found = [(options, line) for name, options, line in parsers if name == "multiline"]
    if any(one.multiline for one in formats) and not found:
        yield each.data.at("parsers"), f"entries of {instance.id} have several lines, and nothing joins them"
    for options, _ in found:
        yield from _joins(options, instance)


def _joins(options: Mapped, instance: Instance) -> Iterator[Fault]:
    pattern, line = str(options.get("pattern") or ""), options.at("pattern")
    if options.get("negate") is not True or options.get("match") != "after":
        yield options.at("negate"), "lines that begin no entry belong to the one above: negate: true, match: after"
    if part := foreign(pattern):
        yield line, f"Go, in which Filebeat is written, has no {part} in its expressions"
        return
    try:
        begins = compiled(pattern)
    except GrokError as error:
        yield line, f"multiline pattern: {error}"
        return
    for format_, (first, *others) in samples.joined(instance.component):
        if not begins.search(first):
            yield line, f"the pattern does not find the beginning of an entry of {format_.name}: {first[:60]!r}"
            break
        if inner := next((each for each in others if begins.search(each)), None):
            yield line, f"the pattern takes a line inside an entry of {format_.name} for a beginning: {inner[:60]!r}"
            break


def _paths(context: Context, each: Input) -> Iterator[tuple[int, str, Severity]]:
    found = listed(each.data.get("paths"))
    if not found:
        yield each.data.at("paths"), "it reads no path", "error"
    mounts = _mounts(context) if context.stack.owns_stack else None
    for path, line in found.texts:
        if not path.startswith("/"):
            yield line, f"the path {path!r} is not absolute, so it depends on where Filebeat was started", "error"
        elif mounts is not None and not any(path.startswith(f"{mount}/") for mount in mounts):
            advice = "no volume of Filebeat's container holds it; mount it in compose.override.yaml"
            yield line, f"the path {path}: {advice}", "error" if each.in_container else "warning"


def _mounts(context: Context) -> list[str]:
    """The folders that Filebeat's container sees, those of the user's own additions included."""
    found: list[str] = []
    names = ("compose.yaml", "compose.override.yaml")
    services = [mapped(mapped(context.readable(context.path(n))).get("services")) for n in names if context.has(n)]
    for service in (mapped(each.get("filebeat")) for each in services):
        for volume in listed(service.get("volumes")):
            parts = str(volume).split(":")
            found.append(str(volume.get("target", "")) if isinstance(volume, Mapped) else parts[min(1, len(parts) - 1)])
    return [each.rstrip("/") for each in found]


def _outputs(context: Context, data: Mapped) -> Iterator[Fault]:
    found = {key: mapped(value) for key, value in data.items() if key.startswith("output.")}
    found |= {f"output.{key}": mapped(value) for key, value in mapped(data.get("output")).items()}
    active = [key for key, value in found.items() if value.get("enabled", True) is not False]
    if len(active) != 1:
        yield data.at(active[1] if active else "output"), f"it has {len(active)} outputs, and starts with exactly one"
    for key, options in found.items():
        kind = key.removeprefix("output.")
        if kind not in shipping.OUTPUTS:
            yield data.at(key), f"a pack has no output {kind!r}: {nearest(kind, shipping.OUTPUTS)}"
            continue
        yield from _unknown(options, shipping.OUTPUTS[kind], f"{key}: ")
        if not options.get("hosts"):
            yield data.at(key), f"{key} names no host"
        yield from _hosts(context, kind, options)
        if "index" in options and kind != "logstash" and not _leaves_templates(data):
            yield (
                options.at("index"),
                "with an index of its own Filebeat starts only where setup.template.enabled is false",
            )


def _leaves_templates(data: Mapped) -> bool:
    nested = mapped(mapped(data.get("setup")).get("template"))
    return data.get("setup.template.enabled", nested.get("enabled")) is False


def _hosts(context: Context, kind: str, options: Mapped) -> Iterator[Fault]:
    hosts, known = listed(options.get("hosts")), context.logs.hosts()
    ports = listening(context.logs.configurations)
    for address, line in hosts.texts:
        found = _ADDRESS.match(address)
        host, port = (found[1], found[2]) if found else ("", None)
        if known is not None and host not in known:
            yield line, f"no container is called {host!r}"
        elif kind == "logstash" and ports and port not in ports:
            yield (
                line,
                f"no pipeline listens on {port or 'the default port'}, but one on {' and one on '.join(sorted(ports))}",
            )


def _tag(each: Input) -> Iterator[tuple[str, int]]:
    """The tag without which it drops a line."""
    for name, options, _ in each.parts("processors"):
        equals = mapped(mapped(mapped(options.get("when")).get("not")).get("equals"))
        if name == "drop_event" and "docker.attrs.tag" in equals:
            yield str(equals["docker.attrs.tag"]), equals.at("docker.attrs.tag")


def _given(context: Context) -> dict[str, tuple[str, str, int]]:
    """The tags that containers write: by the container's name, with path and line."""
    found: dict[str, tuple[str, str, int]] = {}
    for name in ("compose.yaml", "filebeat/logging.compose.yaml"):
        data = mapped(context.readable(context.path(name))) if context.has(name) else mapped(None)
        for service, body in mapped(data.get("services")).items():
            options = mapped(mapped(mapped(body).get("logging")).get("options"))
            if tag := options.get("tag"):
                found[service] = (str(tag), context.path(name), options.at("tag"))
    return found


def _container(instance: Instance) -> str:
    """What the container of an instance is called: the platform's own like itself, others as their address says."""
    return instance.id if instance.component.kind == "platform" else instance.address.split(":")[0] or instance.id
