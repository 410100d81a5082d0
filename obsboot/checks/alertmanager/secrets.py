"""No secret in the routing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped

_SECRET = frozenset({"api_url", "routing_key", "service_key", "auth_password", "auth_secret", "smtp_auth_password",
                     "slack_api_url", "token", "api_key", "opsgenie_api_key", "bot_token", "password", "credentials",
                     "bearer_token", "user_key"})  # fmt: skip


class RoutingSecrets(Check):
    id = "alertmanager/secrets"
    title = "No secret stands in the routing configuration"
    explanation = "The file is committed; whoever reads the repository could page, or read, the team's channels."
    fix = "Use the field's `_file` form, with a file under secrets/ that git ignores."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path(context.routing_name)
        for key, value, line in _fields(context.routing):
            if key in _SECRET and value:
                yield self.finding(path, line, f"{key} is written out")
            elif key == "url" and (urlsplit(value).username or urlsplit(value).query):
                yield self.finding(path, line, "the address of a webhook holds a secret: use url_file")


def _fields(node: object) -> Iterator[tuple[str, str, int]]:
    if isinstance(node, Mapped):
        for key, value in node.items():
            if isinstance(value, str):
                yield key, value, node.at(key)
            yield from _fields(value)
    elif isinstance(node, Listed):
        for each in node:
            yield from _fields(each)
