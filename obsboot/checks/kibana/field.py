"""Fields that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.checks.elasticsearch.mapping import fields
from obsboot.logs.queries import QueryError, asked, fields_in_kuery
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kibanas import VIEW, objects, place, views
from obsboot.sources.questions import Question, of_saved
from obsboot.sources.savedobjects import Saved
from obsboot.sources.stores import Store, Stored, overlap, store

_OWN = frozenset({"_id", "_index", "_score", "_source", "_type", "_ignored", "_routing", "_tier", "_doc", "_timeField"})
"""What every document has."""


class Field(Check):
    id = "kibana/field"
    severity = "warning"
    title = "Saved objects ask for fields that are mapped"
    explanation = (
        "Where a template maps its fields and no others (`dynamic: false`), a field that it does not have cannot be "
        "searched: the column stays empty, and the search finds nothing."
    )
    fix = "Ask for a field of the template, or map it there."

    def run(self, context: Context) -> Iterator[Finding]:
        found = objects(context)
        kept = store(context)
        if not kept.templates:
            raise NotApplicableError("the folder has no index template")
        titles = {key: str(each.attributes.get("title", "")) for key, each in views(found).items()}
        for each in found:
            if each.kind == VIEW:
                continue
            for question in of_saved(each, titles):
                known = _known(kept, question.streams)
                for name in sorted(set(_asked(question))) if known else ():
                    if name not in _OWN and name not in known and "*" not in name:
                        advice = nearest(name, known)[:90]
                        message = f"{each.owner} asks for {name}, which no template of its streams maps: {advice}"
                        yield self.finding(each.path, place(context, each, name), message, subject=_subject(each))


def _subject(each: Saved) -> str:
    return f"{each.kind} {each.data.get('id')}"


def _asked(question: Question) -> Iterator[str]:
    for query in question.queries:
        try:
            yield from (
                (one.field for one in asked(query.text) if one.field) if query.lucene else fields_in_kuery(query.text)
            )
        except QueryError:
            continue
    yield from (use.field for use in question.uses)


def _known(kept: Store, streams: str) -> frozenset[str]:
    """All fields of the streams of a view; none where any of its templates leaves fields to be guessed, or is elsewhere."""
    wanted = [part.strip() for part in streams.split(",") if part.strip()]
    taking = [t for t in kept.templates.values() if any(overlap(w, p) for w in wanted for p in t.patterns)]
    if not taking or not all(_closed(kept, each) for each in taking):
        return frozenset()
    return frozenset(name for each in taking for part in kept.whole(each) for name, _, _ in fields(part))


def _closed(kept: Store, template: Stored) -> bool:
    """Whether all its parts are in the folder, and its fields are mapped or none."""
    said: object = True
    for each in kept.whole(template):
        mappings = _mappings(each.data)
        said = mappings.get("dynamic", said)
        if mappings.get("runtime") or mappings.get("dynamic_templates"):
            return False
    return str(said).lower() in ("false", "strict") and all(name in kept.parts for name in template.parts)


def _mappings(data: Mapping[str, Any]) -> Mapping[str, Any]:
    body = data.get("template")
    found = body.get("mappings") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}
