"""Grafana: one dashboard an instance, the service overview, and the provisioning that loads them.

Built by hand: a dashboard is plain data, and the official builder costs more to import than obsboot takes to run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from obsboot.model import Dashboard, GeneratedFile, Headline, Instance, LogSignal, Overview, Panel, Signal, Stack
from obsboot.render.json import dump as dump_json
from obsboot.render.logs.logged import (
    CA_FILE,
    has_own_ca,
    keeps_logs,
    log_signals,
    object_name,
    store,
    store_address,
    streams,
)
from obsboot.render.logs.panels import PLUGINS, LogView, log_panel
from obsboot.render.panels import DATASOURCE, Drawn, View, panel
from obsboot.render.uids import uid_of
from obsboot.render.yaml import OWNED, dump

_COLUMNS = 24
_SCHEMA = 38
_PROVIDED = "/etc/grafana/dashboards"


def grafana(stack: Stack) -> Iterator[GeneratedFile]:
    """Dashboards as JSON, and in own-stack mode the provisioning files."""
    yield from _dashboards(stack)
    if stack.owns_stack:
        folder = f"{stack.directory}/grafana/provisioning"
        yield GeneratedFile(
            f"{folder}/datasources/prometheus.yaml", dump(_datasource(stack), OWNED), "owned", "render/datasource"
        )
        if keeps_logs(stack):
            logs = dump(_log_datasource(stack), OWNED)
            yield GeneratedFile(f"{folder}/datasources/logs.yaml", logs, "owned", "render/log-datasource")
        yield GeneratedFile(f"{folder}/dashboards/pack.yaml", dump(_provider(stack), OWNED), "owned", "render/provider")


def _dashboards(stack: Stack) -> Iterator[GeneratedFile]:
    folder = f"{stack.directory}/grafana/dashboards"
    if stack.overview:
        yield _file(f"{folder}/overview.json", overview(stack, stack.overview), "dashboards/overview.yaml")
    for instance in stack.instances:
        board = instance.component.dashboard
        if board and any(True for _ in instance.signals()):
            source = f"dashboards/{instance.component.id}.yaml"
            yield _file(f"{folder}/{instance.id}.json", of_instance(stack, instance, board), source)


def _file(path: str, board: Drawn, source: str) -> GeneratedFile:
    return GeneratedFile(path, dump_json(board) + "\n", "managed", source)


def of_instance(stack: Stack, instance: Instance, board: Dashboard) -> Drawn:
    """The dashboard of one instance; panels whose signals do not hold for its role or version are left out."""
    held = {signal.name: signal for signal in instance.signals()}
    asked = log_signals(stack, instance)
    rows = [(row.title, list(_views(instance, row.panels, held, asked))) for row in board.rows]
    title = f"{stack.service} / {board.title}" + (f" ({instance.id})" if instance.id != instance.component.id else "")
    drawn = _board(stack, instance.id, title, _laid_out(stack, rows))
    variables = [_datasource_variable(), _job_variable(instance), _instance_variable()]
    if any(isinstance(view, LogView) for _, views in rows for view, _, _ in views):
        variables.append(_log_variable(stack))
    drawn["templating"] = {"list": variables}
    drawn["links"] = [_link("Service overview", f"/d/{uid_of(stack, 'overview')}")]
    return drawn


Sized = tuple[View | LogView, int, int]


def _views(
    instance: Instance, panels: Iterable[Panel], held: Mapping[str, Signal], logs: Mapping[str, LogSignal]
) -> Iterator[Sized]:
    for each in panels:
        if log := logs.get(each.log):
            yield LogView(instance, log, each.title or log.title, each.shape), each.width, each.height
        signals = tuple((instance, held[name]) for name in each.signals if name in held)
        if signals:
            first = signals[0][1]
            yield View(each.title or first.title, first.question, each.shape, signals), each.width, each.height


def overview(stack: Stack, layout: Overview) -> Drawn:
    """The service on one screen: each panel shows the signals that carry its headline, with a link to where they live."""
    rows = [(row.title, [_headline(stack, each) for each in row.panels]) for row in layout.rows]
    filled = [(title, [view for view in views if view is not None]) for title, views in rows]
    drawn = _board(stack, "overview", f"{stack.service} / {layout.title}", _laid_out(stack, filled))
    drawn["templating"] = {"list": [_datasource_variable()]}
    boards = [i for i in stack.instances if i.component.dashboard]
    drawn["links"] = [_link(i.id, f"/d/{uid_of(stack, i.id)}") for i in boards]
    return drawn


def _headline(stack: Stack, each: Headline) -> Sized | None:
    signals = tuple((i, s) for i in stack.instances for s in i.signals() if s.headline == each.headline)
    if not signals:
        return None
    links = tuple(dict.fromkeys((f"Open {i.id}", f"/d/{uid_of(stack, i.id)}") for i, _ in signals))
    view = View(each.title, each.question, each.shape, signals, each.none, links, variables=False)
    return view, each.width, each.height


def _laid_out(stack: Stack, rows: list[tuple[str, list[Sized]]]) -> list[Drawn]:
    drawn: list[Drawn] = []
    top = 0
    for title, views in rows:
        if not views:
            continue
        drawn.append(_row(title, top))
        top, left, tallest = top + 1, 0, 0
        for view, width, height in views:
            if left + width > _COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            place = {"h": height, "w": width, "x": left, "y": top}
            drawn.append(log_panel(stack, view, place) if isinstance(view, LogView) else panel(stack, view, place))
            left, tallest = left + width, max(tallest, height)
        top += tallest
    return _distinct(drawn)


def _row(title: str, top: int) -> Drawn:
    number = int(hashlib.sha256(title.encode()).hexdigest()[:5], 16) + 1_000_001
    place = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _distinct(drawn: list[Drawn]) -> list[Drawn]:
    """Two titles that share an id are told apart, the later one moving on."""
    taken: set[object] = set()
    for each in drawn:
        while each["id"] in taken:
            each["id"] = int(str(each["id"])) + 1
        taken.add(each["id"])
    return drawn


def _board(stack: Stack, name: str, title: str, panels: list[Drawn]) -> Drawn:
    return {
        "uid": uid_of(stack, name),
        "title": title,
        "description": "Written by obsboot. Panels may be edited: updates keep your edits.",
        "tags": ["obsboot", stack.service, stack.environment],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "",
        "annotations": {"list": [_alert_annotation(stack)]},
        "panels": panels,
    }


def _alert_annotation(stack: Stack) -> Drawn:
    return {
        "name": "Alerts",
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": f'ALERTS{{service="{stack.service}", alertstate="firing", severity=~"critical|warning"}}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{job}} {{instance}}",
    }


def _datasource_variable() -> Drawn:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "refresh": 1}


def _job_variable(instance: Instance) -> Drawn:
    """Without an "all" value of its own: Grafana then joins the jobs found, which are this instance's alone."""
    return _variable("job", "Job", f'label_values(up{{job="{instance.job}"}}, job)')


