"""No secret in the routing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped

_SECRET = frozenset({"api_url", "routing_key", "service_key", "auth_password", "auth_secret", "smtp_auth_password",
                     "smtp_auth_secret", "slack_api_url", "slack_app_token", "app_token", "token", "api_key",
                     "opsgenie_api_key", "victorops_api_key", "wechat_api_secret", "api_secret", "bot_token",
                     "telegram_bot_token", "password", "credentials", "bearer_token", "user_key", "webhook_url",
                     "alert_source_token"})  # fmt: skip
_PUBLIC = re.compile(r"https://(?:api\.opsgenie\.com|api\.eu\.opsgenie\.com|api\.telegram\.org|webexapis\.com)")
"""Addresses of services that hold no key."""
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
            for key, value, line in _fields(routing.data):
                if context.foreign and _BLANK.search(value):
                    continue
                if key in _SECRET and value and not _PUBLIC.match(value):
                    message = f"{key} is written out"
                elif key == "url" and (urlsplit(value).username or urlsplit(value).query):
                    message = "the address of a webhook holds a secret: use url_file"
                else:
                    continue
                severity: Severity = "warning" if context.foreign else "error"
                yield self.finding(routing.path, line, message, severity=severity, subject=key)


def _fields(node: object) -> Iterator[tuple[str, str, int]]:
    if isinstance(node, Mapped):
        for key, value in node.items():
            if isinstance(value, str):
                yield key, value, node.at(key)
            yield from _fields(value)
    elif isinstance(node, Listed):
        for each in node:
            yield from _fields(each)
