"""No secret in the routing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped

_SECRET = frozenset({"service_key", "auth_password", "auth_secret", "smtp_auth_password",
                     "smtp_auth_secret", "slack_api_url", "slack_app_token", "app_token", "token", "api_key",
                     "opsgenie_api_key", "victorops_api_key", "wechat_api_secret", "api_secret", "bot_token",
                     "telegram_bot_token", "password", "credentials", "bearer_token", "user_key", "webhook_url",
                     "alert_source_token", "client_secret", "client_certificate_key", "secret_key", "secrets",
                     "mattermost_webhook_url", "rocketchat_token"})  # fmt: skip
_OF_KINDS = frozenset({("slack", "api_url"), ("pagerduty", "routing_key")})
"""Fields that hold a secret in receivers of one kind only: VictorOps' routing_key is the name of a route."""
_PUBLIC = re.compile(r"https://slack\.com/api/")
"""Addresses that hold no key."""
_IN_PATH = re.compile(
    r"https://(?:hooks\.slack\.com/services/|(?:\w+\.)?discord(?:app)?\.com/api/webhooks/|api\.telegram\.org/bot)"
)
"""Addresses whose path is the key."""
_BLANK = re.compile(
    r"[<$({]|x{3,}|(?:change|replace|fill)[-_ ]?me|your[-_ ]|example|redacted|placeholder|dummy|\*{3}", re.I
)
"""What stands for a secret that somebody fills in later."""


class RoutingSecrets(Check):
    id = "alertmanager/secrets"
    title = "No secret stands in the routing configuration"
    explanation = "The file is committed; whoever reads the repository could page, or read, the team's channels."
    fix = "Use the field's `_file` form, with a file under secrets/ that git ignores."

    def run(self, context: Context) -> Iterator[Finding]:
        for routing in context.routings:
            for kind, key, value, line in _fields("", "", routing.data):
                if context.foreign and _BLANK.search(value):
                    continue
                if (key in _SECRET or (kind, key) in _OF_KINDS) and value and not _PUBLIC.match(value):
                    message = f"{key} is written out"
                elif key == "url" and _holds_secret(kind, value):
                    message = "the address of a webhook holds a secret: use url_file"
                else:
                    continue
                severity: Severity = "warning" if context.foreign else "error"
                yield self.finding(routing.path, line, message, severity=severity, subject=key)


def _holds_secret(kind: str, address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.username or parts.query or (kind == "webhook" and _IN_PATH.match(address)))


def _fields(kind: str, key: str, node: object, line: int = 0) -> Iterator[tuple[str, str, str, int]]:
    """Every text: the kind of the receiver that it belongs to, its key, itself, and where it is."""
    if isinstance(node, str):
        yield kind, key, node, line
    elif isinstance(node, Mapped):
        for name, value in node.items():
            yield from _fields(
                name.removesuffix("_configs") if name.endswith("_configs") else kind, name, value, node.at(name)
            )
    elif isinstance(node, Listed):
        for each in node:
            yield from _fields(kind, key, each, line)
