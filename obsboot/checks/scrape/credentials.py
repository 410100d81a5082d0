"""Certificates and credentials."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.mounting import locate
from obsboot.sources.scraping import configurations

_PUBLIC = ("ca_file", "cert_file")
_SECRET = ("key_file", "password_file", "username_file", "credentials_file", "bearer_token_file", "client_secret_file")


class Credentials(Check):
    id = "scrape/credentials"
    severity = "warning"
    title = "The certificates and credentials that are named are there"
    explanation = "Prometheus starts without them, and every scrape that needs them fails."
    fix = (
        "Add the certificate, or correct the path: it is relative to the configuration. Secrets may be made elsewhere."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # `obsboot init` makes them
        for each in configurations(context):
            for key, value, line in _named(each.data):
                found = locate(context, each.path, value)
                if found.known and not found.paths and not found.unmounted:
                    severity: Severity = "warning" if key in _PUBLIC else "info"
                    message = f"{key}: {value} is not there"
                    yield self.finding(each.path, line, message, severity=severity, subject=each.named(line))


def _named(value: object) -> Iterator[tuple[str, str, int]]:
    """The files that are named anywhere: key, path and line."""
    if isinstance(value, Mapped):
        for key, inner in value.items():
            if key in (*_PUBLIC, *_SECRET) and isinstance(inner, str) and inner:
                yield key, inner, value.at(key)
            else:
                yield from _named(inner)
    elif isinstance(value, Listed):
        for inner in value:
            yield from _named(inner)
