"""Logstash's pipelines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.logs.reading import dataset
from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import Configuration
from obsboot.logs.times import FormatError, expression
from obsboot.model import Component, Finding, Unread
from obsboot.render.logs.logged import in_pipelines
from obsboot.sources import pipelines
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, mapped
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.grokking import anchored, compile_grok, compile_regex
from obsboot.sources.pipelines import Used, entries, reached, setting, texts, words

_FOLDER = "/usr/share/logstash/pipeline/"
_PLUGINS = {
    "input": ("beats", "pipeline", "dead_letter_queue"),
    "filter": ("date", "drop", "grok", "json", "mutate", "ruby", "translate", "uuid"),
    "output": ("elasticsearch", "opensearch", "pipeline"),
}
"""The plugins that a pack writes."""
_STORES = ("elasticsearch", "opensearch")
_UNIX = ("UNIX", "UNIX_MS")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]")

Fault = tuple[str, int, str]


class LogstashPipelines(Check):
    id = "logs/logstash"
    title = "Every pipeline of Logstash parses, and every entry finds its way through them into the store"
    explanation = (
        "Logstash leaves a pipeline out that it cannot read, and starts with those that are left; what is sent to an "
        "address that nobody has waits for ever, and holds up all that comes behind it."
    )
    fix = (
        "Mend the line; name every file of pipeline/ in pipelines.yml, and every address in one `pipeline` input; "
        r"write patterns as \A(?:...)\z, with all their fragments in pattern_definitions."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        logs = context.logs
        logs.wanted()
        if in_pipelines(context.stack):
            raise NotApplicableError("lines are read by ingest pipelines, without Logstash")
        found = logs.configurations
        if not found:
            raise CannotCheckError(f"{context.path('logstash/pipeline')} holds no pipeline")
        faults: list[Fault] = []
        for path, each in found.items():
            if isinstance(each, ConfigurationError):
                faults.append((path, each.at.line, f"column {each.at.column}: {each.message}"))
        every = list(pipelines.used(found))
        faults += [*_named(context), *_ids(every), *_known(every), *_hosts(context, every)]
        faults += [*_grok(every), *_dates(every), *_regexes(every, found)]
        if not any(isinstance(each, ConfigurationError) for each in found.values()):
            faults += [*_addresses(every), *_ways(context, every)]
        for path, line, message in faults:
            yield self.finding(path, line, message)


def _named(context: Context) -> Iterator[Fault]:
    """pipelines.yml and the files of the folder."""
    path = context.path("logstash/pipelines.yml")
    context.text("logstash/pipelines.yml")
    data = context.readable(path)
    if not isinstance(data, Listed):
        context.unseen.add(Unread(path, 0, "does not hold a list"))
        return
    ids, files = set[str](), set[str]()
    for each in map(mapped, data):
        name = str(each.get("pipeline.id") or "")
        if not name or name in ids:
            yield path, each.at("pipeline.id"), f"two pipelines are called {name!r}" if name else "a pipeline has no id"
        ids.add(name)
        file = str(each.get("path.config") or "")
        files.add(context.path(f"logstash/pipeline/{file.removeprefix(_FOLDER)}"))
        if not file.startswith(_FOLDER) or not context.has(f"logstash/pipeline/{file.removeprefix(_FOLDER)}"):
            yield path, each.at("path.config"), f"pipeline {name} is in {file!r}, which the pack does not have"
    for other in context.paths("logstash/pipeline/*.conf"):
        if other not in files:
            yield other, 0, "pipelines.yml does not name this file, so nothing runs it"


def _ids(every: Iterable[Used]) -> Iterator[Fault]:
    """Within a pipeline Logstash refuses an id that is there twice."""
    seen: dict[tuple[str, str], int] = {}
    for each in every:
        for name in texts(setting(each.plugin, "id")):
            if first := seen.get((each.path, name)):
                yield each.path, each.line, f"the plugin in line {first} has the id {name!r} as well"
            seen.setdefault((each.path, name), each.line)


def _known(every: Iterable[Used]) -> Iterator[Fault]:
    for each in every:
        known = _PLUGINS[each.section]
        if each.plugin.name not in known:
            yield (
                each.path,
                each.line,
                f"a pack has no {each.section} {each.plugin.name!r}: {nearest(each.plugin.name, known)}",
            )


def _hosts(context: Context, every: Iterable[Used]) -> Iterator[Fault]:
    known = context.logs.hosts()
    for each in every:
        for address in texts(setting(each.plugin, "hosts")) if each.plugin.name in _STORES else ():
            host = urlsplit(address if "//" in address else f"//{address}").hostname
            if known is not None and host not in known:
                yield each.path, each.line, f"no container is called {host!r}"


def _grok(every: Iterable[Used]) -> Iterator[Fault]:
    for each in every:
        if each.plugin.name != "grok":
            continue
        given = entries(setting(each.plugin, "pattern_definitions"))
        definitions = {name: "".join(texts(value)) for name, value in given}
        for field, patterns in entries(setting(each.plugin, "match")):
            for word in words(patterns):
                pattern, line = str(word.value), word.at.line
                if not anchored(pattern):
                    yield each.path, line, rf"grok of {field}: {pattern!r} is not \A...\z: it may fit a part of a line"
                if fault := compile_grok(pattern, definitions):
                    yield each.path, line, f"grok of {field}: {fault}"


def _dates(every: Iterable[Used]) -> Iterator[Fault]:
    for each in every:
        for form in words(setting(each.plugin, "match"))[1:] if each.plugin.name == "date" else ():
            try:
                if form.value not in _UNIX:
                    expression(str(form.value))
            except FormatError as error:
                yield each.path, form.at.line, str(error)


def _regexes(every: Iterable[Used], found: pipelines.Configurations) -> Iterator[Fault]:
    """Those of conditions and of replacements."""
    written = [
        (path, regex.at.line, regex.expression.replace("\\/", "/"))
        for path, condition in pipelines.conditions(found)
        for regex in pipelines.regexes(condition)
    ]
    for each in every:
        written += [(each.path, word.at.line, str(word.value)) for word in words(setting(each.plugin, "gsub"))[1::3]]
    for path, line, text in written:
        if fault := compile_regex(text):
            yield path, line, fault


def _addresses(every: list[Used]) -> Iterator[Fault]:
    """What is sent somewhere is taken there, and what is taken is sent."""
    between = [each for each in every if each.plugin.name == "pipeline"]
    sent = {name: each for each in between for name in texts(setting(each.plugin, "send_to"))}
    taken: dict[str, Used] = {}
    for each in between:
        for name in texts(setting(each.plugin, "address")):
            if name in taken:
                yield (
                    each.path,
                    each.line,
                    f"{taken[name].path} has the address {name!r} as well: only one gets anything",
                )
            taken.setdefault(name, each)
    for name, each in sent.items():
        if name not in taken:
            yield (
                each.path,
                each.line,
                f"it sends to {name!r}, which is the address of no pipeline: {nearest(name, taken)}",
            )
    for name, each in taken.items():
        if name not in sent:
            yield each.path, each.line, f"nothing is sent to the address {name!r}"


def _ways(context: Context, every: list[Used]) -> Iterator[Fault]:
    """The entries of each instance go through the pipeline that knows its formats, and end in the store."""
    found = context.logs.configurations
    intakes = [each for each in every if each.section == "input" and each.plugin.name == "beats"]
    if not intakes:
        yield next(iter(found)), 0, "no pipeline takes lines from Filebeat: an input `beats` is missing"
    homes = {
        name: each.path for each in every if each.section == "input" for name in texts(setting(each.plugin, "address"))
    }
    for intake in intakes:
        for name, instance in context.logs.instances.items():
            passed = _passed(found, intake.path, homes, name)
            lacking = _lacking(instance.component, every, passed)
            if lacking:
                yield (
                    intake.path,
                    _output_line(found, intake.path),
                    (
                        f"the lines of {name} reach {_stems(passed[1:]) or 'no other pipeline'}, where nothing reads "
                        f"{' and '.join(lacking)}"
                    ),
                )
            if not any(
                each.path in passed and each.section == "output" and each.plugin.name in _STORES for each in every
            ):
                yield intake.path, _output_line(found, intake.path), f"the lines of {name} never reach the store"


def _passed(found: pipelines.Configurations, start: str, homes: Mapping[str, str], module: str) -> list[str]:
    """The pipelines that an entry of an instance comes through, from the one that takes it in."""
    passed, known = [start], {"[event][module]": module}
    for path in passed:
        each = found[path]
        for section in each.sections if isinstance(each, Configuration) else ():
            for plugin in reached(section.body, known) if section.kind == "output" else ():
                names = texts(setting(plugin, "send_to"))
                passed += [homes[name] for name in names if name in homes and homes[name] not in passed]
    return passed


def _lacking(component: Component, every: Iterable[Used], passed: list[str]) -> list[str]:
    """The formats of a component that no filter on the way knows."""
    known = {
        text
        for each in every
        if each.path in passed and each.plugin.name == "mutate"
        for name, value in entries(setting(each.plugin, "replace"))
        if _REFERENCE.findall(name) == ["event", "dataset"]
        for text in texts(value)
    }
    return [dataset(each) for each in component.logs.values() if dataset(each) not in known]


def _output_line(found: pipelines.Configurations, path: str) -> int:
    each = found[path]
    sections = each.sections if isinstance(each, Configuration) else ()
    return next((section.at.line for section in sections if section.kind == "output"), 0)


def _stems(paths: Iterable[str]) -> str:
    return ", ".join(posixpath.basename(path).removesuffix(".conf") for path in paths)