def _instance_variable() -> Drawn:
    return _variable("instance", "Instance", 'label_values(up{job=~"$job"}, instance)') | {"allValue": ".+"}


def _variable(name: str, label: str, query: str) -> Drawn:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": f"variable-{name}"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _link(title: str, url: str) -> Drawn:
    return {"type": "link", "title": title, "url": url, "keepTime": True, "icon": "dashboard"}


def _datasource(stack: Stack) -> Drawn:
    source = {
        "name": "Prometheus",
        "uid": "prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": "http://prometheus:9090",
        "isDefault": True,
        "jsonData": {"timeInterval": f"{stack.values['scrape_interval_seconds']}s", "httpMethod": "POST"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def _log_variable(stack: Stack) -> Drawn:
    return {"name": "logs", "label": "Logs", "type": "datasource", "query": PLUGINS[store(stack)], "refresh": 1}


def _log_datasource(stack: Stack) -> Drawn:
    """The log store for Grafana: it reads the service's streams as a user who can do nothing else."""
    index = streams(stack)
    own: Drawn = {"timeField": "@timestamp", "interval": "", "logMessageField": "message", "logLevelField": "log.level"}
    if store(stack) == "opensearch":
        own |= {"database": index, "flavor": "opensearch", "version": "2.17.1", "pplEnabled": False}
    else:
        own |= {"index": index}
    secret = {"basicAuthPassword": "$LOGS_READER_PASSWORD"}
    if has_own_ca(stack):
        own["tlsAuthWithCACert"] = True
        secret["tlsCACert"] = f"$__file{{/etc/grafana/secrets/{CA_FILE}}}"
    source: Drawn = {
        "name": "Logs",
        "uid": "logs",
        "type": PLUGINS[store(stack)],
        "access": "proxy",
        "url": store_address(stack),
        "basicAuth": True,
        "basicAuthUser": object_name(stack, "reader"),
        "jsonData": own,
        "secureJsonData": secret,
    }
    return {"apiVersion": 1, "datasources": [source]}


def _provider(stack: Stack) -> Drawn:
    provider = {
        "name": "pack",
        "folder": stack.service,
        "type": "file",
        "allowUiUpdates": False,
        "options": {"path": _PROVIDED, "foldersFromFilesStructure": False},
    }
    return {"apiVersion": 1, "providers": [provider]}
