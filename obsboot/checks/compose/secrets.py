"""No password in compose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import listed
from obsboot.sources.topology import Service, required

_SENSITIVE = re.compile(
    r"PASS(WORD|WD)?|SECRET|TOKEN(?!IZ)|API_?KEY|PRIVATE_KEY|CREDENTIAL|DATA_SOURCE_(NAME|PASS)", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$\{\w+(:?\?[^}]*)?\}|\$\w+")
_IN_URL = re.compile(r"://[^/\s:@]+:(?P<secret>[^@\s]+)@")
_NOT_THE_SECRET = ("FILE", "_HASH")
_NO_SECRET = re.compile(r"(?:true|false|yes|no|on|off|\d+[smhd]?|/[\w./-]+)", re.IGNORECASE)
"""A switch, a number, a path: what a setting about secrets may say."""


class ComposeSecrets(Check):
    id = "compose/secrets"
    title = "No password stands in compose.yaml, and none has a default"
    explanation = "The file is committed; a default password is the one that stays."
    fix = "Refer to a variable of .env without a default: ${EXPORTER_PASSWORD}, or to a file under secrets/."

    def run(self, context: Context) -> Iterator[Finding]:
        severity: Severity = "warning" if context.foreign else "error"
        for service in (service for each in required(context) for service in each.services.values()):
            for line, message in _faults(service):
                text, subject = f"{service.name}: {message}", f"service {service.name}"
                yield self.finding(service.path, line, text, severity=severity, subject=subject)


def _faults(service: Service) -> Iterator[tuple[int, str]]:
    for variable, (value, line) in service.environment.items():
        bare = _VARIABLE.sub("", value).strip()
        sensitive = _SENSITIVE.search(variable) and not variable.upper().endswith(_NOT_THE_SECRET)
        if sensitive and bare and not _IN_URL.search(value) and not _NO_SECRET.fullmatch(bare):
            yield line, f"{variable} is written out, or has a default"
        if _told(value):
            yield line, f"{variable} holds a password inside an address"
    words = listed(service.data.get("command"))
    for text, line in words.texts:
        if _told(text):
            yield line, "its command holds a password"


def _told(text: str) -> bool:
    """Whether an address in the text holds a password."""
    found = _IN_URL.search(text)
    return bool(found and _VARIABLE.sub("", found["secret"]).strip())
