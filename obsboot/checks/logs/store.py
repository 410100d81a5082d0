"""The objects of the log store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.logs.reading import UNPARSED
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.errors import CannotCheckError
from obsboot.sources.grokking import INGEST_TYPES, compile_grok
from obsboot.sources.ingesting import processors
from obsboot.sources.logfiles import covering, fits, types
from obsboot.sources.stored import Stored

_BUILT_IN = 200
"""The highest priority of the templates that the store and its integrations bring for the same streams."""
_PIPELINES = ("index.default_pipeline", "index.final_pipeline")
_LIFECYCLE = "index.lifecycle.name"
_CAN_FAIL = frozenset(
    {"grok", "json", "date", "convert", "script", "rename", "dissect", "kv", "split", "gsub", "pipeline"}
)
"""Processors that refuse some documents, unless they are told to go on."""

Fault = tuple[Stored, Way, str]


class LogStore(Check):
    id = "logs/store"
    title = "The log store knows every stream: its fields, its pipelines, how long it is kept"
    explanation = (
        "A stream that no template covers is stored with guessed fields and kept for ever; a template that names a "
        "pipeline or a part that is not there refuses every document."
    )
    fix = (
        "Each stream has exactly one index template, of parts that are in the pack; each pipeline that can fail keeps the "
        "line in its on_failure and tags it; a field has one type everywhere."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        logs = context.logs
        logs.wanted()
        kinds = ("index-templates", "component-templates", "pipelines", "retention", "roles", "users")
        found = {kind: logs.objects(kind) for kind in kinds}
        if not found["index-templates"] and logs.instances:
            raise CannotCheckError(f"{context.path(logs.folder)} has no index templates")
        for stream, each in logs.streams.items():
            names = [one.name for one in covering(stream, found["index-templates"])]
            if len(names) != 1:
                how = f"{' and '.join(names)} do" if names else "none does"
                message = f"exactly one index template has to cover the stream {stream}, and {how}"
                yield self.finding(logs.shipper_path, each.line, message)
        faults = [*_templates(found), *_pipelines_named(found), *_pipelines(found["pipelines"])]
        faults += [*_retention(context, found), *_one_type(found["component-templates"]), *_access(context, found)]
        for stored, way, message in faults:
            yield self.finding(stored.path, stored.source.line(*way), f"{stored.name}: {message}")


Found = Mapping[str, Mapping[str, Stored]]


def _templates(found: Found) -> Iterator[Fault]:
    parts = found["component-templates"]
    used: set[str] = set()
    for each in found["index-templates"].values():
        composed = each.data.get("composed_of")
        for number, name in enumerate(composed if isinstance(composed, list) else ()):
            used.add(str(name))
            if name not in parts:
                yield (
                    each,
                    ("composed_of", number),
                    f"there is no component template {name!r}: {nearest(str(name), parts)}",
                )
        if not isinstance(each.data.get("data_stream"), dict):
            yield (
                each,
                ("data_stream",),
                "without `data_stream` the first line makes a plain index of the stream's name",
            )
        priority = each.data.get("priority")
        if not isinstance(priority, int) or priority <= _BUILT_IN:
            message = f"its priority is {priority}: the store's own templates for logs-* have up to {_BUILT_IN}"
            yield each, ("priority",), message
    for name, part in parts.items():
        if name not in used:
            yield part, (), "no index template is composed of it"


def _pipelines_named(found: Found) -> Iterator[Fault]:
    """What settings and processors name is there, and what is there is named."""
    known, named = found["pipelines"], set[str]()
    for each, name, way in _names(found):
        named.add(name)
        if name not in known:
            yield each, way, f"there is no pipeline {name!r}: {nearest(name, known)}"
    for name, each in known.items():
        if name not in named:
            yield each, (), "no template and no pipeline names it, so no document comes through it"


def _names(found: Found) -> Iterator[tuple[Stored, str, Way]]:
    """Every name of a pipeline, and where it stands."""
    for each in (*found["index-templates"].values(), *found["component-templates"].values()):
        yield from ((each, str(value), way) for name, value, way in each.settings() if name in _PIPELINES)
    for each in found["pipelines"].values():
        for kind, body, way in processors(each.data):
            if kind == "pipeline":
                yield each, str(body.get("name")), (*way, "name")


def _pipelines(known: Mapping[str, Stored]) -> Iterator[Fault]:
    for each in known.values():
        fails = False
        for kind, body, way in processors(each.data):
            fails = fails or (kind in _CAN_FAIL and not body.get("ignore_failure") and way[0] == "processors")
            if kind == "drop" or (kind == "fail" and "on_failure" in way):
                yield each, way, f"the processor {kind!r} loses the line"
            elif kind == "remove" and "message" in _texts(body.get("field")) and way[0] == "on_failure":
                yield each, way, "on failure the line itself is removed"
            elif kind == "grok":
                yield from ((each, (*way, *at), fault) for at, fault in _grok(body))
        if fails and not _keeps(each):
            message = f"it can fail, and its on_failure does not keep the line with the tag {UNPARSED!r}"
            yield each, ("on_failure",), message


def _keeps(each: Stored) -> bool:
    """Whether a document that cannot be read is stored, and says so."""
    return any(
        kind == "append" and body.get("field") == "tags" and UNPARSED in _texts(body.get("value"))
        for kind, body, way in processors(each.data)
        if way[0] == "on_failure"
    )


def _grok(body: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    given = body.get("pattern_definitions")
    definitions = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    for number, pattern in enumerate(_texts(body.get("patterns"))):
        if fault := compile_grok(pattern, definitions, INGEST_TYPES):
            yield ("patterns", number), f"grok of {body.get('field')}: {fault}"


def _retention(context: Context, found: Found) -> Iterator[Fault]:
    """Each policy is somebody's, and each stream has one: by name in its template, or by a pattern of the policy's own."""
    policies, parts = found["retention"], found["component-templates"]
    named: set[str] = set()
    for each in found["index-templates"].values():
        own = {str(v) for name, v, _ in each.settings() if name == _LIFECYCLE}
        of = [parts[str(name)] for name in each.data.get("composed_of") or () if str(name) in parts]
        own |= {str(v) for part in of for name, v, _ in part.settings() if name == _LIFECYCLE}
        named |= own
        streams = [stream for stream in context.logs.streams if each in covering(stream, found["index-templates"])]
        taken = any(fits(stream, one) for one in _patterns(policies) for stream in streams)
        if not own and not taken:
            yield each, ("composed_of",), "no retention policy holds for its streams, so they are kept for ever"
        for name in sorted(own - set(policies)):
            yield each, ("composed_of",), f"there is no retention policy {name!r}: {nearest(name, policies)}"
    for name, policy in policies.items():
        if name not in named and not any(
            fits(s, one) for one in _patterns({name: policy}) for s in context.logs.streams
        ):
            yield policy, (), "no stream is kept by this policy"


def _patterns(policies: Mapping[str, Stored]) -> Iterator[str]:
    """The streams that a policy takes by itself."""
    for each in policies.values():
        body = each.data.get("policy")
        for one in (body.get("ism_template") if isinstance(body, dict) else None) or ():
            yield from _texts(one.get("index_patterns"))


def _one_type(parts: Mapping[str, Stored]) -> Iterator[Fault]:
    seen: dict[str, tuple[str, str]] = {}
    for each in parts.values():
        for name, type_, way in types(each.data):
            first, where = seen.setdefault(name, (type_, each.name))
            if first != type_:
                yield each, way, f"{name} is {type_} here and {first} in {where}: one search cannot ask both"


def _access(context: Context, found: Found) -> Iterator[Fault]:
    """Users have roles that are there; of the roles with rights on streams each is about streams that are written."""
    for each in found["users"].values():
        for number, role in enumerate(_texts(each.data.get("roles"))):
            if role not in found["roles"] and not role.endswith("_system"):
                yield each, ("roles", number), f"there is no role {role!r}: {nearest(role, found['roles'])}"
    for each in found["roles"].values():
        for key, names in (("indices", "names"), ("index_permissions", "index_patterns")):
            grants = each.data.get(key) or ()
            patterns = [one for grant in grants for one in _texts(grant.get(names)) if not fits(each.name, one)]
            for stream in context.logs.streams if patterns else ():
                if not any(fits(stream, one) for one in patterns):
                    yield each, (key,), f"it does not hold for the stream {stream}"


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [] if value is None else [str(value)]
