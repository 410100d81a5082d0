"""Where entries are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.logs.syntax import Node
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logfiles import fits
from obsboot.sources.logstash.events import Target, flows, streams, targets
from obsboot.sources.logstash.flow import Flow
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.plugins import advice, described
from obsboot.sources.pipelines import Used, setting, texts, words
from obsboot.sources.topology import Service, services

Fault = tuple[str, Node, str, Severity, Used]
_STREAM = re.compile(r"[-A-Z\\/*?\"<>| ,#:]")
"""What no part of a data stream's name may hold."""
_TEXT_OF_NAME = re.compile(r"%\{[^{}]*\}|\$\{[^{}]*\}|\{[^{}]*\}")
_STORES = ("elasticsearch", "opensearch")
_NO_STREAM = (
    "index ilm_enabled ilm_rollover_alias ilm_pattern ilm_policy manage_template template template_name template_api "
    "template_overwrite document_type version version_type parent join_field script script_type script_lang "
    "script_var_name scripted_upsert upsert doc_as_upsert retry_on_conflict"
)
"""Options of an output that a data stream does not have."""
_PORT = "9200"
_OPEN = re.compile(r"(?:\$\{|%\{)|^(?:change_?me|<.*>|x+|\*+)?$", re.IGNORECASE)


class Outputs(Check):
    id = "logstash/output"
    title = "Outputs write to names that Elasticsearch takes, at an address that it has"
    explanation = (
        "An entry with a name that Elasticsearch does not take is refused and lost; one that no template covers is mapped "
        "by guess."
    )
    fix = "Correct the name, cover it by a template, and keep passwords in variables."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for each in flows(found):
            for target in targets(each.pipeline):
                faults = [*_names(target), *_settings(target), *_streams(context, each, target), *_unset(each, target)]
                for path, node, message, severity, used in faults:
                    yield self.finding(path, place(node), message, severity=severity, subject=called(used))
        for used in found.plugins:
            for path, node, message, severity, _ in (*_secrets(used), *_hosts(found, used)):
                yield self.finding(path, place(node), message, severity=severity, subject=called(used))


def _names(target: Target) -> Iterator[Fault]:
    for name, (text, node) in target.parts.items():
        plain = _TEXT_OF_NAME.sub("", text)
        if name == "index" and plain != plain.lower():
            yield (
                target.used.path,
                node,
                f"{text!r} has upper case letters, which no index may have",
                "error",
                target.used,
            )
        elif name == "index" and (bad := re.search(r'[\\/*?"<>| ,#]', plain)) and not text.startswith("<"):
            yield target.used.path, node, f"{text!r} has {bad[0]!r}, which no index may have", "error", target.used
        elif name != "index" and (bad := _STREAM.search(plain)):
            yield (
                target.used.path,
                node,
                f"{name} is {text!r}: no data stream may be called so ({bad[0]!r})",
                "error",
                target.used,
            )


def _settings(target: Target) -> Iterator[Fault]:
    """Settings that contradict each other."""
    plugin, path = target.used.plugin, target.used.path
    stream = texts(setting(plugin, "data_stream")) == ("true",)
    for name in _NO_STREAM.split():
        said = setting(plugin, name)
        if stream and said is not None:
            yield (
                path,
                said,
                f"{name} cannot stand beside data_stream => true: Logstash refuses both",
                "error",
                target.used,
            )
    action = setting(plugin, "action")
    if stream and action is not None and texts(action)[:1] not in (("create",), ()) and "%{" not in texts(action)[0]:
        yield (
            path,
            action,
            f"a data stream takes the action create alone, not {texts(action)[0]!r}",
            "error",
            target.used,
        )
    alias, index = setting(plugin, "ilm_rollover_alias"), setting(plugin, "index")
    if alias is not None and index is not None and texts(setting(plugin, "ilm_enabled")) != ("false",):
        yield path, index, "with ilm_rollover_alias the index is not used", "warning", target.used
    if alias is not None and "%{" in "".join(texts(alias)):
        yield path, alias, "ilm_rollover_alias takes no %{field}", "error", target.used
    if plugin.name == "elasticsearch" and not stream:
        yield from _ambiguous(target)


