"""Folders of monitoring of any size, as teams write it by hand: what the linter's bench judges."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from textwrap import indent
from typing import Any

PER_SERVICE, PER_BOARD, PER_ROUTE = 50, 25, 20
"""Rules and branches of one service, panels of one dashboard, and how many rules there are for one route."""
_NAME = re.compile(r"\b([a-z]{2})([a-z])([a-z]*_[a-z0-9_]+)\b")
_RECORDS = (
    (
        "job_route:{name}_requests:rate{window}",
        'sum by (job, route) (rate({name}_http_requests_total{{job="{name}"}}[{window}]))',
    ),
    (
        "job_route:{name}_errors:rate{window}",
        'sum by (job, route) (rate({name}_http_requests_total{{job="{name}", status=~"5.."}}[{window}]))',
    ),
    (
        "job_le:{name}_duration_seconds_bucket:rate{window}",
        'sum by (job, le) (rate({name}_http_duration_seconds_bucket{{job="{name}"}}[{window}]))',
    ),
    (
        "job:{name}_errors:ratio_rate{window}",
        "sum by (job) (job_route:{name}_errors:rate{window})\n  /\n"
        "(sum by (job) (job_route:{name}_requests:rate{window}) > 0)",
    ),
    (
        "job:{name}_duration_seconds:p99_{window}",
        "histogram_quantile(0.99, job_le:{name}_duration_seconds_bucket:rate{window})",
    ),
)
_WINDOWS = ("5m", "30m", "1h", "6h")
_ALERTS = (
    ("InstanceDown", 'avg_over_time(up{{job="{name}"}}[{number}m]) < 0.5 or absent(up{{job="{name}"}})'),
    (
        "Errors",
        'job:{name}_errors:ratio_rate5m{{job="{name}"}} > 0.0{number}\n  and on (job)\n'
        "sum by (job) (job_route:{name}_requests:rate5m) > 1",
    ),
    ("Slow", 'job:{name}_duration_seconds:p99_30m{{job="{name}"}} > 0.{number}'),
    ("CacheFull", "redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.{number}"),
    ("DiskFull", 'predict_linear(node_filesystem_avail_bytes{{job="node", mountpoint="/{name}"}}[6h], {number}00) < 0'),
    ("Busy", '1 - avg by (instance, job) (rate(node_cpu_seconds_total{{job="node", mode="idle"}}[{number}m])) > 0.9'),
)
_PANELS = (
    ("Requests", "reqps", 'sum by (route) (rate({name}_http_requests_total{{job="{name}"}}[$__rate_interval]))'),
    ("Slowest hundredth", "s", 'job:{name}_duration_seconds:p99_5m{{job="{name}"}}'),
    ("Instances", "none", 'sum(up{{job="{name}", instance=~"$instance"}})'),
    ("Memory of the cache", "bytes", "max by (instance) (redis_memory_used_bytes)"),
    ("Share of errors", "percentunit", 'max(job:{name}_errors:ratio_rate5m{{job="{name}"}}) + 0 * {number}'),
)
_BRANCH = """{word} [fields][log_type] == "{name}-{number}" {{
  grok {{
    id => "{name}_{number}_grok"
    match => {{
      "message" => "^%{{TIMESTAMP_ISO8601:[@metadata][at]}} %{{WORD:[log][level]}} {number}: %{{GREEDYDATA:[error][text]}}$"
    }}
  }}
  if "_grokparsefailure" in [tags] {{
    mutate {{
      id => "{name}_{number}_unread"
      add_field => {{ "[event][outcome]" => "unknown" }}
    }}
  }}
  date {{
    id => "{name}_{number}_date"
    match => ["[@metadata][at]", "ISO8601"]
  }}
  if [log][level] == "ERROR" {{
    mutate {{
      id => "{name}_{number}_error"
      add_field => {{ "[event][kind]" => "alert" }}
    }}
  }}
}}"""
_SLOW, _CRITICAL, _WARNING = 'alertname =~ ".+Slow.+"', 'severity = "critical"', 'severity = "warning"'
_MATCHERS = (_SLOW, _CRITICAL, _WARNING, _SLOW, _CRITICAL)
"""Of the five routes that two services have."""
_INPUT = 'input {\n  beats {\n    id => "beats_in"\n    port => 5044\n  }\n}\n'
_OUTPUT = 'output {\n  elasticsearch {\n    id => "out"\n    hosts => ["http://elasticsearch:9200"]\n  }\n}\n'
_IMAGES = {
    "redis-exporter": "oliver006/redis_exporter:v1.86.0",
    "node-exporter": "prom/node-exporter:v1.11.1",
    "prometheus": "prom/prometheus:v3.5.3",
    "alertmanager": "prom/alertmanager:v0.33.1",
    "grafana": "grafana/grafana:12.2.0",
    "elasticsearch": "docker.elastic.co/elasticsearch/elasticsearch:9.3.8",
    "logstash": "docker.elastic.co/logstash/logstash:9.3.8",
}


def write(folder: Path, size: int, every: int = 0) -> None:
    """As many rules, panels and branches each, in files of some dozens; a scrape job, targets and routes for each service.

    Where `every` is not 0, one name in so many is misspelt.
    """
    names = [f"service_{number:02}" for number in range(max(1, size // PER_SERVICE))]
    texts = {
        "prometheus/prometheus.yml": _prometheus(names),
        "alertmanager/alertmanager.yml": _alertmanager(size // PER_ROUTE),
        "compose.yaml": _compose(names),
        "logstash/pipeline/10-input.conf": _INPUT,
        "logstash/pipeline/90-output.conf": _OUTPUT,
    }
    for name in names:
        texts[f"prometheus/rules/{name}.yml"] = _rules(name)
        texts[f"logstash/pipeline/50-{name}.conf"] = _filter(name)
        texts[f"prometheus/targets/{name}.yml"] = json.dumps([{"targets": [f"{name}-{n}:8000" for n in range(3)]}])
        for number in range(PER_SERVICE // PER_BOARD):
            texts[f"grafana/{name}-{number}.json"] = json.dumps(_board(name, number), indent=2)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_misspelt(text, every) if every else text)


def _misspelt(text: str, every: int) -> str:
    """The text without the third letter of one name in so many, such as those of series, jobs and options."""
    numbers = count(1)
    return _NAME.sub(lambda found: found[1] + ("" if next(numbers) % every == 0 else found[2]) + found[3], text)


def _rules(name: str) -> str:
    return "groups:\n" + "".join(
        f"- name: {name}.{part}\n  rules:\n{''.join(rules)}"
        for part, rules in (("records", _records(name)), ("alerts", _alerts(name)))
    )


def _records(name: str) -> Iterator[str]:
    for window in _WINDOWS:
        for record, expression in _RECORDS:
            text = indent(expression.format(name=name, window=window), " " * 6)
            yield f"  - record: {record.format(name=name, window=window)}\n    expr: |\n{text}\n"


def _alerts(name: str) -> Iterator[str]:
    called = name.title().replace("_", "")
    for number in range(PER_SERVICE - len(_WINDOWS) * len(_RECORDS)):
        alert, expression = _ALERTS[number % len(_ALERTS)]
        text = indent(expression.format(name=name, number=number + 10), " " * 6)
        severity = ("critical", "warning")[number % 2]
        yield (
            f"  - alert: {called}{alert}{number}\n    expr: |\n{text}\n    for: 5m\n"
            f"    labels:\n      severity: {severity}\n      team: {name}\n    annotations:\n"
            f"      summary: {alert} of {name}, the level {number}\n"
            f"      description: 'It is {{{{ $value | humanize }}}} at {{{{ $labels.job }}}}.'\n"
            f"      runbook_url: https://runbooks.example.com/{name}/{number}\n"
        )


def _board(name: str, number: int) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    asked = {"datasource": source, "query": f'label_values(up{{job="{name}"}}, instance)', "definition": ""}
    variables = [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"},
        {"name": "instance", "type": "query", "label": "Instance", "multi": True, "includeAll": True, **asked},
    ]
    return {
        "title": f"{name} {number}",
        "uid": f"{name}-{number}",
        "schemaVersion": 39,
        "templating": {"list": variables},
        "panels": [_panel(name, number * PER_BOARD + place, place, source) for place in range(PER_BOARD)],
    }


def _panel(name: str, number: int, place: int, source: dict[str, str]) -> dict[str, Any]:
    title, unit, expression = _PANELS[number % len(_PANELS)]
    expr = expression.format(name=name, number=number)
    steps = [{"color": "green", "value": None}, {"color": "red", "value": number}]
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": f"{title}, {number}",
        "description": f"What {name} does, seen from the side {number}.",
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": place % 2 * 12, "y": place // 2 * 8},
        "fieldConfig": {
            "defaults": {"unit": unit, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [{"refId": "A", "datasource": source, "expr": expr, "legendFormat": "__auto"}],
    }


def _filter(name: str) -> str:
    branches = (
        _BRANCH.format(word="else if" if number else "if", name=name, number=number) for number in range(PER_SERVICE)
    )
    return "filter {\n" + indent("\n".join(branches), "  ") + "\n}\n"


def _prometheus(names: list[str]) -> str:
    jobs = [f"- job_name: {name}\n  file_sd_configs:\n  - files: [targets/{name}.yml]\n" for name in names]
    jobs += [
        f"- job_name: {name}\n  static_configs:\n  - targets: ['{name}-exporter:{port}']\n"
        for name, port in (("redis", 9121), ("node", 9100))
    ]
    alerting = "alerting:\n  alertmanagers:\n  - static_configs:\n    - targets: ['alertmanager:9093']\n"
    head = "global:\n  scrape_interval: 15s\n  evaluation_interval: 15s\nrule_files: [rules/*.yml]\n"
    return head + alerting + "scrape_configs:\n" + "".join(jobs)


def _alertmanager(size: int) -> str:
    routes = "".join(
        f"  - receiver: team-{number}\n    matchers: ['team = \"service_{number * PER_ROUTE // PER_SERVICE:02}\"', "
        f"'{_MATCHERS[number % 5]}']\n"
        for number in range(size)
    )
    receivers = "".join(
        f"- name: team-{number}\n  webhook_configs:\n  - url: https://hooks.example.com/{number}\n"
        for number in range(size)
    )
    head = "route:\n  receiver: everybody\n  group_by: [alertname, job]\n  routes:\n"
    everybody = "- name: everybody\n  webhook_configs:\n  - url: https://hooks.example.com/all\n"
    return head + routes + "receivers:\n" + everybody + receivers


def _compose(names: list[str]) -> str:
    images = _IMAGES | {f"{name}-{n}": f"registry.example.com/{name}:1.4.2" for name in names for n in range(3)}
    mounts = {
        "prometheus": "./prometheus:/etc/prometheus:ro",
        "alertmanager": "./alertmanager:/etc/alertmanager:ro",
        "logstash": "./logstash/pipeline:/usr/share/logstash/pipeline:ro",
    }
    return "services:\n" + "".join(
        f"  {name}:\n    image: {image}\n    restart: unless-stopped\n    mem_limit: 1g\n"
        + (f"    volumes: ['{mounts[name]}']\n" if name in mounts else "")
        for name, image in images.items()
    )
