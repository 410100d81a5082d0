"""Variables in pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Array, Bareword, Configuration, Hash, Plugin, Text, Value
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Line
from obsboot.sources.logstash.pipelines import Logstash, logstash, official
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.pipelines import used as plugins_of
from obsboot.sources.topology import Service

_NEEDED = re.compile(r"\$\{(?P<name>[A-Za-z_][\w.]*)\}")
_ALWAYS = frozenset(
    {"HOME", "HOSTNAME", "LANG", "LS_HOME", "LOGSTASH_HOME", "LS_JAVA_OPTS", "PATH", "PWD", "ELASTIC_CONTAINER"}
)


class Variables(Check):
    id = "logstash/variable"
    title = "Every variable of a pipeline is in the environment of Logstash's container"
    explanation = (
        "Logstash does not start a pipeline that names a variable which neither its environment nor its keystore has."
    )
    fix = "Set the variable in `environment:` of the container, or give it a default: ${NAME:default}."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for path, configuration in found.configurations.items():
            known = _environment(found, path)
            if known is None or not isinstance(configuration, Configuration):
                continue
            for used in plugins_of({path: configuration}):
                for text in _texts(used.plugin):
                    for each in _NEEDED.finditer(text.value):
                        if each["name"] not in known:
                            at = Line(text.at.line, text.at.column + isinstance(text, Text) + each.start())
                            message = f"nothing sets the variable {each['name']}{advice(each['name'], known - _ALWAYS)}"
                            yield self.finding(path, at, message, subject=f"variable {each['name']}")


def _environment(found: Logstash, path: str) -> set[str] | None:
    """The variables of the containers that see the file; None where there is none, or where more may be set."""
    seeing = found.seeing(path)
    if not seeing or any(_has_more(each) for each in seeing):
        return None
    return set(_ALWAYS).union(*(each.environment for each in seeing))


def _has_more(each: Service) -> bool:
    kept = any("keystore" in f"{mount.source}{mount.target}" for mount in each.mounts)
    filed = each.data.get("env_file") is not None
    return not official(each) or kept or filed or "LOGSTASH_KEYSTORE_PASS" in each.environment


def _texts(value: Value) -> Iterator[Text | Bareword]:
    match value:
        case Text() | Bareword():
            yield value
        case Array():
            for item in value.items:
                yield from _texts(item)
        case Hash():
            for entry in value.entries:
                if isinstance(entry.key, Text):
                    yield entry.key
                yield from _texts(entry.value)
        case Plugin():
            for setting in value.settings:
                yield from _texts(setting.value)
