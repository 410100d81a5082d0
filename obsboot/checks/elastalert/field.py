"""Fields that rules of ElastAlert ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.errors import NotApplicableError
from obsboot.sources.kinds import Kind
from obsboot.sources.mappings import OF_ALL, closed_fields
from obsboot.sources.questions import fields_of, of_rule
from obsboot.sources.stores import store
from obsboot.sources.watching import subject_of


class Fields(Check):
    id = "elastalert/field"
    judges: ClassVar[tuple[Kind, ...]] = ("log-rule",)
    severity = "warning"
    title = "Rules of ElastAlert ask for fields that are mapped"
    explanation = (
        "Where a template maps its fields and no others (`dynamic: false`), a filter on a field that it does not have finds "
        "nothing, and the rule is silent for ever."
    )
    fix = "Ask for a field of the template, or map it there."

    def run(self, context: Context) -> Iterator[Finding]:
        if not context.foreign:
            return  # logs/fields knows the fields of a pack
        kept = store(context)
        if not kept.templates:
            raise NotApplicableError("the folder has no index template")
        for rule in context.log_rules:
            question = of_rule(rule)
            known = closed_fields(kept, question.streams)
            for name in sorted(fields_of(question)) if known else ():
                if name not in known and name not in OF_ALL and "*" not in name:
                    message = f"it asks for {name}, which no template of its index maps: {nearest(name, known)[:90]}"
                    line = next((use.line() for use in question.uses if use.field == name), None)
                    line = line or next((q.line() for q in question.queries if name in q.text), rule.line)
                    yield self.finding(rule.path, line, message, subject=subject_of(rule))
