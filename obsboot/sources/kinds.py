"""What a file is, told by what stands in it and never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from obsboot.sources.documents import Listed, Mapped

Kind = Literal[
    "prometheus", "rules", "rule-tests", "targets", "exposition", "alertmanager", "dashboard", "datasources", "providers",
    "compose", "filebeat", "logstash", "logstash-pipelines", "index-template", "component-template", "ingest-pipeline",
    "lifecycle", "saved-objects", "log-rule",
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
    if not isinstance(data, Mapped) or "apiVersion" in data:
        return False
    usual = data.get("global")
    timed = isinstance(usual, Mapped) and bool(
        {"scrape_interval", "evaluation_interval", "external_labels"} & set(usual)
    )
    return "scrape_configs" in data or (timed and "route" not in data)


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


def _log_rule(data: Any) -> bool:
    return _holds("type", "index")(data) and bool({"alert", "filter", "realert"} & set(data))


YAML: Mapping[Kind, Callable[[Any], bool]] = {
    "rules": _rules,
    "rule-tests": _list_of("tests", "input_series"),
    "prometheus": _prometheus,
    "alertmanager": _holds("route", "receivers"),
    "compose": _compose,
    "datasources": _provisioning("datasources"),
    "providers": _provisioning("providers"),
    "filebeat": _filebeat,
    "logstash-pipelines": _items("pipeline.id"),
    "targets": _items("targets"),
    "log-rule": _log_rule,
}
"""What a document of YAML is; the first that fits."""


def _object(*keys: str) -> Callable[[Any], bool]:
    return lambda data: isinstance(data, dict) and all(key in data for key in keys)


def _dashboard(data: Any) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("panels", data.get("rows")), list):
        return False
    return bool({"schemaVersion", "templating", "annotations", "timezone", "uid"} & set(data))


def _component(data: Any) -> bool:
    body = data.get("template") if isinstance(data, dict) else None
    return isinstance(body, dict) and bool({"mappings", "settings", "aliases", "lifecycle"} & set(body))


def _processors(data: Any) -> bool:
    found = data.get("processors") if isinstance(data, dict) else None
    return isinstance(found, list) and all(isinstance(each, dict) and len(each) == 1 for each in found)


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
    "rules": r"^\s*-?\s*(?:alert|record)\s*:|^groups\s*:|^kind:\s*PrometheusRule\b",
    "rule-tests": r"^\s*-?\s*input_series\s*:",
    "prometheus": r"^scrape_configs\s*:|^\s+(?:scrape|evaluation)_interval\s*:",
    "alertmanager": r"^receivers\s*:",
    "compose": r"^services\s*:",
    "datasources": r"^datasources\s*:",
    "providers": r"^providers\s*:",
    "filebeat": r"^filebeat\b",
    "logstash-pipelines": r"^\s*-\s*\"?pipeline\.id\b",
    "targets": r"^\s*-?\s*\"?targets\"?\s*:",
    "log-rule": r"^index\s*:",
}
_YAML_HINT = re.compile("|".join(_HINTS.values()), re.MULTILINE)
_JSON_HINT = re.compile(r'"(?:panels|rows|index_patterns|processors|targets|template|policy)"\s*:', re.MULTILINE)
_SAVED_HINT = re.compile(r'\A\s*\{(?=[^\n]*"attributes")[^\n]*"type"\s*:')
_EXPOSITION = re.compile(r"^# (?:TYPE|HELP) [a-zA-Z_:][\w:]* ", re.MULTILINE)
_PIPELINE = re.compile(r"^(?:\s*#[^\n]*\n|\s*\n)*\s*(?:input|filter|output)\s*(?:#[^\n]*\n\s*)*\{")

Form = Literal["yaml", "json", "saved-objects", "exposition", "logstash"]


def form(head: str) -> Form | None:
    """How a file may be written that is of use here, by its beginning; None where nothing in it is."""
    if _PIPELINE.match(head):
        return "logstash"
    if _EXPOSITION.match(head.lstrip("\ufeff \n")):
        return "exposition"
    if _SAVED_HINT.match(head):
        return "saved-objects"
    if head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _JSON_HINT.search(head):
        return "json"
    return "yaml" if _YAML_HINT.search(head) else None


def hinted(head: str) -> Kind | None:
    """What a YAML file that cannot be read would be, by its beginning."""
    return next((kind for kind, hint in _HINTS.items() if re.search(hint, head, re.MULTILINE)), None)
