"""Data sources are told apart."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.grafanas import reader
from obsboot.sources.provisioning import Provisioned, datasources

_LONGEST = 40


class DatasourceUid(Check):
    id = "grafana/datasource-uid"
    title = "Every data source has a uid and a name of its own, and one of them is the default"
    explanation = (
        "Grafana does not start with two defaults, nor with one uid twice; of two that share a name one is lost."
    )
    fix = "Give each its own uid and name, and say `isDefault: true` once for each organisation."

    def run(self, context: Context) -> Iterator[Finding]:
        seen: dict[tuple[object, ...], Provisioned] = {}
        for source in datasources(context):
            grafana = reader(context, source.path)
            home = (id(grafana) if grafana else posixpath.dirname(source.path), source.organisation)
            if len(source.uid) > _LONGEST:
                message = f"{_subject(source)}: its uid is longer than {_LONGEST} signs"
                yield self.finding(source.path, source.data.at("uid"), message, subject=_subject(source))
            for key in ("uid", "name"):
                value = str(source.data.get(key) or "")
                other = seen.setdefault((*home, key, value), source) if value else source
                if other is not source:
                    message = (
                        f"{_subject(source)}: {other.path}:{int(other.data.at(key))} has the {key} {value!r} as well"
                    )
                    yield self.finding(source.path, source.data.at(key), message, subject=_subject(source))
            if source.data.get("isDefault") is True:
                other = seen.setdefault((*home, "isDefault"), source)
                if other is not source:
                    message = f"{_subject(source)} is the default, as is {other.name!r} in {other.path}"
                    yield self.finding(source.path, source.data.at("isDefault"), message, subject=_subject(source))


def _subject(source: Provisioned) -> str:
    return f"data source {source.name!r}"
