"""The Alertmanager and the Grafana beside a Prometheus that runs already: whether they have what the pack expects."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

import requests
import yaml

from obsboot.live import asking
from obsboot.live.alertmanager import Alertmanager
from obsboot.live.panels import Board, boards, queries_of
from obsboot.live.routes import routes
from obsboot.live.run import Run
from obsboot.live.standing import is_ours, some
from obsboot.live.variables import normal_panel
from obsboot.live.watched import alert_rules
from obsboot.model import ObsbootError, Stack

TOKEN = "OBSBOOT_GRAFANA_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable with the token of a Grafana that asks for one."""

_ARRIVES_SECONDS = 10.0


def check_alertmanager(run: Run, url: str) -> str:
    """Whether what fires arrives, and where the loaded routes lead each alert; its version, empty without an answer."""
    server = Alertmanager(lambda: url)
    try:
        status = server.status()
        version, config = str(status["versionInfo"]["version"]), str(status["config"]["original"])
        loaded = dict(yaml.safe_load(config))
    except (ObsbootError, LookupError, TypeError, ValueError, yaml.YAMLError) as error:
        run.say("live/alertmanager", url, "error", f"no Alertmanager answers there: {error}")
        return ""
    try:
        _arrival(run, server, url)
        _routing(run, loaded, config)
    except ObsbootError as error:
        run.say("live/alertmanager", url, "error", error.message)
    return version


def _arrival(run: Run, server: Alertmanager, url: str) -> None:
    """What fires in Prometheus is held by this Alertmanager and not by another one."""
    end = time.monotonic() + _ARRIVES_SECONDS
    while True:
        firing = [a["labels"] for a in run.prometheus.alerts() if a["state"] == "firing"]
        ours = [labels for labels in firing if is_ours(run.stack, labels)]
        held = [alert["labels"] for alert in server.alerts()]
        lost = sorted({each["alertname"] for each in ours if not any(each.items() <= one.items() for one in held)})
        if not lost or time.monotonic() > end:
            break
        run.pause(1.0)
    if lost:
        said = f"fires in Prometheus and is not there: {', '.join(lost)}; does Prometheus send to another Alertmanager?"
        run.say("live/alertmanager", url, "failed", said)
    elif ours:
        run.say("live/alertmanager", url, "passed", f"holds all {len(ours)} alerts of the pack that fire now")
    else:
        run.say("live/alertmanager", url, "skipped", "no alert of the pack fires now, so none was seen to arrive")


def _routing(run: Run, loaded: Mapping[str, Any], config: str) -> None:
    """One result for each receiver that the pack's own routes lead an alert to."""
    names = {str(receiver["name"]) for receiver in loaded.get("receivers") or ()}
    outside = _external_labels(run)
    alerts: dict[str, dict[str, set[str]]] = {}
    for rule in alert_rules(run.stack, run.copy):
        labels = {**outside, **rule.labels}
        actual = {route.receiver for route in routes(config, labels)}
        for route in routes(own_routes(run.stack, run.copy.texts), labels):
            alerts.setdefault(route.receiver, {})[rule.name] = actual
    for receiver, goes in sorted(alerts.items()):
        astray = [f"{name} to {', '.join(sorted(to))}" for name, to in sorted(goes.items()) if receiver not in to]
        problem = ""
        if receiver not in names:
            problem = f"Alertmanager has no such receiver, and {len(goes)} alerts of the pack need it"
        elif astray:
            problem = f"the loaded routes lead {some(astray, '; ')}"
        said = problem or f"the loaded routes lead {len(goes)} alerts there"
        run.say("live/receiver", receiver, "failed" if problem else "passed", said)


def own_routes(stack: Stack, texts: Mapping[str, str]) -> str:
    """The pack's own routes as an Alertmanager configuration: its file, or its fragment below an empty root."""
    whole = texts.get(f"{stack.directory}/alertmanager/alertmanager.yml")
    if whole is not None:
        return whole
    fragment = yaml.safe_load(texts.get(f"{stack.directory}/alertmanager/routes.yaml", "")) or {}
    return yaml.safe_dump({"route": {"receiver": "", "routes": fragment.get("routes") or []}})


def _external_labels(run: Run) -> dict[str, str]:
    """What Prometheus adds to every alert that it sends."""
    config = yaml.safe_load(run.prometheus.configuration()) or {}
    return {str(k): str(v) for k, v in ((config.get("global") or {}).get("external_labels") or {}).items()}


# Grafana


def check_grafana(run: Run, url: str) -> str:
    """Whether Grafana has each dashboard of the pack; its version, empty without an answer."""
    session = asking.session()
    if token := os.environ.get(TOKEN):
        session.headers["Authorization"] = f"Bearer {token}"
    try:
        _, health = asking.status(session, f"{url}/api/health")
        version = str(health["version"])
    except (ObsbootError, LookupError, TypeError) as error:
        run.say("live/grafana", url, "error", f"no Grafana answers there: {error}")
        return ""
    for board in boards(run):
        try:
            _dashboard(run, board, session, url)
        except ObsbootError as error:
            run.say("live/grafana", url, "error", error.message)
            break
    return version


def _dashboard(run: Run, board: Board, session: requests.Session, url: str) -> None:
    """The result of one dashboard. Raises ObsbootError where Grafana does not say."""
    code, found = asking.status(session, f"{url}/api/dashboards/uid/{board.uid}")
    if code == 404:
        run.say("live/dashboard", board.name, "failed", f"Grafana has no dashboard {board.uid}")
    elif code in (401, 403):
        raise ObsbootError(f"{url} shows no dashboard without a login: put a viewer's token into {TOKEN}")
    elif code != 200 or not isinstance(found, dict) or "dashboard" not in found:
        raise ObsbootError(f"{url}: {code} {json.dumps(found)[:200]}")
    else:
        there = {normal_panel(expr) for expr in queries_of(found["dashboard"])}
        lacking = [query.panel for query in board.queries if normal_panel(query.expr) not in there]
        said = f"Grafana's has other queries: {', '.join(dict.fromkeys(lacking))}" if lacking else ""
        run.say("live/dashboard", board.name, "failed" if lacking else "passed", said)
