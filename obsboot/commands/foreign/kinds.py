"""What a file is, told by what is in it and never by its name. No value of it is shown that could be a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

from obsboot.model import plural
from obsboot.sources.elements import told
from obsboot.sources.kinds import is_of_elements

SUFFIXES = (".yml", ".yaml", ".json", ".conf", ".rules")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = re.compile(
    r"scrape_configs|groups|receivers|filebeat|image|datasources|providers|panels|elements|processors|_patterns"
)
_TELLING = re.compile(r"(?m)^\s*(scrape_configs|receivers|filebeat\.\w+):")
_MOST = 10_000
"""Of one list no more is looked at."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One file: its kind, what can be said of it in a line, and what it may have in common with another.

    `jobs`: scrape job -> its targets; `alerts`: name -> expression; `expressions`: those of a dashboard's panels;
    `servers`: the platform's programs that it runs or configures.
    """

    path: str
    kind: str
    what: str
    jobs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alerts: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple[str, ...] = ()
    title: str = ""
    servers: tuple[str, ...] = ()


def recognised(path: str, text: str) -> Seen | None:
    """What the file is; None where it is none of the kinds."""
    ending = path.lower()
    if ending.endswith(".conf"):
        return _pipeline(path, text)
    if not ending.endswith(SUFFIXES) or not _WORDS.search(text):
        return None
    try:
        documents = [json.loads(text)] if ending.endswith(".json") else list(yaml.load_all(text, Loader=_LOADER))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return Seen(path, "unknown", "looks like one of these, and cannot be read") if _TELLING.search(text) else None
    for document in islice(documents, _MOST):
        if isinstance(document, dict) and (seen := _document(path, document)):
            return seen
    return None


def _document(path: str, data: dict[str, Any]) -> Seen | None:
    """By the kind that knows its keys; what Kubernetes and Grafana's API wrap is unwrapped first."""
    for inner in (data.get("spec"), data.get("dashboard")):
        if isinstance(inner, dict) and {"groups", "panels", "elements"} & set(inner):
            data = inner
    for kind in _KINDS:
        if seen := kind(path, data):
            return seen
    return None


def _scrapes(path: str, data: dict[str, Any]) -> Seen | None:
    if not isinstance(data.get("scrape_configs"), list):
        return None
    jobs = {str(job.get("job_name", "")): tuple(_targets(job)) for job in _maps(data["scrape_configs"])}
    return Seen(
        path,
        "prometheus",
        f"{plural(len(jobs), 'job')}{': ' * bool(jobs)}{_some(jobs)}",
        jobs=jobs,
        servers=("prometheus",),
    )


def _targets(job: dict[str, Any]) -> Iterator[str]:
    """host:port of each, without a user and a password before it."""
    for static in _maps(job.get("static_configs")):
        for target in _list(static.get("targets")):
            yield str(target).rpartition("@")[2]


def _rules(path: str, data: dict[str, Any]) -> Seen | None:
    every = (rule for group in _maps(data.get("groups")) for rule in _maps(group.get("rules")))
    rules = list(islice(every, _MOST))
    alerts = {str(rule["alert"]): str(rule.get("expr", "")) for rule in rules if "alert" in rule}
    records = [rule for rule in rules if "record" in rule]
    if alerts or records:
        what = f"{plural(len(alerts), 'alert')}, {plural(len(records), 'recording rule')}"
        return Seen(path, "rules", what, alerts=alerts)
    own = [rule for rule in rules if "title" in rule and "data" in rule]
    return Seen(path, "grafana alerting", plural(len(own), "alert")) if own else None


def _routing(path: str, data: dict[str, Any]) -> Seen | None:
    if not isinstance(data.get("route"), dict) or not isinstance(data.get("receivers"), list):
        return None
    receivers = [f"{one.get('name', '?')} ({_some(_ways(one)) or 'tells nobody'})" for one in _maps(data["receivers"])]
    routes = plural(1 + sum(1 for _ in _maps(data["route"].get("routes"))), "route")
    return Seen(path, "alertmanager", f"{routes}; receivers: {_some(receivers)}", servers=("alertmanager",))


