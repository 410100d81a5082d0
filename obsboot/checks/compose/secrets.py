"""No password in compose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context, listed, mapped
from obsboot.sources.documents import Mapped

_SENSITIVE = re.compile(
    r"PASS(WORD|WD)?|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIAL|DATA_SOURCE_(NAME|PASS)", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$\{\w+(:?\?[^}]*)?\}|\$\w+")
_IN_URL = re.compile(r"://[^/\s:@]+:(?P<secret>[^@\s]+)@")


class ComposeSecrets(Check):
    id = "compose/secrets"
    title = "No password stands in compose.yaml, and none has a default"
    explanation = "The file is committed; a default password is the one that stays."
    fix = "Refer to a variable of .env without a default: ${EXPORTER_PASSWORD}, or to a file under secrets/."

    def run(self, context: Context) -> Iterator[Finding]:
        path = context.path("compose.yaml")
        for name, service in context.services.items():
            for variable, value, line in _environment(mapped(service)):
                bare = _VARIABLE.sub("", value)
                sensitive = _SENSITIVE.search(variable) and not variable.upper().endswith(("_FILE", "FILE"))
                if sensitive and bare.strip() and not _IN_URL.search(value):
                    yield self.finding(path, line, f"{name}: {variable} is written out, or has a default")
                found = _IN_URL.search(value)
                if found and _VARIABLE.sub("", found["secret"]).strip():
                    yield self.finding(path, line, f"{name}: {variable} holds a password inside an address")
            for text, line in _items(mapped(service), "command"):
                found = _IN_URL.search(text)
                if found and _VARIABLE.sub("", found["secret"]).strip():
                    yield self.finding(path, line, f"{name}: its command holds a password")


def _environment(service: Mapped) -> Iterator[tuple[str, str, int]]:
    given = service.get("environment")
    if isinstance(given, Mapped):
        for variable, value in given.items():
            yield variable, "" if value is None else str(value), given.at(variable)
    for text, line in _items(service, "environment"):
        variable, _, value = text.partition("=")
        yield variable, value, line


def _items(service: Mapped, key: str) -> Iterator[tuple[str, int]]:
    found = listed(service.get(key))
    yield from zip(map(str, found), found.lines, strict=True)
