"""Fields that are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kibanas import VIEW, objects, place, views
from obsboot.sources.mappings import OF_ALL, closed_fields
from obsboot.sources.questions import fields_of, of_saved
from obsboot.sources.stores import store


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
                known = closed_fields(kept, question.streams)
                for name in sorted(fields_of(question)) if known else ():
                    if name not in OF_ALL and name not in known and "*" not in name:
                        advice = nearest(name, known)[:90]
                        message = f"{each.owner} asks for {name}, which no template of its streams maps: {advice}"
                        yield self.finding(each.path, place(context, each, name), message, subject=each.subject)
