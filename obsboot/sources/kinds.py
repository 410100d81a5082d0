"""What a file is, told by what stands in it and never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from obsboot.sources.documents import Listed, Mapped

Kind = Literal[
    "prometheus", "rules", "rule-tests", "targets", "exposition", "alertmanager", "dashboard", "datasources", "providers",
    "compose", "filebeat", "logstash", "logstash-pipelines", "logstash-settings", "index-template", "component-template",
    "ingest-pipeline", "lifecycle", "saved-objects", "log-rule", "log-alerting", "notification-template",
]  # fmt: skip
"""`targets` are lists of targets that Prometheus discovers in files; `exposition` is what an exporter answered."""


def _holds(*keys: str) -> Callable[[Any], bool]:
    return lambda data: isinstance(data, Mapped) and all(key in data for key in keys)


def _list_of(key: str, inner: str) -> Callable[[Any], bool]:
    """A mapping whose `key` is a list of mappings with `inner`."""

    def told(data: Any) -> bool:
        found = data.get(key) if isinstance(data, Mapped) else None
        return isinstance(found, Listed) and any(isinstance(each, Mapped) and inner in each for each in found)

    return told


def _items(inner: str, *, every: bool = True) -> Callable[[Any], bool]:
    """A list of mappings with `inner`."""
    how = all if every else any
    return lambda data: (
        isinstance(data, Listed) and bool(data) and how(isinstance(each, Mapped) and inner in each for each in data)
    )


def _prometheus(data: Any) -> bool:
    if not isinstance(data, Mapped) or {"apiVersion", "clients", "positions"} & set(data):
        return False  # the last two are those of a shipper of logs that discovers its files in Prometheus' manner
    usual = data.get("global")
    timed = isinstance(usual, Mapped) and bool(
        {"scrape_interval", "evaluation_interval", "external_labels"} & set(usual)
    )
    return "scrape_configs" in data or (timed and "route" not in data)


def _alertmanager(data: Any) -> bool:
    route = data.get("route") if isinstance(data, Mapped) else None
    whole = isinstance(route, Mapped) and bool({"receiver", "routes", "group_by"} & set(route))
    return whole or (_list_of("receivers", "name")(data) and "apiVersion" not in data)


def _rules(data: Any) -> bool:
    if isinstance(data, Mapped) and data.get("kind") == "PrometheusRule":
        return True
    return _list_of("groups", "rules")(data) and "apiVersion" not in data


def _compose(data: Any) -> bool:
    services = data.get("services") if isinstance(data, Mapped) else None
    if not isinstance(services, Mapped):
        return False
    return any(isinstance(each, Mapped) and ("image" in each or "build" in each) for each in services.values())


def _filebeat(data: Any) -> bool:
    if not isinstance(data, Mapped):
        return False
    own = data.get("filebeat")
    return any(key.startswith("filebeat.") for key in data) or (
        isinstance(own, Mapped) and bool({"inputs", "config", "modules"} & set(own))
    )


def _provisioning(key: str) -> Callable[[Any], bool]:
    return lambda data: (
        isinstance(data, Mapped) and str(data.get("apiVersion")) == "1" and isinstance(data.get(key), Listed)
    )


_LOGSTASH = (
    "api.http.host", "config.reload.automatic", "config.string", "config.support_escapes", "dead_letter_queue.enable",
    "pipeline.batch.delay", "pipeline.batch.size", "pipeline.ecs_compatibility", "pipeline.ordered", "pipeline.workers",
    "queue.max_bytes", "queue.type", "xpack.management.enabled", "xpack.monitoring.elasticsearch.hosts",
)  # fmt: skip
"""Settings of Logstash that no other program has."""
_OTHERS = ("cluster.", "discovery.", "elasticsearch.", "network.", "server.")
"""What stands in the settings of the store and of its views."""


def _logstash_settings(data: Any) -> bool:
    if not isinstance(data, Mapped) or any(str(key).startswith(_OTHERS) for key in data):
        return False
    return any(name in data for name in _LOGSTASH)


def _log_rule(data: Any) -> bool:
    return _holds("type", "index")(data) and bool({"alert", "filter", "realert"} & set(data))


def _log_alerting(data: Any) -> bool:
    return _holds("writeback_index")(data) and bool({"run_every", "buffer_time", "rules_folder"} & set(data))


YAML: Mapping[Kind, Callable[[Any], bool]] = {
    "rules": _rules,
    "rule-tests": _list_of("tests", "input_series"),
    "prometheus": _prometheus,
    "alertmanager": _alertmanager,
    "compose": _compose,
    "datasources": _provisioning("datasources"),
    "providers": _provisioning("providers"),
    "filebeat": _filebeat,
    "logstash-pipelines": _items("pipeline.id"),
    "logstash-settings": _logstash_settings,
    "targets": _items("targets"),
    "log-rule": _log_rule,
    "log-alerting": _log_alerting,
}
"""What a document of YAML is; the first that fits."""


def _object(*keys: str) -> Callable[[Any], bool]:
    return lambda data: isinstance(data, dict) and all(key in data for key in keys)


def wrapping(data: Any) -> str:
    """The key below which the dashboard is in what Grafana's API answers (`dashboard`), or in a resource (`spec`), such as
    Grafana 12 keeps in files; empty where nothing is around it.
    """
    if not isinstance(data, dict) or "panels" in data:
        return ""
    if data.get("kind") in ("Dashboard", "DashboardWithAccessInfo") and str(data.get("apiVersion")).startswith(
        "dashboard.grafana.app/"
    ):
        return "spec" if isinstance(data.get("spec"), dict) else ""
    return "dashboard" if isinstance(data.get("dashboard"), dict) else ""


def unwrapped(data: Any) -> Any:
    """The dashboard in what is around it, or else `data` as it is."""
    key = wrapping(data)
    return data[key] if key else data


def is_of_elements(data: Any) -> bool:
    """Whether a dashboard, without what is around it, is one of elements and a layout, as of Grafana 13."""
    if not isinstance(data, dict) or not isinstance(data.get("elements"), dict):
        return False
    layout = data.get("layout")
    return isinstance(layout, dict) and str(layout.get("kind")).endswith("Layout")


def _dashboard(answer: Any) -> bool:
    data = unwrapped(answer)
    if is_of_elements(data):
        return True
    found = data.get("panels", data.get("rows")) if isinstance(data, dict) else None
    if not isinstance(found, list):
        return False
    parts = any(isinstance(data.get(key), dict) for key in ("templating", "annotations", "time"))
    if parts or "schemaVersion" in data or {"uid", "title"} <= data.keys():
        return True
    panels = [each for each in found if isinstance(each, dict)]
    return any({"gridPos", "targets", "panels", "fieldConfig"} & set(each) for each in panels) and "title" in data


def _component(data: Any) -> bool:
    body = data.get("template") if isinstance(data, dict) else None
    return isinstance(body, dict) and bool({"mappings", "settings", "aliases", "lifecycle"} & set(body))


def _processors(data: Any) -> bool:
    found = data.get("processors") if isinstance(data, dict) else None
    if not isinstance(found, list):
        return False
    return all(isinstance(each, dict) and [type(body) for body in each.values()] == [dict] for each in found)


def _lifecycle(data: Any) -> bool:
    policy = data.get("policy") if isinstance(data, dict) else None
    return isinstance(policy, dict) and bool({"phases", "states"} & set(policy))


def _targets(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and all(isinstance(each, dict) and "targets" in each for each in data)


JSON: Mapping[Kind, Callable[[Any], bool]] = {
    "dashboard": _dashboard,
    "index-template": _object("index_patterns"),
    "component-template": _component,
    "ingest-pipeline": _processors,
    "lifecycle": _lifecycle,
    "targets": _targets,
}
"""What a document of JSON is; the first that fits."""

_HINTS: Mapping[Kind, str] = {
    "rules": r"^[ \t]*(?:-[ \t]*)?(?:alert|record)\s*:|^groups\s*:|^kind:\s*PrometheusRule\b",
    "rule-tests": r"^[ \t]*(?:-[ \t]*)?input_series\s*:",
    "prometheus": r"^scrape_configs\s*:|^[ \t]+(?:scrape|evaluation)_interval\s*:",
    "alertmanager": r"^(?:receivers|route)\s*:",
    "compose": r"^services\s*:",
    "datasources": r"^datasources\s*:",
    "providers": r"^providers\s*:",
    "filebeat": r"^filebeat\b",
    "logstash-pipelines": r"^[ \t]*-[ \t]*\"?pipeline\.id\b",
    "logstash-settings": rf"^\"?(?:{'|'.join(map(re.escape, _LOGSTASH))})\"?\s*:",
    "targets": r"^[ \t]*(?:-[ \t]*)?\"?targets\"?\s*:",
    "log-rule": r"^index\s*:",
    "log-alerting": r"^writeback_index\s*:",
}
_YAML_HINT = re.compile("|".join(_HINTS.values()), re.MULTILINE)
_JSON_HINT = re.compile(
    r'"(?:panels|rows|elements|index_patterns|processors|targets|template|policy)"\s*:', re.MULTILINE
)
_SAVED_HINT = re.compile(r'\A\s*\{(?=[^\n]*"attributes")[^\n]*"type"\s*:')
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
"""Where text that tells of configuration shows a piece of it; no YAML has such a line."""
_CODE = re.compile(
    r"^(?:from [\w.]+ import\b|import (?:[\w.*]+;?$|[\w.]+ as |[{(*\"'])|package [\w.]+;?$"
    r"|export (?:const|default|function)\b|(?:async )?def \w+|func \w+\(|function \w+\(|<\?php|require ['\"])",
    re.MULTILINE,
)
"""The beginnings of lines in programs, which no mapping of YAML has."""
_EXPOSITION = re.compile(r"^# (?:TYPE|HELP) [a-zA-Z_:][\w:]* ", re.MULTILINE)
_DEFINES = re.compile(r"(?:\s|\{\{-?\s*/\*(?:[^*]|\*(?!/))*\*/\s*-?\}\})*\{\{-?\s*define\s+\"")
"""Templates of notifications; those of Helm begin so too, and are never asked for."""
_PIPELINE = re.compile(r"(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*(?:input|filter|output)\s*(?:#[^\n]*\n\s*)*\{")

Form = Literal["yaml", "json", "saved-objects", "exposition", "logstash", "notification-template"]


def form(head: str) -> Form | None:
    """How a file may be written that is of use here, by its beginning; None where nothing in it is."""
    if _PIPELINE.match(head):
        return "logstash"
    if _DEFINES.match(head):
        return "notification-template"
    if _EXPOSITION.match(head.lstrip("\ufeff \n")):
        return "exposition"
    if _SAVED_HINT.match(head):
        return "saved-objects"
    if head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _JSON_HINT.search(head):
        return "json"
    return "yaml" if _YAML_HINT.search(head) and not _FENCE.search(head) and not _CODE.search(head) else None


def hinted(head: str) -> Kind | None:
    """What a YAML file that cannot be read would be, by its beginning."""
    return next((kind for kind, hint in _HINTS.items() if re.search(hint, head, re.MULTILINE)), None)
