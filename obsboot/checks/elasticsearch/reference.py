"""What templates and pipelines name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.ingesting import processors
from obsboot.sources.stored import Stored
from obsboot.sources.stores import BROUGHT, Store, store

_PIPELINES = ("index.default_pipeline", "index.final_pipeline")
_POLICIES = ("index.lifecycle.name", "index.plugins.index_state_management.policy_id")

Fault = tuple[Stored, Way, str, Severity]


class Reference(Check):
    id = "elasticsearch/reference"
    title = "Templates are made of parts, pipelines and policies that are there"
    explanation = (
        "A template of a part that is missing is refused. One that names a pipeline that is missing is taken, and each "
        "document is refused then; one that names a policy that is missing keeps its streams for ever."
    )
    fix = "Name objects of the folder, each by the name under which it is installed, which is that of its file."

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        for each, way, message, severity in (*_parts(found), *_settings(found), *_called(found)):
            yield self.finding(each.path, each.source.line(*way), message, severity=severity, subject=each.name)


def _is_there(name: str, known: Mapping[str, Stored]) -> bool:
    """Also what the store brings, and what it looks for only if it is there."""
    return name in known or name in BROUGHT or name.endswith("@custom") or "{{" in name


def _parts(found: Store) -> Iterator[Fault]:
    for each in found.templates.values():
        may_lack = each.optional
        for number, name in enumerate(each.parts):
            if found.parts and name not in may_lack and not _is_there(name, found.parts):
                advice = nearest(name, found.parts)
                yield each, ("composed_of", number), f"there is no component template {name!r}: {advice}", "error"


def _settings(found: Store) -> Iterator[Fault]:
    for each in (*found.templates.values(), *found.parts.values()):
        for name, value, way in each.settings():
            if name in _PIPELINES and found.pipelines and not _is_there(str(value), found.pipelines):
                yield each, way, f"there is no pipeline {value!r}: {nearest(str(value), found.pipelines)}", "error"
            if name in _POLICIES and found.policies and not _is_there(str(value), found.policies):
                yield each, way, f"there is no policy {value!r}: {nearest(str(value), found.policies)}", "error"


def _called(found: Store) -> Iterator[Fault]:
    """Pipelines that call pipelines."""
    for each in found.pipelines.values():
        for kind, body, way in processors(each.data):
            name = str(body.get("name") or "")
            asked = kind == "pipeline" and name and not body.get("ignore_missing_pipeline")
            if asked and not _is_there(name, found.pipelines):
                message = f"there is no pipeline {name!r}: {nearest(name, found.pipelines)}"
                yield each, (*way, "name"), message, "warning"
