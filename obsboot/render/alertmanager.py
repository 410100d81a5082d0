"""Routing: every severity reaches a receiver, one cause silences its consequences."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.model import Alert, GeneratedFile, LogAlert, Stack
from obsboot.render.logs.elastalert import log_alerts
from obsboot.render.logs.logged import CA_FILE, has_own_ca
from obsboot.render.rules import active
from obsboot.render.yaml import MANAGED, OWNED, dump

SEVERITIES = ("critical", "warning", "info")
HEARTBEAT = "heartbeat"
_SECRETS = "/etc/alertmanager-secrets"


def alertmanager(stack: Stack) -> Iterator[GeneratedFile]:
    """`alertmanager.yml`, or the route and receivers as a fragment for an Alertmanager that exists."""
    path = f"{stack.directory}/alertmanager"
    if stack.owns_stack:
        yield GeneratedFile(f"{path}/alertmanager.yml", dump(_config(stack), OWNED), "owned", "render/alertmanager.yml")
        return
    fragment = {
        "routes": [{"matchers": [f'service="{stack.service}"'], **_route(stack)}],
        "receivers": _receivers(stack),
        "inhibit_rules": _inhibitions(stack),
    }
    text = dump(fragment, MANAGED, "Take these into the alertmanager.yml that exists, at the keys of the same names.")
    yield GeneratedFile(f"{path}/routes.yaml", text, "managed", "render/routes.yaml")


def _config(stack: Stack) -> dict[str, object]:
    return {
        "global": {"resolve_timeout": "5m"},
        "route": _route(stack),
        "receivers": _receivers(stack),
        "inhibit_rules": _inhibitions(stack),
    }


def _route(stack: Stack) -> dict[str, object]:
    return {
        "receiver": _receiver(stack, "warning"),
        "group_by": ["alertname", "service", "environment", "job"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "4h",
        "routes": [
            *(_heartbeat(stack, name) for name in _heartbeats(stack)),
            *(_of_severity(stack, severity) for severity in SEVERITIES),
        ],
    }


def _heartbeats(stack: Stack) -> list[str]:
    """The alerts that always fire, so that their silence is heard."""
    found = (a.name for instance in stack.instances for a in active(stack, instance) if a.always)
    return list(dict.fromkeys(found))


def _heartbeat(stack: Stack, name: str) -> dict[str, object]:
    return {
        "matchers": [f'alertname="{name}"'],
        "receiver": _receiver(stack, HEARTBEAT),
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "1m",
    }


def _of_severity(stack: Stack, severity: str) -> dict[str, object]:
    route: dict[str, object] = {"matchers": [f'severity="{severity}"'], "receiver": _receiver(stack, severity)}
    if severity == "critical":
        route |= {"group_wait": "10s", "repeat_interval": "1h"}
    if severity == "info":
        route |= {"repeat_interval": "24h"}
    return route


def _receiver(stack: Stack, severity: str) -> str:
    """The name says the severity and the kind, so a dead route is seen at a glance."""
    return f"{severity}-{kind_of(stack, severity)}"


def kind_of(stack: Stack, severity: str) -> str:
    """How a severity (or the heartbeat) is told: webhook, slack, email, pagerduty or none."""
    own = str(stack.values.get(f"receiver_{severity}", "same"))
    return str(stack.values["receiver"]) if own == "same" else own


def _receivers(stack: Stack) -> list[dict[str, object]]:
    heartbeat = [_beats(stack)] if _heartbeats(stack) else []
    return [*(_settings(stack, severity) for severity in SEVERITIES), *heartbeat]


def _beats(stack: Stack) -> dict[str, object]:
    """A dead man's switch: it is called as long as all is well, so the end of the alert is nothing to tell it."""
    receiver: dict[str, object] = {"name": _receiver(stack, HEARTBEAT)}
    if kind_of(stack, HEARTBEAT) == "webhook":
        receiver["webhook_configs"] = [{"url_file": f"{_SECRETS}/{_HEARTBEAT_FILE}", "send_resolved": False}]
    return receiver


def _settings(stack: Stack, severity: str) -> dict[str, object]:
    receiver: dict[str, object] = {"name": _receiver(stack, severity)}
    match kind_of(stack, severity):
        case "webhook":
            receiver["webhook_configs"] = [{"url_file": f"{_SECRETS}/webhook_url", "send_resolved": True}]
        case "slack":
            receiver["slack_configs"] = [_slack(stack)]
        case "email":
            receiver["email_configs"] = [_email(stack)]
        case "pagerduty":
            key = f"{_SECRETS}/pagerduty_routing_key"
            receiver["pagerduty_configs"] = [{"routing_key_file": key, "severity": severity, "send_resolved": True}]
    return receiver


def _slack(stack: Stack) -> dict[str, object]:
    return {
        "api_url_file": f"{_SECRETS}/slack_api_url",
        "channel": str(stack.values.get("slack_channel") or "#alerts"),
        "send_resolved": True,
        "title": "[{{ .Status }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.service }}",
        "text": "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n"
        "{{ or .Annotations.runbook_url .Annotations.runbook }}\n{{ end }}",
    }


def _email(stack: Stack) -> dict[str, object]:
    settings: dict[str, object] = {
        "to": str(stack.values["email_to"]),
        "from": str(stack.values["email_from"]),
        "smarthost": str(stack.values["smtp_smarthost"]),
    }
    if user := stack.values["smtp_user"]:
        settings |= {"auth_username": str(user), "auth_password_file": f"{_SECRETS}/smtp_password"}
    return settings | {"send_resolved": True}


_SECRET_FILES = {
    "webhook": "webhook_url",
    "slack": "slack_api_url",
    "pagerduty": "pagerduty_routing_key",
    "email": "smtp_password",
}
_HEARTBEAT_FILE = "heartbeat_url"


def receiver_files(stack: Stack) -> tuple[str, ...]:
    """The files under `secrets/` that receivers read, one secret each; the user fills them in."""
    kinds = {kind_of(stack, severity) for severity in SEVERITIES}
    if not stack.values.get("smtp_user"):
        kinds.discard("email")  # a server that asks for no user asks for no password
    heartbeat = (_HEARTBEAT_FILE,) if _heartbeats(stack) and kind_of(stack, HEARTBEAT) == "webhook" else ()
    return (*(_SECRET_FILES[kind] for kind in sorted(kinds) if kind in _SECRET_FILES), *heartbeat)


def secret_files(stack: Stack) -> tuple[str, ...]:
    """All files under `secrets/`: those of the receivers, and the authority of a log store that has one of its own."""
    return (*receiver_files(stack), *((CA_FILE,) if has_own_ca(stack) else ()))


def _inhibitions(stack: Stack) -> list[dict[str, object]]:
    """One rule for each cause in `inhibited_by`: it silences its consequences on the same service and job."""
    every: list[Alert | LogAlert] = [alert for instance in stack.instances for alert in active(stack, instance)]
    every += [alert for _, alert in log_alerts(stack)]
    there = {alert.name for alert in every}
    consequences: dict[str, list[str]] = {}
    for alert in every:
        for cause in there.intersection(alert.inhibited_by):
            consequences.setdefault(cause, []).append(alert.name)
    return [
        {
            "source_matchers": [f'alertname="{cause}"'],
            "target_matchers": [f'alertname=~"{"|".join(sorted(set(names)))}"'],
            "equal": ["service", "environment", "job"],
        }
        for cause, names in sorted(consequences.items())
    ]