def _ways(receiver: dict[str, Any]) -> list[str]:
    """How it tells somebody; where to, is nobody's business."""
    return [str(key).removesuffix("_configs") for key in receiver if str(key).endswith("_configs")]


def _dashboard(path: str, data: dict[str, Any]) -> Seen | None:
    data = told(data).data if is_of_elements(data) else data
    if not isinstance(data.get("panels"), list) or "schemaVersion" not in data:
        return None
    panels = (inner for panel in _maps(data["panels"]) for inner in (panel, *_maps(panel.get("panels"))))
    drawn = [panel for panel in islice(panels, _MOST) if panel.get("type") != "row"]
    queries = (target.get("expr") for panel in drawn for target in _maps(panel.get("targets")))
    title = str(data.get("title", ""))
    what = f'"{title}", {plural(len(drawn), "panel")}'
    return Seen(path, "dashboard", what, expressions=tuple(q for q in queries if isinstance(q, str)), title=title)


def _provisioning(path: str, data: dict[str, Any]) -> Seen | None:
    for key, noun in (("datasources", "data source"), ("providers", "dashboard folder")):
        if "apiVersion" in data and isinstance(data.get(key), list):
            return Seen(path, "grafana provisioning", plural(len(data[key]), noun), servers=("grafana",))
    return None


def _shipper(path: str, data: dict[str, Any]) -> Seen | None:
    own = data.get("filebeat")
    held = {str(key) for key in data} | ({f"filebeat.{key}" for key in own} if isinstance(own, dict) else set())
    if not held & {"filebeat.inputs", "filebeat.modules", "filebeat.autodiscover", "filebeat.config"}:
        return None
    inputs = data.get("filebeat.inputs", own.get("inputs") if isinstance(own, dict) else ())
    output = data.get("output")
    outputs = [key.removeprefix("output.") for key in held if key.startswith("output.")]
    outputs += list(map(str, output)) if isinstance(output, dict) else []
    what = f"{plural(len(_list(inputs)), 'input')}, to {_some(sorted(outputs)) or 'nowhere'}"
    return Seen(path, "filebeat", what, servers=("filebeat",))


def _stored(path: str, data: dict[str, Any]) -> Seen | None:
    if isinstance(data.get("processors"), list) and data["processors"] and all(map(_is_processor, data["processors"])):
        return Seen(path, "ingest pipeline", plural(len(data["processors"]), "processor"))
    if isinstance(data.get("index_patterns"), list):
        return Seen(path, "index template", f"for {_some(data['index_patterns'])}")
    return None


def _is_processor(one: object) -> bool:
    return isinstance(one, dict) and len(one) == 1


_SERVERS = re.compile(
    r"prometheus|alertmanager|grafana|kibana|elasticsearch|opensearch|logstash|filebeat|[a-z0-9_-]*exporter"
)


def _compose(path: str, data: dict[str, Any]) -> Seen | None:
    services = data.get("services")
    each = services.values() if isinstance(services, dict) else ()
    images = [str(one.get("image", "")) for one in each if isinstance(one, dict)]
    names = [image.split("@")[0].rpartition("/")[2].partition(":")[0] for image in images]
    servers = tuple(dict.fromkeys(name for name in names if _SERVERS.fullmatch(name)))
    return Seen(path, "compose", f"runs {_some(servers)}", servers=servers) if servers else None


_SECTION = re.compile(r"(?m)^[ \t]*(input|filter|output)[ \t]*\{")


def _pipeline(path: str, text: str) -> Seen | None:
    found = dict.fromkeys(_SECTION.findall(text))
    known = len(found) > 1 or ("filter" in found and "=>" in text)
    return Seen(path, "logstash", f"{_some(found)}", servers=("logstash",)) if known else None


_KINDS: tuple[Callable[[str, dict[str, Any]], Seen | None], ...] = (
    _scrapes, _rules, _routing, _dashboard, _provisioning, _shipper, _stored, _compose,
)  # fmt: skip


def _list(value: object) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _maps(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in _list(value) if isinstance(one, dict))


def _some(names: Any) -> str:
    shown = [str(name) for name in names]
    more = f" and {len(shown) - 6} more" if len(shown) > 6 else ""
    return ", ".join(shown[:6]) + more
