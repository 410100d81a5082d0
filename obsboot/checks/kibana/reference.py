"""Saved objects that refer to others."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.catalog.problems import nearest
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.kibanas import objects, place

_APART = frozenset({"tag", "config", "action", "connector", "cases", "space"})
"""Kinds that an import may leave behind."""


class Reference(Check):
    id = "kibana/reference"
    title = "Saved objects refer to objects that are there"
    explanation = (
        "A search whose data view is missing cannot be opened, and a panel of a dashboard shows an error in its place. The "
        "import of the file asks for each of them, or fails."
    )
    fix = "Export with the objects that it refers to, or correct the id."

    def run(self, context: Context) -> Iterator[Finding]:
        found = objects(context)
        known = {each.key for each in found}
        kinds = {kind for kind, _ in known}
        for each in found:
            for kind, name in each.references:
                if (kind, name) not in known and kind not in _APART and name:
                    ids = [other for one, other in known if one == kind]
                    message = (
                        f"{each.owner} refers to the {kind} {name!r}, which is not in the folder: {nearest(name, ids)}"
                    )
                    severity: Severity = "error" if kind in kinds else "warning"
                    yield self.finding(
                        each.path, place(context, each, f'"{name}"'), message, severity=severity, subject=each.subject
                    )
