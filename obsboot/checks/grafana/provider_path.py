"""Providers find dashboards."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.grafanas import Grafana, reader
from obsboot.sources.provisioning import Provisioned, providers


class ProviderPath(Check):
    id = "grafana/provider-path"
    title = "Every provider of dashboards has a folder of its own, which is there"
    explanation = (
        "Where nothing is mounted Grafana finds no dashboard, and says so in its log only; two providers of one folder "
        "take each other's dashboards away."
    )
    fix = "Mount the folder of the dashboards at the provider's path, and give each provider another name and path."

    def run(self, context: Context) -> Iterator[Finding]:
        seen: dict[tuple[object, ...], str] = {}
        for provider in providers(context):
            grafana = reader(context, provider.path)
            if mapped(provider.data).get("type") not in (None, "file"):
                message = f"{_subject(provider)}: there is no type {provider.type!r}, only `file`"
                yield self._of(provider, provider.data.at("type"), message)
            elif not provider.directory:
                yield self._of(provider, provider.option("path"), f"{_subject(provider)} has no path")
            elif grafana is not None and provider.directory.startswith("/") and "$" not in provider.directory:
                yield from self._found(context, provider, grafana)
            yield from self._twice(provider, id(grafana) if grafana else posixpath.dirname(provider.path), seen)

    def _found(self, context: Context, provider: Provisioned, grafana: Grafana) -> Iterator[Finding]:
        where, path = grafana.find(provider.directory)
        line = provider.option("path")
        if where == "nowhere":
            message = f"{_subject(provider)}: nothing is mounted at {provider.directory} in {grafana.parts[0].name}"
            yield self._of(provider, line, message)
        elif where == "here" and path != "." and not context.exists(path):
            message = f"{_subject(provider)}: {provider.directory} is {path}, which is not there"
            yield self._of(provider, line, message, "warning")

    def _twice(self, provider: Provisioned, home: object, seen: dict[tuple[object, ...], str]) -> Iterator[Finding]:
        said = (
            ("name", provider.name, provider.data.at("name")),
            ("path", provider.directory, provider.option("path")),
        )
        for what, value, line in said:
            key = (home, provider.organisation, what, value)
            if value and key in seen:
                message = f"{_subject(provider)}: another provider has the {what} {value!r} as well, in {seen[key]}"
                yield self._of(provider, line, message, "error" if what == "path" else "warning")
            seen.setdefault(key, provider.path)

    def _of(self, provider: Provisioned, line: int, message: str, severity: Severity = "error") -> Finding:
        return self.finding(provider.path, line, message, severity=severity, subject=_subject(provider))


def _subject(provider: Provisioned) -> str:
    return f"provider {provider.name!r}"