def _ambiguous(target: Target) -> Iterator[Fault]:
    """Settings of a data stream where the output writes to an index all the same."""
    plugin = target.used.plugin
    said = "".join(texts(setting(plugin, "data_stream")))
    against = [each.name for each in plugin.settings if each.name in _NO_STREAM.split()]
    against = [f"data_stream => {said}"] if said == "false" else against
    parts = [each for each in plugin.settings if each.name.startswith("data_stream_")]
    if against and parts and "${" not in said:
        message = f"{parts[0].name} is for data streams alone, and with {against[0]} it is none: Logstash refuses that"
        yield target.used.path, parts[0], message, "error", target.used


def _streams(context: Context, flow: Flow, target: Target) -> Iterator[Fault]:
    if target.kind != "stream":
        return
    templates = [
        str(one) for each in context.sources("index-template") for one in _listed(each.data.get("index_patterns"))
    ]
    names = list(streams(flow, target))
    covered = [any(fits(name, one) for one in templates) for name, _, _, _ in names]
    own = [node for _, node in target.parts.values()]
    told = {(target.used.path, node.at.line, node.at.column) for node in own if not any(covered)}
    for (name, path, node, dataset), known in zip(names, covered, strict=True):
        key = (path, node.at.line, node.at.column)
        if key in told:
            continue
        if (bad := _STREAM.search(dataset)) and node not in own:
            told.add(key)
            yield (
                path,
                node,
                f"the dataset {dataset!r} has {bad[0]!r}, which no data stream may have",
                "error",
                target.used,
            )
        elif not known and any(covered) and path:
            told.add(key)
            others = ", ".join(sorted(set(templates)))
            message = f"the stream {name!r} is covered by no template of the folder, as others are: {others}"
            yield path, node, message, "warning", target.used


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _unset(flow: Flow, target: Target) -> Iterator[Fault]:
    """Fields of a name that only a misspelling of another could be."""
    hidden = sorted(each for each in target.fields if each.startswith("[@metadata]"))
    known = {each.put.field for each in flow.assigned} if hidden else set()
    for name in hidden:
        near = advice(name, known) if name not in known else ""
        if near and not flow.opaque and not any(name.startswith(f"{each}[") for each in known):
            node = next(node for text, node in target.parts.values() if name.strip("[]").split("][")[-1] in text)
            yield target.used.path, node, f"nothing sets {name}{near}", "warning", target.used


def _secrets(used: Used) -> Iterator[Fault]:
    known = described(used.section, used.plugin.name)
    for each in used.plugin.settings:
        secret = known is not None and known.types.get(each.name) == "password" and used.plugin.name != "fingerprint"
        for word in words(each.value) if secret or each.name in ("password", "api_key") else ():
            if not _OPEN.search(str(word.value)):
                message = (
                    f"{each.name} stands here in plain text: keep it in a variable, as in ${{{each.name.upper()}}}"
                )
                yield used.path, word, message, "warning", used


def _hosts(found: Logstash, used: Used) -> Iterator[Fault]:
    """The address of a store that a compose file runs beside this Logstash."""
    if used.section != "output" or used.plugin.name not in _STORES or not found.context.foreign:
        return
    seeing = found.seeing(used.path)
    others = {each.name: each for each in services(found.context)}
    stores = {name: each for name, each in others.items() if any(each.runs(store) for store in _STORES)}
    for word in words(setting(used.plugin, "hosts")) if seeing else ():
        address = str(word.value)
        if "${" in address:
            continue
        try:
            parts = urlsplit(address if "//" in address else f"//{address}")
            host, port = parts.hostname or "", str(parts.port or _PORT)
        except ValueError:
            continue
        if host in stores and port not in _ports(stores[host]):
            listens = " or ".join(sorted(_ports(stores[host])))
            yield used.path, word, f"{host} listens on {listens}, not on {port}", "error", used
        elif stores and host not in others and "." not in host and (near := advice(host, stores)):
            yield used.path, word, f"no container is called {host!r}{near}", "error", used


def _ports(store: Service) -> set[str]:
    """The ports on which a store listens."""
    said, _ = store.environment.get("http.port", ("", 0))
    return {said or _PORT}
