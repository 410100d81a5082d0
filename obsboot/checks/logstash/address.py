"""Where entries are sent, and where they are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Bareword, Number, Text
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.pipelines import Used, setting, texts, words

Word = Text | Bareword | Number
_LISTENING = ("beats", "elastic_agent", "http", "tcp")
"""Inputs that take connections on a port."""


class Addresses(Check):
    id = "logstash/address"
    title = "What is sent to an address or a port is taken there"
    explanation = (
        "A pipeline that sends to an address which no other has waits for ever, and holds up all that comes behind it; "
        "of two that take the same address or port only one starts."
    )
    fix = "Write the same address or port on both sides."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for each, word, message, severity in (*_between(found), *_ports(found)):
            yield self.finding(each.path, place(word), message, severity=severity, subject=called(each))


Fault = tuple[Used, Word, str, Severity]


def _between(found: Logstash) -> Iterator[Fault]:
    """From one pipeline to another."""
    taken: dict[str, Used] = {}
    for each in (one for one in found.plugins if (one.section, one.plugin.name) == ("input", "pipeline")):
        for word in words(setting(each.plugin, "address")):
            name = str(word.value)
            if first := taken.get(name):
                message = (
                    f"the input in {first.path}:{first.line} has the address {name!r} as well: only one gets anything"
                )
                yield each, word, message, "error"
            taken.setdefault(name, each)
    sent = set[str]()
    for each in (one for one in found.plugins if (one.section, one.plugin.name) == ("output", "pipeline")):
        for word in words(setting(each.plugin, "send_to")):
            name = str(word.value)
            sent.add(name)
            near = advice(name, taken)
            if name not in taken and "${" not in name and (near or _all_here(found)):
                yield each, word, f"no pipeline takes what is sent to {name!r}{near}", "error"
    for name, each in taken.items() if _all_here(found) else ():
        if name not in sent:
            yield each, words(setting(each.plugin, "address"))[0], f"no pipeline sends anything to {name!r}", "warning"


def _all_here(found: Logstash) -> bool:
    """Whether every pipeline that Logstash runs is in the folder and can be read."""
    named = {path for each in found.pipelines if each.listing and each.whole for path, _ in each.files}
    return bool(found.listings) and named == set(found.configurations) and all(map(found.named, found.listings))


def _ports(found: Logstash) -> Iterator[Fault]:
    """Two inputs of one Logstash that take the same port."""
    groups: dict[str, list[Used]] = defaultdict(list)
    for pipeline in found.pipelines:
        groups[pipeline.listing.path if pipeline.listing else pipeline.name] += pipeline.inputs
    for inputs in groups.values():
        seen: dict[tuple[str, tuple[str, ...]], Used] = {}
        for each in (one for one in dict.fromkeys(inputs) if one.plugin.name in _LISTENING):
            mode = texts(setting(each.plugin, "mode"))
            for word in words(setting(each.plugin, "port"))[:1] if "client" not in mode else ():
                key = (str(word.value), texts(setting(each.plugin, "host")))
                first = seen.setdefault(key, each)
                if first is not each:
                    where = f"{first.plugin.name} in {first.path}:{first.line}"
                    yield each, word, f"the input {where} takes the port {word.value} as well", "error"
